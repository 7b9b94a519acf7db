"""The filters of All Users (SPEC R4): read from an address's query or a form, and written into an address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from webapp.rules.contacts.contact_filter import NO, YES, day_of, id_of

ROLES = ("owner", "admin", "volunteer")
LANGUAGES = ("en", "es")
# How far a user is in an action: of the columns of action_user, set or not
STEPS = ("received", "seen", "started", "completed")
NOT = "not_"
WAITING, UNCONFIRMED, ACTIVE, SUSPENDED, REMOVED = "waiting", "unconfirmed", "active", "suspended", "removed"
EVERYONE = "everyone"
STATUSES = (ACTIVE, SUSPENDED, WAITING, UNCONFIRMED, REMOVED, EVERYONE)
_MOST_ZIPS = 50


Typed = Mapping[str, Any]  # an address's query, or a form's fields


@dataclass(frozen=True)
class UserFilter:
    """0 and "" ask for nothing. ``status``: one of STATUSES; "" for all who were let in and not removed. ``zip``: beginnings
    of ZIPs, with commas; one that matches is enough. ``received``: an action that was sent to them. ``step``: one of STEPS, or
    with NOT before it; it asks something only beside ``action``. ``attention``: holds conversations that need attention, of the action where one is chosen.
    ``joined_since`` and the like: days in the campaign's zone, both included; who never came is not active on any day."""

    q: str = ""
    status: str = ""
    role: str = ""
    list: int = 0
    team: int = 0
    district: str = ""
    state: str = ""
    zip: str = ""
    language: str = ""
    joined_since: str = ""
    joined_until: str = ""
    active_since: str = ""
    active_until: str = ""
    received: int = 0
    action: int = 0
    step: str = ""
    attention: str = ""

    def asked(self) -> dict[str, str]:
        """The query of an address: the filters that are set."""
        return {name: str(value) for name, value in asdict(self).items() if value not in ("", 0)}

    @property
    def number(self) -> int:
        """How many filters are set, the search not counted."""
        return len(set(self.asked()) - {"q", "step"})

    @property
    def zips(self) -> tuple[str, ...]:
        return tuple(part for part in self.zip.split(",") if part)

    def steps(self) -> tuple[str, bool]:
        """The step, and whether it has been made: ("seen", False) for "not_seen"; "received" where none is chosen."""
        return (self.step.removeprefix(NOT) or STEPS[0]), not self.step.startswith(NOT)


def read(typed: Typed) -> UserFilter:
    """Leaves out values that make no sense; `left_out` names their filters."""
    values: dict[str, Any] = {}
    for field in fields(UserFilter):
        text = str(typed.get(field.name) or "").strip().replace("\x00", "")[:300]
        values[field.name] = id_of(text) if field.type == "int" else text
    among = {
        "status": STATUSES,
        "role": ROLES,
        "language": LANGUAGES,
        "attention": (YES, NO),
        "step": (*STEPS, *(NOT + step for step in STEPS)),
    }
    for name, options in among.items():
        values[name] = values[name] if values[name] in options else ""
    for name in ("joined_since", "joined_until", "active_since", "active_until"):
        values[name] = day_of(values[name])
    values["q"], values["district"] = values["q"][:80], values["district"][:120]
    values["state"] = values["state"].upper() if re.fullmatch("[A-Za-z]{2}", values["state"]) else ""
    values["zip"] = ",".join(re.findall(r"(?<!\d)\d{1,5}(?!\d)", values["zip"])[:_MOST_ZIPS])
    values["step"] = values["step"] if values["action"] else ""
    return UserFilter(**values)
