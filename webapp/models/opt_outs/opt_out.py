"""Opt-outs: phones that are never texted again, by the whole campaign, contacts or not (SPEC X6)."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from webapp import database
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import User
from webapp.models.conversations.message import Message

FROM_KEYWORD, FROM_PROVIDER, FROM_VOLUNTEER, FROM_SCRIPT, FROM_ADMIN, FROM_IMPORT, FROM_API, FROM_SHARED = (
    "keyword",
    "provider",
    "volunteer",
    "script",
    "admin",
    "import",
    "api",
    "shared",
)


class OptOut(Model):
    """The database refuses to change or delete a row. ``confirmation_id``: the one text that may still leave."""

    id = fields.BigIntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="opt_outs", on_delete=fields.NO_ACTION
    )
    phone = fields.CharField(20)
    source = fields.CharField(12)
    at = fields.DatetimeField()
    user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="opt_outs", null=True, on_delete=fields.NO_ACTION
    )
    message: fields.ForeignKeyNullableRelation[Message] = fields.ForeignKeyField(
        "models.Message", related_name="opt_outs", null=True, on_delete=fields.NO_ACTION
    )
    confirmation_id = fields.BigIntField(null=True)
    words = fields.CharField(200, default="")

    class Meta:
        table = "opt_out"


async def opt_outs_by_source(campaign_id: int) -> dict[str, int]:
    """Source -> number of phones, largest first."""
    rows = await database.query(
        "SELECT source, COUNT(*) AS n FROM opt_out WHERE campaign_id = ? GROUP BY source ORDER BY n DESC", campaign_id
    )
    return {row["source"]: int(row["n"]) for row in rows}
