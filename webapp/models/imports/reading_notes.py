"""Says what was read of a file and what was left out, in sentences for the page and the command (SPEC C1)."""

from __future__ import annotations

import re

from webapp.reader.shape import Shape
from webapp.rules.contacts.words import header_words

# "First Name 2", "Member 2 First", "Voter2 Name"; but not "Nombre 2", a second name
_ANOTHER_S_NAME = re.compile(
    r"(?:person|member|voter|name|contact|adult|resident|spouse)?[2-9](?:first|firstname|fname|name|fullname)"
    r"|(?:first|firstname|fname|fullname|(?:person|member|voter|contact|adult|resident)(?:first)?name)[2-9]"
    r"|spouse(?:first|firstname|name|fullname)"
)


def sheet_read(shape: Shape) -> str:
    """Which sheet of a workbook was read, and which were not."""
    others = ", ".join(sheet.name[:80] for sheet in shape.sheets if sheet.name != shape.sheet)
    read = f"Sheet “{shape.sheet[:80]}” was read"
    return "" if not shape.sheet else f"{read}; these were not: {others}." if others else f"{read}."


def notes(shape: Shape, without_hidden: bool) -> list[str]:
    """Sentences about things that are no errors but that a person should know."""
    return [*_lines(shape), *_rows(shape, without_hidden), *_cells(shape), *_people(shape)]


def _lines(shape: Shape) -> list[str]:
    if not shape.above and not shape.below:
        return []
    header = "first row" if shape.headless else "header"
    above, below = (
        _many(shape.above, "line") + f" above the {header}",
        _many(shape.below, "line") + " of totals or notes",
    )
    said = " and ".join(words for number, words in ((shape.above, above), (shape.below, below)) if number)
    more = ", …" if shape.above + shape.below > len(shape.asides) else ""
    was = "was" if shape.above + shape.below == 1 else "were"
    return [f"{said} {was} left out: {'; '.join(shape.asides)}{more}"]


def _people(shape: Shape) -> list[str]:
    """Where a row is a household, only the first of its people is read."""
    others = [cell.strip()[:80] for cell in shape.header if _ANOTHER_S_NAME.fullmatch(header_words.key(cell))]
    if not others:
        return []
    named = ", ".join(f"“{name}”" for name in others[:3])
    return [
        f"Rows seem to hold several people ({named}). One of each row is read: put each person on a row of their own."
    ]


def _rows(shape: Shape, without_hidden: bool) -> list[str]:
    if not shape.hidden:
        return []
    was = "was" if shape.hidden == 1 else "were"
    return [f"{_many(shape.hidden, 'hidden row')} {was} {'left out' if without_hidden else 'read like the others'}."]


def _cells(shape: Shape) -> list[str]:
    counts = (
        (shape.unreadable, "character", "can't be read and is shown as �", "can't be read and are shown as �"),
        (shape.errors, "cell", "holds an error such as #N/A and is blank", "hold an error such as #N/A and are blank"),
        (shape.stray, "cell", "beside the list was left out", "beside the list were left out"),
    )
    return [f"{_many(n, what)} {one if n == 1 else more}." for n, what, one, more in counts if n]


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
