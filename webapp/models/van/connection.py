"""A campaign's way to a VAN: key and mode, what VAN said last, and how long to leave it alone (SPEC B3)."""

from __future__ import annotations

from datetime import datetime, timedelta

from tortoise import fields
from tortoise.models import Model
from tortoise.queryset import QuerySet

from webapp import clock, database
from webapp.database import transactional
from webapp.database.packed import sql_time
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.lease import Leased
from webapp.models.logins import sealed
from webapp.rules.van import pauses

MY_VOTERS, MY_CAMPAIGN = 0, 1
KEY, AWAY, SECRET = "key", "away", "secret"  # kinds of trouble
LEASE = 60  # seconds for which one worker alone sends to a VAN; each claim renews it
ASKED_AGAIN = timedelta(hours=1)  # VAN's lists are read as often


class VanConnection(Model):
    """``key``: sealed; blank where it was forgotten. ``name``: blank where the campaign has one VAN.
    ``contact_type_id``: VAN's "SMS Text". ``asked_at``: when a user or the clock last asked for VAN's lists.
    ``answered_at``: when VAN answered or failed. ``trouble``: one of the kinds; ``why``: in VAN's words. ``lease``: of
    the worker that sends. ``lists_why``: VAN's words, if it gave its codes but not its saved lists."""

    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="van_connections", on_delete=fields.NO_ACTION
    )
    name = fields.CharField(60, default="", db_default="")
    key = fields.TextField()
    mode = fields.IntField(default=MY_CAMPAIGN)
    paused_at = fields.DatetimeField(null=True)
    contact_type_id = fields.IntField(null=True)
    asked_at = fields.DatetimeField(null=True)
    answered_at = fields.DatetimeField(null=True)
    trouble = fields.CharField(10, default="")
    why = fields.CharField(400, default="")
    lists_why = fields.CharField(400, default="", db_default="")
    rest_until = fields.DatetimeField(null=True)
    fails = fields.IntField(default=0)
    lease = fields.CharField(36, default="")
    leased_until = fields.DatetimeField(null=True)

    campaign_id: int

    class Meta:
        table = "van_connection"

    @property
    def asking(self) -> bool:
        """Is VAN's answer still awaited?"""
        return self.asked_at is not None and (self.answered_at is None or self.answered_at < self.asked_at)

    @property
    def stopped(self) -> bool:
        """Nothing is sent until a person does something."""
        return self.paused_at is not None or self.trouble in (KEY, SECRET)

    def secret(self) -> str | None:
        """The key as VAN wants it; None where there is none, or where it was sealed with a key of this site that is lost."""
        return sealed.opened(self.key)


async def of(campaign_id: int) -> VanConnection | None:
    """The first VAN of the campaign that has a key."""
    return next(iter(await all_of(campaign_id)), None)


async def first_of(campaign_id: int) -> VanConnection | None:
    """The first that has a key; where none has, the first."""
    return await of(campaign_id) or await VanConnection.filter(campaign_id=campaign_id).order_by("id").first()


async def all_of(campaign_id: int) -> list[VanConnection]:
    """Those with a key."""
    return await VanConnection.filter(campaign_id=campaign_id).exclude(key="").order_by("id")


async def with_key(van: int) -> VanConnection | None:
    return await VanConnection.filter(id=van).exclude(key="").first()


@transactional
async def pause(by: Membership, row: VanConnection, paused: bool) -> None:
    """Pauses it, or ends the pause. While it is paused facts are still noted, and wait."""
    await VanConnection.filter(id=row.id).update(paused_at=clock.now() if paused else None)
    await audit.record(by, "van.paused" if paused else "van.resumed", {"van": row.id}, row.name)


@transactional
async def ask(campaign_id: int) -> None:
    """Asks each VAN of the campaign for its lists again."""
    await VanConnection.filter(campaign_id=campaign_id).update(asked_at=clock.now())


def _same(used: VanConnection) -> QuerySet[VanConnection]:
    """The connection that was ``used``, unless somebody has set another key or mode since: VAN's answer says nothing
    about the new ones."""
    return VanConnection.filter(id=used.id, key=used.key, mode=used.mode)


@transactional
async def answered(used: VanConnection, contact_type_id: int | None) -> None:
    """VAN answered: what stopped the sending is over."""
    row = {"answered_at": clock.now(), "contact_type_id": contact_type_id, "trouble": "", "why": "", "fails": 0}
    await _same(used).update(**row, rest_until=None)


@transactional
async def failed(used: VanConnection, trouble: str, why: str, asked: bool = False) -> None:
    """``asked``: the failed request was the one for VAN's lists. A VAN that is away is left alone for longer each
    time."""
    row = await _same(used).select_for_update().first()
    if row is None:
        return
    row.trouble, row.why, row.fails = trouble, why[:400], row.fails + 1
    row.rest_until = clock.now() + timedelta(seconds=pauses.again(row.fails)) if trouble == AWAY else None
    row.answered_at = clock.now() if asked else row.answered_at
    await row.save()


@transactional
async def rest(van: int, seconds: float) -> None:
    """VAN asked for a pause."""
    until = clock.now() + timedelta(seconds=seconds)
    await VanConnection.filter(id=van).update(rest_until=until)


@transactional
async def went_well(van: int) -> None:
    await VanConnection.filter(id=van, fails__gt=0).update(fails=0, rest_until=None, trouble="", why="")


_LEASED = Leased(
    "van_connection",
    "id",
    f"key <> '' AND paused_at IS NULL AND trouble NOT IN ('{KEY}', '{SECRET}') AND (rest_until IS NULL OR rest_until <= ?)",
)


async def take_lease(van: int) -> str | None:
    return await _LEASED.take(van, LEASE)


async def keep_lease(van: int, token: str) -> bool:
    return await _LEASED.keep(van, token, LEASE)


async def give_lease_back(van: int, token: str) -> None:
    await _LEASED.give_back(van, token)


async def to_ask() -> list[int]:
    """Campaigns of which a VAN is to be asked for its lists: somebody waits for it, or the last answer is old."""
    now: datetime = clock.now()
    rows = await database.query(
        "SELECT DISTINCT campaign_id FROM van_connection WHERE key <> ''"
        " AND ((asked_at IS NOT NULL AND (answered_at IS NULL OR answered_at < asked_at)) OR answered_at < ?)",
        sql_time(now - ASKED_AGAIN),
    )
    return [row["campaign_id"] for row in rows]
