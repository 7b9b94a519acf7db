"""The audit log as staff read it: filtered, newest first, a page at a time (SPEC B4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date
from typing import Any

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from webapp.models.accounts.audit import KINDS, AuditAbout, AuditEvent, Kind
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import User
from webapp.rules.contacts.contact_filter import day_of

PAGE = 100
MOST_LETTERS = 100  # of a search
NEWEST = 2**62  # no id is higher
SYSTEM = "system"
SHOWN = 5  # entries on the page of what they are about
EVERYDAY = ("user.logged_in", "api_token.used")  # they would leave no place there for others


@dataclass(frozen=True)
class Wanted:
    """``q``: part of the name of what was changed. ``user``: an id, or SYSTEM. ``group``: the noun of `AuditEvent.what`.
    ``since``, ``until``: days in the campaign's zone, both included. ``about``: one object, as "action:12", or all of a kind,
    as "number". Blank asks for nothing."""

    q: str = ""
    user: str = ""
    group: str = ""
    since: str = ""
    until: str = ""
    about: str = ""

    def asked(self) -> dict[str, str]:
        return {name: value for name, value in asdict(self).items() if value}


def read(typed: Mapping[str, Any], groups: frozenset[str]) -> Wanted:
    """From an address's query. Leaves out what makes no sense; `left_out` names it."""
    text = {name: str(typed.get(name) or "").replace("\x00", "").strip()[:MOST_LETTERS] for name in asdict(Wanted())}
    user = text["user"] if text["user"] == SYSTEM or (text["user"].isdecimal() and len(text["user"]) < 10) else ""
    group = text["group"] if text["group"] in groups else ""
    kind, object_id = _object(text["about"])
    about = f"{kind}:{object_id}" if object_id else kind
    return Wanted(text["q"], user, group, day_of(text["since"]), day_of(text["until"]), about)


def _object(about: str) -> tuple[str, int]:
    """The object's kind and id. Id 0: all of the kind. A blank kind: ``about`` names no object."""
    kind, _, number = about.partition(":")
    if kind not in KINDS or not (number == "" or (number.isdecimal() and len(number) < 19)):
        return "", 0
    return kind, int(number or 0)


async def newest(campaign: Campaign, kind: Kind, object_id: int = 0) -> list[AuditEvent]:
    """The newest SHOWN entries about this object, or about any of its kind, for its page."""
    rows = _about(campaign, kind, object_id).exclude(event__what__in=EVERYDAY).order_by("-event_id").limit(SHOWN)
    found = AuditEvent.filter(id__in=Subquery(rows.distinct().values("event_id")))
    return await found.order_by("-id").select_related("user")


def _about(campaign: Campaign, kind: str, object_id: int) -> QuerySet[AuditAbout]:
    found = AuditAbout.filter(campaign_id=campaign.id, kind=kind)
    return found.filter(object_id=object_id) if object_id else found


async def objects(events: list[AuditEvent]) -> dict[int, str]:
    """Event -> what it is about, as "action:12 script:40", of those that are about something."""
    found: dict[int, list[str]] = defaultdict(list)
    for row in await AuditAbout.filter(event_id__in=[event.id for event in events] or [0]).order_by("id"):
        found[row.event_id].append(f"{row.kind}:{row.object_id}")
    return {event_id: " ".join(names) for event_id, names in found.items()}


async def page(campaign: Campaign, wanted: Wanted, before: int = 0) -> tuple[list[AuditEvent], int]:
    """The newest PAGE entries older than ``before`` (an id; 0 for the newest of all), and the ``before`` of the next page; 0
    where there is none."""
    rows = await _found(campaign, wanted, before or NEWEST).limit(PAGE + 1)
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else 0


async def every(campaign: Campaign, wanted: Wanted) -> AsyncIterator[list[AuditEvent]]:
    """All entries, a part at a time."""
    before = NEWEST
    while rows := await _found(campaign, wanted, before).limit(500):
        before = rows[-1].id
        yield rows


def _found(campaign: Campaign, wanted: Wanted, before: int) -> QuerySet[AuditEvent]:
    found = AuditEvent.filter(campaign=campaign, id__lt=before).order_by("-id").select_related("user")
    if wanted.q:
        found = found.filter(subject__icontains=wanted.q)
    if wanted.user:
        found = found.filter(user_id=None if wanted.user == SYSTEM else int(wanted.user))
    if wanted.group:
        found = found.filter(what__gte=f"{wanted.group}.", what__lt=f"{wanted.group}/")
    if wanted.about:
        rows = _about(campaign, *_object(wanted.about))
        found = found.filter(id__in=Subquery(rows.values("event_id")))
    if wanted.since:
        found = found.filter(at__gte=campaign.day_begins(date.fromisoformat(wanted.since)).astimezone(UTC))
    if wanted.until:
        found = found.filter(at__lt=campaign.day_begins(date.fromisoformat(wanted.until), 1).astimezone(UTC))
    return found


async def users(campaign: Campaign) -> list[User]:
    """Users with entries in the log, by name."""
    ids = await AuditEvent.filter(campaign=campaign).exclude(user_id=None).distinct().values_list("user_id", flat=True)
    return await User.filter(id__in=list(ids) or [0]).order_by("first_name", "last_name", "id")
