"""A cell of a phone column: its numbers, and the words beside them (SPEC C1).

Labels (cell, (m), home:, text only) and dust (* ~ # ?) are set aside. "do not call" and its like are never a label; a
number marked as a landline or a fax is never taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from webapp.rules import letters, opt_out, phone

LONGEST = 200  # characters of a cell that are looked at; a longer one is no phone

_MOBILE = frozenset(
    ["c", "cell", "cellphone", "cellular", "cel", "celular", "m", "mob", "mobile", "movil", "sms", "txt", "text"]
)


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_LABELS = _MOBILE | _set(
    "p ph phone phones number num nr nbr tel telephone telefono t h hm home casa w wk work o office bus business primary main preferred best personal us usa call day daytime evening eve other alt alternate"
)
# Words that mark a number as one for texts alone: "text only", "prefers texts". They are read as "text"
_TEXTS = r"(?:text|texts|texting|txt|txts|sms)(?: messages?)?"
_TAKES_TEXTS = re.compile(
    rf"\b(?:please |pls )?(?:(?:only|prefers?) {_TEXTS}|{_TEXTS} (?:only|preferred))(?: please| pls)?\b"
)
_LANDLINE = re.compile(r"\b(?:land ?lines?|lan line|fax|ll|fijo|telefono fijo|fixed ?lines?)\b")
_NONE = _set(
    "na n a none null nil nan unlisted unknown unavailable private no not provided available given phone number listed "
    "blank missing tbd undefined x xx xxx"
)
_FORBIDS = re.compile(
    r"\b(do ?nt|do ?not|dont|please dont|never) ?(call|text|txt|contact|phone|sms|msg|message|use|solicit|disturb|dial|send)"
    r"|\bdonot(call|text|contact)\b|\bno ?(more )?(call|calls|calling|text|texts|texting|txt|txts|sms|contact|messages|msgs|soliciting)\b"
    r"|\b(call|calls|calling|voice|phone calls?) only\b|\bonly (call|calls|calling|voice)\b"
    r"|\bno longer\b|\bnot (text|call|contact|in service|working|valid|their|his|her|theirs|hers)\b|\bnot (the )?(right|correct) number\b"
    r"|\b(wrong|bad|incorrect|invalid|old|former|dead) ?(number|num|no|nr|person|phone|cell|party|contact)?$"
    r"|\b(wrong|bad|incorrect|invalid|dead) (number|num|no|nr|person|phone|cell|party|contact)\b|^(wrong|bad|invalid)\b"
    r"|\b(dnc|dnt|dnd)\b|\bstop(ped|all)?\b|\bopt(ed|s)? ?outs?\b|\boptout\b|\bunsubscribed?\b|\bunsub\b|\bremoved?\b|\brevoked?\b"
    r"|\b(quit|disconnected|disc|deceased|died|passed away|litigator|out of service|refused|hostile|blocked|blacklisted)\b"
    r"|\bno (llamar|llame|textear|contactar|mensajes|enviar)\b|\b(numero )?equivocado\b|\bfallecid[oa]\b|\bbaja\b"
)
_EXTENSION = re.compile(r"(?:\b(?:x|xt|ext|extn|extension|anexo)|#)[\s.:=#]{0,3}\d{1,6}\b", re.IGNORECASE)
_DATE = re.compile(
    r"(?<![\d./-])(?:(?:19|20)\d\d[-/.]\d\d?[-/.]\d\d?|\d\d?[-/.]\d\d?[-/.](?:(?:19|20)?\d\d))(?![\d./-])"
)
_RUN = re.compile(r"\+?\d+")
_STRAY = re.compile(r"(?:[^\S\n]|[().\-/·•_]){0,8}")  # between two runs of digits of one number
_VANITY = re.compile(r"[\d\s().+-]*[A-Za-z]{4,7}")


@dataclass(frozen=True)
class Cell:
    """``numbers``: E.164 -> True where marked as a mobile. ``words``: there are words beside the numbers. ``forbids``:
    these words say not to text. ``reason``: why there is no number; "blank" for a cell that holds none, such as N/A.
    ``broken``: what may be another number, with digits missing. ``landlines``: numbers marked as a landline or a
    fax."""

    numbers: dict[str, bool]
    landlines: frozenset[str] = frozenset()
    words: bool = False
    forbids: bool = False
    extension: bool = False
    broken: bool = False
    reason: str = ""


def read(raw: str) -> Cell:
    e164 = phone.ordinary(raw)
    return Cell({e164: False}) if e164 else read_any(raw)


def read_any(raw: str) -> Cell:
    """As `read`, without its short cut for ordinary numbers."""
    if len(raw := raw.strip()) > LONGEST:
        return Cell({}, reason="invalid_phone")
    text = _DATE.sub(" date ", _straight(phone.plain(raw)))
    if isinstance(whole := _vanity(text), phone.Phone):
        return Cell({whole.e164: False})
    spans = list(_numbers(text))
    between = [text[a:b] for a, b in pairwise([0, *(n for start, end, _ in spans for n in (start, end)), len(text)])][
        ::2
    ]
    plain = [" ".join(words_of(part)) for part in between]
    said = " ".join(part for part in plain if part)
    words = [_LANDLINE.sub("landline", _TAKES_TEXTS.sub("text", part)).split() for part in plain]
    beside = any(word not in _LABELS and word != "landline" for part in words for word in part)
    forbids = bool(_FORBIDS.search(said)) or (beside and opt_out.classify(said) != "none")
    found = [parsed.e164 for _, _, parsed in spans if isinstance(parsed, phone.Phone)]
    if not found:
        return Cell({}, forbids=forbids, reason=_reason(text, said))
    extension = any(_EXTENSION.search(part) for part in between[1:])
    labels = _labels(spans, between, words)
    return Cell(
        {e164: bool(label & _MOBILE) for e164, label in labels.items()},
        frozenset(e164 for e164, label in labels.items() if "landline" in label),
        beside,
        forbids,
        extension,
        len(found) < len(spans),
    )


def choose(cell: Cell, take_words: bool) -> str | None:
    """The reason why this cell is refused, or None; see `number`."""
    if cell.reason:
        return cell.reason
    if cell.forbids and not take_words:
        return "do_not_text_words"
    others = [e164 for e164 in cell.numbers if e164 not in cell.landlines]
    if not others:
        return "landline"
    if cell.broken or (len(others) > 1 and not any(cell.numbers[e164] for e164 in others)):
        return "two_numbers"
    if cell.extension:
        return "extension"
    return "words_beside" if cell.words and not take_words else None


def number(cell: Cell) -> str:
    """The one number of a cell that `choose` lets pass, or the first marked as a mobile."""
    others = [e164 for e164 in cell.numbers if e164 not in cell.landlines]
    return next((e164 for e164 in others if cell.numbers[e164]), others[0])


def blank(raw: str) -> bool:
    """Nothing, or a word for it: N/A, none, unlisted, 000-000-0000."""
    if phone.ordinary(raw):
        return False
    text = raw[:LONGEST].strip()
    digits = re.sub(r"\D", "", text)
    if digits:
        return len(digits) >= 7 and len(set(digits)) == 1 and not words_of(re.sub(r"\d", "", text))
    said = words_of(text)
    return not _FORBIDS.search(" ".join(said)) and all(word in _NONE for word in said)


def _straight(text: str) -> str:
    return re.sub(r"[\u2010-\u2015\u2212]", "-", text)


def _vanity(text: str) -> phone.Phone | phone.InvalidPhone | None:
    """1-800-FLOWERS: ten or eleven letters and digits in all."""
    signs = sum(c.isalnum() for c in text)
    return phone.parse(text) if signs in (10, 11) and _VANITY.fullmatch(text) else None


def _numbers(text: str) -> Iterator[tuple[int, int, phone.Phone | phone.InvalidPhone]]:
    """Start, end and value of each number: seven digits or more, in runs of digits with little between them."""
    runs = [(m.start(), m.end()) for m in _RUN.finditer(text)]
    first = 0
    while first < len(runs):
        last = _last_run(text, runs, first)
        start, end = runs[first][0], runs[last][1]
        if sum(c.isdigit() for c in text[start:end]) >= 7:
            yield start, end, phone.parse(text[start:end])
        first = last + 1


def _last_run(text: str, runs: list[tuple[int, int]], first: int) -> int:
    """The index of the last run of this number's digits. A number has ten digits, or eleven with a leading 1. After 011
    or the + of another country it takes every run that follows."""
    head = text[runs[first][0] : runs[first][1]]
    foreign = head.startswith(("011", "00")) or (head.startswith("+") and not head.startswith("+1"))
    wanted = 99 if foreign else 11 if head.lstrip("+").startswith("1") else 10
    digits, last = 0, first
    for n in range(first, len(runs)):
        start, end = runs[n]
        if n > first and (text[start] == "+" or not _STRAY.fullmatch(text, runs[n - 1][1], start)):
            break
        if digits >= wanted:
            break
        digits, last = digits + sum(c.isdigit() for c in text[start:end]), n
    return last


def _labels(
    spans: list[tuple[int, int, phone.Phone | phone.InvalidPhone]], between: list[str], words: list[list[str]]
) -> dict[str, set[str]]:
    """The words beside each number. A label stands before its number where the cell begins with one or where it has a colon,
    else after it."""
    before = bool(words[0]) or any(re.search(r"[A-Za-z]\s{0,3}:", part) for part in between[:-1])
    found: dict[str, set[str]] = {}
    for n, (_, _, parsed) in enumerate(spans):
        if isinstance(parsed, phone.Phone):
            beside = words if len(spans) == 1 else [words[n] if before else words[n + 1]]
            found.setdefault(parsed.e164, set()).update(*beside)
    return found


def says_landline(label: str) -> bool:
    """True for "Landline", "Fixed line" and "Fax" in a column of phone kinds."""
    return bool(_LANDLINE.search(" ".join(words_of(label))))


def are_phones(cells: Iterable[str]) -> bool:
    """True where at least four in five of the cells that are not blank hold phones, and at least one does."""
    told = [isinstance(phone.parse(cell), phone.Phone) for cell in cells if not blank(cell)]
    return any(told) and sum(told) * 5 >= len(told) * 4


def words_of(text: str) -> list[str]:
    plain = letters.folded(text)
    return re.findall(r"[^\W_]+", plain.replace("'", "").replace("’", "").replace("/", ""))


def _reason(text: str, said: str) -> str:
    if not text:
        return "missing_phone"
    return "do_not_text_words" if _FORBIDS.search(said) and not re.search(r"\d", text) else "invalid_phone"
