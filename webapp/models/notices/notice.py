"""A notice to users: what one of the staff tells many, and what became of it for each person (SPEC P2, R4)."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership, User
from webapp.models.actions.action import Action
from webapp.models.long_work import CANCELLED, LongWork

MESSAGE, EMAIL, PUSH, ACTION = "message", "email", "push", "action"
KINDS = (MESSAGE, EMAIL, PUSH, ACTION)

WAITING, SENDING, SENT, FAILED = "waiting", "sending", "sent", "failed"
# Why one person did not get it
UNWANTED, NO_DEVICE, INACTIVE, REFUSED, UNKNOWN = "unwanted", "no_device", "inactive", "refused", "unknown"
OUTSIDE = "outside"  # the limits of the action (A9)


class Notice(LongWork):
    """``client_id``: of the form it came from, so that the same form twice is one notice. ``done``: people it was tried for."""

    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="notices", on_delete=fields.NO_ACTION
    )
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="notices", on_delete=fields.NO_ACTION
    )
    action: fields.ForeignKeyNullableRelation[Action] = fields.ForeignKeyField(
        "models.Action", related_name="notices", null=True, on_delete=fields.NO_ACTION
    )
    client_id = fields.UUIDField(unique=True)
    kind = fields.CharField(10)
    title = fields.CharField(160)
    body = fields.TextField(default="")
    whom = fields.CharField(200, default="")  # in words: a list's name
    total = fields.IntField(default=0)
    done = fields.IntField(default=0)

    campaign_id: int
    user_id: int
    action_id: int | None

    class Meta:
        table = "notice"

    @property
    def cancelled(self) -> bool:
        return self.status == CANCELLED


class Recipient(Model):
    """One person of a notice. ``why``: a word for what failed; ``detail``: the server's own words. SENDING is claimed by a
    worker, and never tried again."""

    id = fields.BigIntField(primary_key=True)
    notice: fields.ForeignKeyRelation[Notice] = fields.ForeignKeyField(
        "models.Notice", related_name="recipients", on_delete=fields.NO_ACTION
    )
    member: fields.ForeignKeyRelation[Membership] = fields.ForeignKeyField(
        "models.Membership", related_name="received", on_delete=fields.NO_ACTION
    )
    status = fields.CharField(10, default=WAITING)
    why = fields.CharField(12, default="")
    detail = fields.CharField(200, default="")
    claimed_at = fields.DatetimeField(null=True)
    sent_at = fields.DatetimeField(null=True)
    read_at = fields.DatetimeField(null=True)

    notice_id: int
    member_id: int

    class Meta:
        table = "notice_recipient"
