"""The audit log: a row for each change of staff that has consequences. Nobody changes or removes one (SPEC B4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import replace
from typing import Any, Literal, get_args

from tortoise import fields
from tortoise.models import Model

from webapp import clock
from webapp.database import transactional
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership, User
from webapp.rules.edited import Meanwhile

# Kinds of objects that an entry can be about. "user" is a membership, "van" a connection to one, "bulk" work on many contacts
Kind = Literal[
    "action",
    "script",
    "list",
    "contact",
    "bulk",
    "import",
    "export",
    "schedule",
    "opt_in",
    "user",
    "invite",
    "user_list",
    "notice",
    "tag",
    "field",
    "link",
    "number",
    "order",
    "van",
    "api_token",
    "hook",
    "nightly",
    "campaign",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
About = Mapping[Kind, int | Sequence[int]]  # ids by kind
NOTHING: About = {}

# The address of the request that is being answered; blank for jobs and commands
origin: ContextVar[str] = ContextVar("origin", default="")


class AuditEvent(Model):
    """``what``: a noun and a verb ("action.published"); ``subject``: the name of the thing that was changed. ``origin``: the
    address the request came from, of IPv6 the /64."""

    id = fields.BigIntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="audit_events", on_delete=fields.NO_ACTION
    )
    user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="audit_events", null=True, on_delete=fields.NO_ACTION
    )
    at = fields.DatetimeField()
    what = fields.CharField(60)
    subject = fields.CharField(200, default="")
    detail: dict[str, Any] = fields.JSONField(default=dict)
    origin = fields.CharField(45, default="", db_default="")

    campaign_id: int

    class Meta:
        table = "audit_event"


class AuditAbout(Model):
    """An object that an entry is about: a row for each. Entries from before migration 0044 have none, nor do those of a
    process that still runs an older version."""

    id = fields.BigIntField(primary_key=True)
    event: fields.ForeignKeyRelation[AuditEvent] = fields.ForeignKeyField(
        "models.AuditEvent", related_name="objects", on_delete=fields.NO_ACTION
    )
    campaign_id = fields.IntField()
    kind = fields.CharField(20)
    object_id = fields.BigIntField()

    event_id: int

    class Meta:
        table = "audit_about"


async def note(campaign: Campaign, by: User | None, what: str, about: About, subject: str = "", **detail: Any) -> None:
    """Call it inside the transaction of the change. ``by``: None for the system itself. ``about``: the objects on whose pages
    it is shown, or NOTHING."""
    event = await AuditEvent.create(
        campaign=campaign,
        user=by,
        at=clock.now(),
        what=what,
        subject=subject[:200],
        detail=detail,
        origin=origin.get()[:45],
    )
    objects = [
        (kind, object_id) for kind, ids in about.items() for object_id in ([ids] if isinstance(ids, int) else ids)
    ]
    await AuditAbout.bulk_create(
        AuditAbout(event_id=event.id, campaign_id=campaign.id, kind=kind, object_id=object_id)
        for kind, object_id in dict.fromkeys(objects)
    )


async def is_also_about(kind: Kind, object_id: int, also: Kind, other_id: int) -> None:
    """Entries about an object are about another one too, which was made later."""
    noted = await AuditAbout.filter(kind=kind, object_id=object_id)
    await AuditAbout.bulk_create(
        AuditAbout(event_id=row.event_id, campaign_id=row.campaign_id, kind=also, object_id=other_id) for row in noted
    )


async def with_saver(found: Meanwhile, campaign_id: int, what: str, kind: Kind, object_id: int) -> Meanwhile:
    """Adds who noted ``what`` of this object last, and when."""
    about = {"campaign_id": campaign_id, "kind": kind, "object_id": object_id}
    noted = AuditAbout.filter(**about, event__what=what).order_by("-event_id").select_related("event", "event__user")
    row = await noted.first()
    newest = row.event if row else None
    return replace(found, by=newest.user.name, at=newest.at) if newest and newest.user else found


@transactional
async def record(member: Membership, what: str, about: About, subject: str = "", **detail: Any) -> None:
    """Notes what a member of the staff did; called within a verb, in its transaction."""
    await note(member.campaign, member.user, what, about, subject, **detail)
