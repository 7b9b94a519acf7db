"""Which field each column of a list holds (SPEC C3), by the headers VAN, spreadsheets and phone books use."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from webapp.rules.contacts import headers

FIELDS = (
    "phone",
    "first_name",
    "last_name",
    "full_name",
    "email",
    "state_abbrev",
    "zip",
    "van_id",
    "assigned_user_email",
    "timezone",
    "tags",
)
PERSONAL = (
    "first_name",
    "last_name",
    "email",
    "state_abbrev",
    "zip",
    "van_id",
    "timezone",
)  # columns of the contact table
LEAVE_OUT = ""
_OURS = ("", "line", "why")  # columns that the file of refused rows adds

_ALIASES = {
    "first_name": "firstname first fname givenname forename nombre preferredname nickname",
    "last_name": "lastname last lname surname familyname apellido apellidos",
    "full_name": "fullname name contactname voter votername nombrecompleto",
    "email": "email emailaddress mail preferredemail email1value emailaddress1 correo primaryemail",
    "state_abbrev": "stateabbrev state stateprovince st region mstate vstate statecode votingaddressstate mailingstate",
    "zip": "zip zipcode postalcode postcode zip5 mzip5 vzip5 mailingzip votingaddresszip zippostalcode",
    "van_id": "vanid votervanid myvotersvanid mycampaignid voterfilevanid vanidnumber",
    "assigned_user_email": "assigneduseremail assignedto assignedemail volunteeremail",
    "timezone": "timezone tz",
    "tags": "tags tag",
}
_MOBILE = "cell cellphone cellnumber cellphonenumber mobile mobilephone mobilenumber mobilephonenumber celular telefonocelular sms textphone"
_ANY_PHONE = (
    "phone phonenumber telephone telephonenumber tel preferredphone primaryphone contactnumber contactphone phone1 "
    "phone1value phonenumber1 telefono numero phoneno"
)
_FIELD_OF = {alias: name for name, aliases in _ALIASES.items() for alias in aliases.split()}
_PHONE_RANKS = (frozenset(_MOBILE.split()), frozenset(_ANY_PHONE.split()))


@dataclass(frozen=True)
class Columns:
    """``fields``: position -> one of FIELDS. ``custom``: position -> slug. ``unknown``: headers of columns left out."""

    fields: dict[int, str] = field(default_factory=dict)
    custom: dict[int, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    @property
    def phone(self) -> int:
        """The position of the phone's column."""
        return next(n for n, name in self.fields.items() if name == "phone")


@dataclass(frozen=True)
class Unclear:
    """No column holds the phone, or several may."""

    code: str  # "no_phone_column" or "duplicate_header"
    message: str


def match(
    header: Sequence[str], custom_fields: Mapping[str, str], chosen: Mapping[str, str] | None = None
) -> Columns | Unclear:
    """``custom_fields``: slug -> title. ``chosen``: header or position ("#0") -> field or slug, by hand; LEAVE_OUT
    leaves the column out."""
    by_hand = _by_position(header, chosen or {})
    names = [by_hand.get(n, _guess(cell, custom_fields)) for n, cell in enumerate(header)]
    phones = _phones(header, by_hand)
    if isinstance(phones, Unclear):
        return phones
    fields = {phones: "phone"}
    custom: dict[int, str] = {}
    for position, name in enumerate(names):
        if name in custom_fields and name not in custom.values():
            custom[position] = name
        elif name in FIELDS and name != "phone" and name not in fields.values():
            fields[position] = name
    unknown = [
        cell for n, cell in enumerate(header) if n not in fields and n not in custom and cell.strip() not in _OURS
    ]
    return Columns(fields, custom, tuple(unknown))


def recognized(cells: Sequence[str]) -> int:
    """How many cells of a line are names of columns this system knows: a header line has several, a title none."""
    return sum(headers.meaning(cell) is not None for cell in cells)


def slug(title: str) -> str:
    """The name of a custom field in headers and scripts: lower-case letters, digits and underscores, at most 64."""
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:64]


def _by_position(header: Sequence[str], chosen: Mapping[str, str]) -> dict[int, str]:
    named = {_key(name): target for name, target in chosen.items() if not name.startswith("#")}
    found = {n: named[_key(cell)] for n, cell in enumerate(header) if _key(cell) in named}
    return found | {n: chosen[f"#{n}"] for n in range(len(header)) if f"#{n}" in chosen}


def _phones(header: Sequence[str], by_hand: Mapping[int, str]) -> int | Unclear:
    if said := [n for n, target in by_hand.items() if target == "phone"]:
        return said[0]
    for rank in _PHONE_RANKS:
        found = [n for n, cell in enumerate(header) if _key(cell) in rank and n not in by_hand]
        if len(found) > 1:
            shown = ", ".join(header[n].strip() for n in found)
            return Unclear("duplicate_header", f"Two columns may hold the phone: {shown}. Say which one it is.")
        if found:
            return found[0]
    return Unclear("no_phone_column", "No column is called phone. Say which one it is.")


def _guess(cell: str, custom_fields: Mapping[str, str]) -> str:
    wanted = slug(cell)
    if not wanted:
        return LEAVE_OUT
    for name, title in custom_fields.items():
        if wanted in (name.lower(), f"custom_field_{name.lower()}", slug(title)):
            return name
    return _FIELD_OF.get(_key(cell), LEAVE_OUT)


def _key(cell: str) -> str:
    return re.sub(r"[^a-z0-9]", "", cell.lower())
