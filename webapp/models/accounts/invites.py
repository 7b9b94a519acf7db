"""Invites: a link, or a letter with one, that lets one person into a campaign with a role (SPEC P1)."""

from __future__ import annotations

from datetime import datetime, timedelta

from tortoise import fields
from tortoise.models import Model

from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import VOLUNTEER, User

LIFE = timedelta(days=14)


class Invite(Model):
    """For one person. It ends when it is used or withdrawn, and at ``expires_at``. ``email``: whom the letter went to; blank
    where the link was handed over otherwise."""

    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="invites", on_delete=fields.NO_ACTION
    )
    token_hash = fields.CharField(64, unique=True)
    role = fields.CharField(12, default=VOLUNTEER)
    email = fields.CharField(254, default="")
    made_by: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="invites_made", on_delete=fields.NO_ACTION
    )
    made_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    withdrawn_at: datetime | None = fields.DatetimeField(null=True)
    used_at = fields.DatetimeField(null=True)
    used_by: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="invites_used", null=True, on_delete=fields.NO_ACTION
    )

    campaign_id: int

    class Meta:
        table = "invite"
