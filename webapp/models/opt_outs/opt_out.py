"""Opt-outs: phones that are never texted again, by the whole campaign, contacts or not (SPEC X6)."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from webapp import clock, database
from webapp.database import packed
from webapp.database.packed import sql_time
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


class OptOutSaidAgain(Model):
    """An opt-out said here too, after another campaign's opt-out of this phone had come. Since it is the person's own
    word here, this campaign passes it on (SPEC B9). The database refuses to change or delete a row."""

    id = fields.BigIntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="opt_outs_said_again", on_delete=fields.NO_ACTION
    )
    phone = fields.CharField(20)
    at = fields.DatetimeField()

    class Meta:
        table = "opt_out_said_again"


async def note_said_again(campaign_id: int, phones: list[str]) -> None:
    """Notes those of the phones whose opt-out had come from another campaign, each once."""
    await database.query(
        f"INSERT INTO opt_out_said_again (campaign_id, phone, at) SELECT o.campaign_id, o.phone, {packed.mark('timestamptz')}"
        f" FROM opt_out o WHERE o.campaign_id = ? AND {packed.among('o.phone', 'text')} AND o.source = '{FROM_SHARED}'"
        " ORDER BY o.phone ON CONFLICT (campaign_id, phone) DO NOTHING",
        sql_time(clock.now()),
        campaign_id,
        packed.values(sorted(phones)),
    )


async def opt_outs_by_source(campaign_id: int) -> dict[str, int]:
    """Source -> number of phones, largest first."""
    rows = await database.query(
        "SELECT source, COUNT(*) AS n FROM opt_out WHERE campaign_id = ? GROUP BY source ORDER BY n DESC", campaign_id
    )
    return {row["source"]: int(row["n"]) for row in rows}
