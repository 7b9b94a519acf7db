"""The kind of a phone that stands in a column of its own: "Phone 1 - Label", "Phone Type", "Line Type" (SPEC C1)."""

from __future__ import annotations

from collections.abc import Sequence

from webapp.rules.contacts import headers
from webapp.rules.contacts.phones import phone_cell
from webapp.rules.contacts.words import header_words

_OF_THE_LINE = (
    "line",
    "phoneline",
    "phone",
    "number",
    "phonenumber",
    "carrier",
)  # of the only phone, whatever it is called

_BARE = frozenset(
    [
        "number",
        "numbers",
        "num",
        "no",
        "nr",
        "numero",
        "contact",
        "contacto",
        "whatsapp",
        "msisdn",
        "to",
        "text",
        "texts",
        "sms",
    ]
)


def labels(header: Sequence[str], phones: Sequence[int]) -> dict[int, int]:
    """Position of a phone -> the column that tells its kind."""
    told = {whose: n for n, cell in enumerate(header) if (whose := label_of(cell))}
    keys = {n: header_words.key(header[n]) for n in phones}
    found = {n: told[key] for n, whole in keys.items() for key in (whole, whole.removesuffix("value")) if key in told}
    lines = [told[key] for key in _OF_THE_LINE if key in told]
    return found or ({phones[0]: lines[0]} if len(phones) == 1 and lines else {})


def kind_of_label(label: str, otherwise: str) -> str:
    """The kind of a phone whose label, in a column of its own, is "Mobile", "* Work" or "Landline"."""
    if phone_cell.says_landline(label[:50]):
        return "landline"
    found = headers.meaning(f"{label[:50]} phone") if label.strip() else None
    return found.kind if found and found.kind != "any" else otherwise


def label_of(header: str) -> str:
    """ "Phone 1 - Value" for "Phone 1 - Label" and "Phone" for "Phone Type", as keys: the column whose kind this one
    tells. "" for any other header."""
    words = header_words.words_of(header)
    if len(words) > 1 and words[-1] in ("label", "type", "kind", "tipo", "etiqueta"):
        return "".join(words[:-1])
    return ""


def is_bare(header: str, cells: Sequence[str]) -> bool:
    """True for a header that says too little by itself, such as "Number" in a small list, where its first cells are
    phones."""
    return header_words.key(header) in _BARE and phone_cell.are_phones(cells)


def is_struck(n: int, header: Sequence[str], sample: Sequence[Sequence[str]]) -> bool:
    """Is this a column of phones, or one such as "Home" or "Work" whose first cells are phones?"""
    if (found := headers.meaning(header[n])) is not None:
        return found.field == "phone"
    of_phone = headers.meaning(f"{header[n]} phone")
    is_kind = of_phone is not None and of_phone.field == "phone"
    return is_kind and phone_cell.are_phones(row[n] for row in sample if n < len(row))
