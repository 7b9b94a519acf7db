"""The filters of All Contacts (SPEC C5): read from an address's query, written into one, and shown in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from webapp.rules.contacts import states

YES, NO = "yes", "no"
NOBODY, STAFF = "nobody", "staff"
RECENT = "recent"
# Numbers on View Results that are about people; kept counts have the same names
BOXES = (
    "initials",
    "remaining",
    "follow_ups",
    "reported",
    "opt_outs",
    "link_clicks",
    "twilio_errors",
    "carrier_filtering",
    "safeguards",
)
OF_SENDERS = ("initials", "follow_ups")  # the numbers that are also kept for each user
_LONGEST_LISTS = 4_000  # characters
MANY = 10_000  # the page counts no further unless asked to
OF_A_NUMBER = 1_000  # the same for the people behind a number of the results, which the page shows beside their count


@dataclass(frozen=True)
class Filter:
    """0 and "" filter nothing. ``script``: Twilio took a text of it. ``version``: Twilio took a text of this version of
    the script. ``texted``: YES means had a first text, in the chosen action if there is one. ``replied``: NO means
    texted and silent. ``box``: one of BOXES, in the chosen action. ``sender``: the id of a user whose texts alone
    count, with one of OF_SENDERS. ``code``: an error code of its texts or safeguards. ``*_lists``: ids with commas.
    ``assigned``: a user's id, NOBODY or STAFF. ``since``, ``until``: days of the last message in the campaign's zone,
    both included. ``sort``: RECENT, or "" for the order of creation."""

    q: str = ""
    list: int = 0
    tag: int = 0
    not_tag: int = 0
    any_lists: str = ""
    all_lists: str = ""
    no_lists: str = ""
    field: int = 0
    value: str = ""
    action: int = 0
    script: int = 0
    version: int = 0
    texted: str = ""
    replied: str = ""
    attention: str = ""
    opted_out: str = ""
    box: str = ""
    sender: int = 0
    code: int = 0
    assigned: str = ""
    state: str = ""
    since: str = ""
    until: str = ""
    sort: str = ""

    def asked(self) -> dict[str, str]:
        """The query of an address: the filters that are set. A value asks for nothing without its field."""
        without = () if self.field else ("value",)
        return {
            name: str(value) for name, value in asdict(self).items() if value not in ("", 0) and name not in without
        }

    @property
    def number(self) -> int:
        """How many filters are set, search and order not counted."""
        return len(set(self.asked()) - {"q", "sort", "value"})

    @property
    def by_last_message(self) -> bool:
        return bool(self.sort == RECENT or self.since or self.until)


def read(typed: Mapping[str, Any]) -> Filter:
    """From an address's query or a form. Leaves out values that make no sense; `left_out` names their filters."""
    values: dict[str, Any] = {}
    for field in fields(Filter):
        text = str(typed.get(field.name) or "").strip().replace("\x00", "")
        if not field.name.endswith("_lists"):
            text = text[:200]
        elif len(text) > _LONGEST_LISTS:
            text = ""  # cut, it would ask for less
        values[field.name] = id_of(text) if field.type == "int" else text
    for name in ("texted", "replied", "opted_out", "attention"):
        values[name] = values[name] if values[name] in (YES, NO) else ""
    for name in ("since", "until"):
        values[name] = day_of(values[name])
    values["box"] = values["box"] if values["box"] in BOXES and values["action"] else ""
    values["sender"] = values["sender"] if values["box"] in OF_SENDERS else 0
    values["code"] = values["code"] if values["action"] else 0
    values["version"] = values["version"] if values["script"] else 0
    if values["assigned"] not in (NOBODY, STAFF):
        values["assigned"] = str(id_of(values["assigned"]) or "")
    for name in ("any_lists", "all_lists", "no_lists"):
        parts = [part for part in values[name].split(",") if part.strip()]
        values[name] = ",".join(parts) if all(map(id_of, parts)) else ""
    values["state"] = states.abbreviation(values["state"][:60])
    values["sort"] = RECENT if values["sort"] == RECENT else ""
    return Filter(**values)


def left_out(typed: Mapping[str, Any], asked: Mapping[str, str], names: Iterable[str]) -> list[str]:
    """Those of the filters ``names`` that ``typed`` sets and ``asked`` lacks: their values make no sense, or none without
    another filter. Without them more is found than was meant, so a page says so, and no form is obeyed."""
    given = {name: str(typed.get(name) or "").strip() for name in names}
    return [name for name, value in given.items() if value not in ("", "0") and name not in asked]


def id_of(text: str) -> int:
    """0 where the text is no id."""
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def day_of(text: str) -> str:
    """The day as ISO writes it; "" where the text is no day."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return ""
    return day.isoformat() if 2000 <= day.year < 2100 else ""
