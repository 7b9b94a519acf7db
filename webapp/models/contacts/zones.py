"""Sets of time zones a contact may be in (SPEC S1)."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from webapp import clock, database
from webapp.models.accounts.campaign import Campaign

Zones = dict[int | None, tuple[str, ...]]
LATELY = 5.0  # seconds
_lately: dict[int, tuple[float, Zones]] = {}  # by the opening of the database


class ZoneSet(Model):
    """A set of zones a contact may be in. There are few. Conversations name theirs, so that Start finds open ones quickly."""

    id = fields.IntField(primary_key=True)
    names = fields.CharField(1000, unique=True)  # IANA names, sorted, separated by a blank

    class Meta:
        table = "zone_set"

    @property
    def zones(self) -> tuple[str, ...]:
        return tuple(self.names.split())

    @classmethod
    async def id_of(cls, names: tuple[str, ...]) -> int | None:
        """The row of this set, created if there is none; None where the set is empty. Inside a transaction."""
        if not names:
            return None
        text = " ".join(names)
        if known := await cls.get_or_none(names=text):
            return known.id
        await database.query("INSERT INTO zone_set (names) VALUES (?) ON CONFLICT (names) DO NOTHING", text)
        return (await cls.get(names=text)).id

    @classmethod
    async def every(cls) -> Zones:
        """Id -> zones, of all sets."""
        rows = await database.query("SELECT id, names FROM zone_set")
        return {row["id"]: tuple(row["names"].split()) for row in rows}

    @classmethod
    async def lately(cls) -> Zones:
        """As `every`, up to LATELY seconds ago. The same object until it is read again."""
        kept, now = _lately.get(database.opened()), clock.steady()
        if kept is None or now > kept[0] + LATELY:
            _lately.clear()
            kept = _lately[database.opened()] = now, await cls.every()
        return kept[1]


class ZoneDerivation(Model):
    """How far a version of the tables (`contact_zones.version`) has got through the stored contacts. The row with the
    highest id counts. An earlier version that an old process still has, during a deployment, changes nothing any
    more."""

    id = fields.IntField(primary_key=True)
    version = fields.CharField(32)
    after_id = fields.BigIntField()  # contacts up to this id are done
    changed = fields.IntField()
    began_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "zone_derivation"


_zones: dict[tuple[int, int], tuple[str, ...]] = {}  # by the opening of the database, and row; a row never changes


async def zones_of(campaign: Campaign, zone_set_id: int | None) -> tuple[str, ...]:
    """The contact's zones, or the campaign's zone where theirs are not known."""
    if zone_set_id is None:
        return (campaign.timezone,)
    key = (database.opened(), zone_set_id)
    if key not in _zones:
        _zones[key] = (await ZoneSet.get(id=zone_set_id)).zones
    return _zones[key]
