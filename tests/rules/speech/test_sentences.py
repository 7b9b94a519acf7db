"""Sentences of the office: English wherever they go, and ready for another language."""

from __future__ import annotations

from webapp.rules.speech.sentences import counted, said, together, with_one_stop

SPANISH = {"%(name)s is on it.": "%(name)s está.", "%(n)s user": "%(n)s usuario", "No users.": "Nadie."}


def one(text: str) -> str:
    return SPANISH.get(text, text)


def many(first: str, other: str, n: int) -> str:
    return one(first) if n == 1 else {"%(n)s users": "%(n)s usuarios"}.get(other, other)


def test_a_sentence_is_a_string_in_english_and_remembers_its_words() -> None:
    made = said("%(name)s is on it.", name="50% off")
    assert made == "50% off is on it." and isinstance(made, str)
    assert made.spoken(one, many) == "50% off está."
    assert said("100% sure").spoken(one, many) == "100% sure", "without holes a % is a %"


def test_what_is_counted_takes_the_words_for_its_number() -> None:
    assert [counted("%(n)s user", "%(n)s users", n) for n in (0, 1, 1_200)] == ["0 users", "1 user", "1,200 users"]
    assert counted("%(n)s user", "%(n)s users", 1).spoken(one, many) == "1 usuario"
    assert counted("%(n)s user", "%(n)s users", 1_200).spoken(one, many) == "1,200 usuarios"


def test_a_sentence_inside_another_is_translated_with_it() -> None:
    users = counted("%(n)s user", "%(n)s users", 2)
    assert said("%(name)s is on it.", name=users).spoken(one, many) == "2 usuarios está."


def test_sentences_stand_side_by_side_without_the_blank_ones() -> None:
    both = together(said("No users."), "", counted("%(n)s user", "%(n)s users", 1), "x")
    assert both == "No users. 1 user x" and both.spoken(one, many) == "Nadie. 1 usuario x"
    assert together("Letter A", said("No users."), by=": ") == "Letter A: No users."


def test_a_time_that_ends_with_a_stop_ends_a_sentence_without_another() -> None:
    at = {"at": "7:00 p.m."}
    assert with_one_stop("Desde las 7:00 p.m..", at) == "Desde las 7:00 p.m."
    assert with_one_stop("Desde las 7:00 p.m.. Y más...", at) == "Desde las 7:00 p.m. Y más..."
    assert with_one_stop("Dijo: p.m..", {"name": "Ana"}) == "Dijo: p.m..", "what people wrote stays"
