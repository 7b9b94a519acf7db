"""A campaign's word that it shares opt-outs with another; they go both ways once the other says the same (SPEC B9).

A campaign is named by the short name in its address. A name without a campaign is taken too, so that nobody learns here
which campaigns there are.
"""

from __future__ import annotations

from dataclasses import dataclass

from tortoise import fields
from tortoise.models import Model

from webapp import clock, database
from webapp.database import transactional
from webapp.database.packed import sql_time
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership, User
from webapp.models.api import giving_out
from webapp.models.api.giving_out import Page
from webapp.models.opt_outs.many import opt_out_many
from webapp.models.opt_outs.opt_out import FROM_SHARED
from webapp.rules.api import scopes

SLICE = 500
MOST = 20
MAY = (scopes.PHONES,)


class OptOutSharing(Model):
    """``cursor``: the last opt-out taken from the other campaign. ``again_cursor``: the last one said there again
    (`OptOutSaidAgain`). ``came``: how many were new here."""

    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="opt_out_sharings", on_delete=fields.NO_ACTION
    )
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="opt_out_sharings", on_delete=fields.NO_ACTION
    )
    with_slug = fields.CharField(60)
    said_at = fields.DatetimeField()
    cursor = fields.BigIntField(default=0)
    again_cursor = fields.BigIntField(default=0, db_default=0)
    came = fields.IntField(default=0)

    campaign_id: int

    class Meta:
        table = "opt_out_sharing"


@dataclass(frozen=True)
class Shown:
    """``both``: the other campaign says the same."""

    row: OptOutSharing
    both: bool


_BOTH = (
    "SELECT s.id, o.id AS other_id FROM opt_out_sharing s JOIN campaign c ON c.id = s.campaign_id JOIN campaign o ON o.slug = s.with_slug"
    " JOIN opt_out_sharing b ON b.campaign_id = o.id AND b.with_slug = c.slug"
)


async def of(campaign_id: int) -> list[Shown]:
    both = {row["id"] for row in await database.query(f"{_BOTH} WHERE s.campaign_id = ?", campaign_id)}
    rows = await OptOutSharing.filter(campaign_id=campaign_id).order_by("id").select_related("user")
    return [Shown(row, row.id in both) for row in rows]


@transactional
async def say(by: Membership, slug: str) -> None:
    """Said twice is said once."""
    new = await database.query(
        "INSERT INTO opt_out_sharing (campaign_id, user_id, with_slug, said_at, cursor, again_cursor, came) VALUES (?, ?, ?, ?, 0, 0, 0)"
        " ON CONFLICT (campaign_id, with_slug) DO NOTHING RETURNING id",
        by.campaign_id,
        by.user_id,
        slug,
        sql_time(clock.now()),
    )
    if new:
        await audit.record(by, "opt_out.sharing_said", {"campaign": by.campaign_id}, slug)


@transactional
async def end(by: Membership, row: OptOutSharing) -> None:
    """Nothing more goes either way. Opted-out people stay so."""
    if await OptOutSharing.filter(id=row.id).delete():
        await audit.record(by, "opt_out.sharing_ended", {"campaign": by.campaign_id}, row.with_slug)


async def pass_on() -> int:
    """Passes on all opt-outs, pair by pair, in slices. Returns how many phones are newly opted out."""
    pairs = await database.query(f"{_BOTH} ORDER BY s.id")
    return sum([await _take(row["id"], row["other_id"], cursor) for row in pairs for cursor in _PAGES])


async def _opt_outs(other: Campaign, after: int) -> Page:
    return await giving_out.opt_outs(other, after, SLICE, MAY)


async def _said_again(other: Campaign, after: int) -> Page:
    return await giving_out.said_again(other, after, SLICE)


_PAGES = {"cursor": _opt_outs, "again_cursor": _said_again}


async def _take(sharing_id: int, other_id: int, cursor: str) -> int:
    """Takes one slice of the other campaign's opt-outs. One that came there from a third campaign is not passed on,
    since that one has no agreement with this; it is passed on once the person opts out there too. A slice may bring
    nobody without being the last."""
    other, new = await Campaign.get(id=other_id), 0
    while row := await OptOutSharing.get_or_none(id=sharing_id).select_related("campaign"):
        page = await _PAGES[cursor](other, before := getattr(row, cursor))
        if page.after == before:
            break
        own = [one["phone"] for one in page.rows if one.get("source") != FROM_SHARED]
        new += await _store(row, other, own, {cursor: before}, {cursor: page.after})
        if not page.more:
            break
    return new


@transactional
async def _store(
    row: OptOutSharing, other: Campaign, phones: list[str], before: dict[str, int], after: dict[str, int]
) -> int:
    """Stores nothing where the sharing has ended, or another worker took this slice."""
    fresh = await OptOutSharing.filter(id=row.id, **before).select_for_update().first()
    if fresh is None:
        return 0
    new = await opt_out_many(row.campaign, phones, FROM_SHARED, None, other.name) if phones else 0
    await OptOutSharing.filter(id=row.id).update(came=fresh.came + new, **after)
    return new
