"""The audit log: a row for each change of staff that has consequences. Nobody changes or removes one (SPEC B4)."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import replace
from typing import Any

from tortoise import fields
from tortoise.models import Model

from webapp import clock
from webapp.database import transactional
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership, User
from webapp.rules.edited import Meanwhile

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


async def note(campaign: Campaign, by: User | None, what: str, subject: str = "", **detail: Any) -> None:
    """Call it inside the transaction of the change. ``by``: None for the system itself."""
    await AuditEvent.create(
        campaign=campaign,
        user=by,
        at=clock.now(),
        what=what,
        subject=subject[:200],
        detail=detail,
        origin=origin.get()[:45],
    )


async def with_saver(found: Meanwhile, campaign_id: int, what: str, **which: Any) -> Meanwhile:
    """With who noted ``what`` last, and when. ``which``: columns of the event."""
    noted = AuditEvent.filter(campaign_id=campaign_id, what=what, **which).order_by("-id").select_related("user")
    newest = await noted.first()
    return replace(found, by=newest.user.name, at=newest.at) if newest and newest.user else found


@transactional
async def record(member: Membership, what: str, subject: str = "", **detail: Any) -> None:
    """Notes what a member of the staff did; called within a verb, in its transaction."""
    await note(member.campaign, member.user, what, subject, **detail)
