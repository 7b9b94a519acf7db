"""Letters are folded in one place, and every reader of words uses it."""

from __future__ import annotations

from pathlib import Path

from webapp.rules import letters, names, opt_out
from webapp.rules.contacts.words import flags, header_words

RULES = Path(letters.__file__).parent
ALIKE = [
    ("José", "JOSÉ", "jose"),
    ("Straße", "STRASSE", "strasse"),
    ("Ｌｉｓａ", "lisa"),
    ("İstanbul", "istanbul"),
    ("Đừng", "ĐỪNG", "dung"),
]


def test_spellings_of_one_word_are_one_to_every_reader() -> None:
    for spellings in ALIKE:
        for reads in (letters.folded, names.key, header_words.key, opt_out.plain):
            assert len({reads(spelling) for spelling in spellings}) == 1, (reads, spellings)
    assert flags.forbids("negative", "Não") and not flags.forbids("negative", "Ｎｏ")


def test_no_rule_takes_accents_off_by_itself() -> None:
    """A link's short name may lose letters; words that are compared may not."""
    own = {path.name for path in RULES.rglob("*.py") if "NFKD" in path.read_text()}
    assert own == {"letters.py", "web_links.py"}


def test_letters_read_wrongly_are_told_from_letters_with_accents() -> None:
    for name in [
        "José",
        "Zoë",
        "O’Brien",
        "Muñoz",
        "Ángel",
        "François",
        "Łukasz",
        "Đặng",
        "李小明",
        "Ærø",
        "João",
        "Ñandú",
        "Übelacker",
        "🎉 Ann",
    ]:
        if len(shown := name.encode().decode("cp1252", errors="ignore")) == len(name.encode()) and "小" not in name:
            assert letters.garbled(shown), name
        assert letters.garbled(name.encode().decode("latin-1")), name
        assert not letters.garbled(name), name
    assert letters.garbled("Jos√©")
    assert not any(map(letters.garbled, ("Ann", "ÂNGELA", "SÃO", "ÃO", "Ärztin", "DÍAZ", "5 € – “ok”")))


def test_what_nobody_sees_is_taken_off_and_letters_stay() -> None:
    assert letters.visible("\u200bLisa\u00ad\ufeff Ng") == "Lisa Ng"
    assert letters.visible("\u202bדנה\u202c") == "\u202bדנה\u202c"
    assert letters.visible("می\u200cخواهم José") == "می\u200cخواهم José"
