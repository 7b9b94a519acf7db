"""Lines of a list that are not people: totals, ends of reports, repeated headers (SPEC C1). A line with a phone is
never taken for one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

LONGEST = 200  # characters of a cell that are looked at
MOST_FILLED = 12  # a line of totals has few cells
_THINGS = r"(?:records?|rows?|voters?|contacts?|names?|entr(?:y|ies)|people|persons?|members?|households?|results?|items?|lines?)"
_TOTALS = re.compile(
    r"\W{0,20}(?:"
    r"(?:[\w.]{1,40}[ -]{1,3}){0,4}(?:sub|grand)?[ -]?totals?\b(?:[ ]\w+){0,5}\W{0,5}[\d,.]{0,40}\W{0,40}"  # Ward 7 Total: 15
    rf"|(?:number|no\.?|count) of \w+(?: \w+)?\W{{0,5}}[\d,]*\W*"
    rf"|{_THINGS}(?: (?:count|found|total|listed|exported))?\s*[:=]\s*[\d,]+\W*"
    rf"|\(?[\d,]+ (?:\w+ )?{_THINGS}(?: \w+){{0,3}}\W*"  # (4 rows affected)
    r"|count\s*[:=]\s*[\d,]+\W*"
    r"|(?:\*+\s*)?end of (?:the )?(?:report|file|list|data|export|document|page|listing)\b.*"
    r"|page \d+(?: of \d+)?\W*"
    r")",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    r"\W*(?:(?:printed|generated|exported|created|downloaded|prepared|produced|updated|run|report|as of|date|time)"
    r"(?: date| time| on| at| by| from| for)?\b.*[:\d].*"
    r"|(?:source|confidential|copyright|disclaimer|©|note|legend)\b.*)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[\d\s.,:/$%()#+-]{1,40}")
_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{2,4}(?:[ T]{1,3}\d{1,2}:\d{2}(?::\d{2})?)?")
_RULE = re.compile(r"[\W_]+")  # ------


def is_aside(filled: Sequence[str]) -> bool:
    """``filled``: the cells of a row that are not blank, in order. True for totals and ends of reports anywhere."""
    if not filled or len(filled) > MOST_FILLED:
        return False
    first, others = filled[0].strip()[:LONGEST], filled[1:]
    if first.lower() == first.upper() and first[0].isalnum():
        return False  # a number; most rows are decided here
    kind = _kind(first)
    if not kind:
        return False
    if kind == "rule":
        return all(_RULE.fullmatch(cell.strip()[:LONGEST]) for cell in others)
    if (kind == "footer" and others) or _may_hold_phone(filled):
        return False
    return all(_NUMBER.fullmatch(cell.strip()[:LONGEST]) for cell in others)


@lru_cache(maxsize=2_000)
def _kind(first: str) -> str:
    """Of a first cell: "rule", "totals", "footer" where it stands alone, or "" for a name. Many rows begin with the same name."""
    if _RULE.fullmatch(first):
        return "rule"
    if _TOTALS.fullmatch(first):
        return "totals"
    return "footer" if _FOOTER.fullmatch(first) else ""


def may_be_footer(filled: Sequence[str]) -> bool:
    """For the rows below the last person: one cell of several words, or with a sign that no name has."""
    if len(filled) != 1 or _may_hold_phone(filled):
        return False
    cell = filled[0].strip()[:LONGEST]
    return len(cell.split()) > 3 or bool(re.search(r"[:*=©#]|\d", cell))


def _may_hold_phone(cells: Sequence[str]) -> bool:
    """True where a cell has ten digits or more, those of dates not counted."""
    return any(sum(c.isdigit() for c in _DATE.sub("", cell[:LONGEST])) >= 10 for cell in cells)
