"""Sets of time zones: the clocks a contact may be on (SPEC S1)."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from webapp import database
from webapp.models.accounts.campaign import Campaign


class ZoneSet(Model):
    """A set of clocks a contact may be on. Few in all; conversations name theirs, so that Start finds who is awake."""

    id = fields.IntField(primary_key=True)
    names = fields.CharField(1000, unique=True)  # IANA names, sorted, separated by a blank

    class Meta:
        table = "zone_set"

    @property
    def zones(self) -> tuple[str, ...]:
        return tuple(self.names.split())

    @classmethod
    async def id_of(cls, names: tuple[str, ...]) -> int | None:
        """The row of this set, made if need be; None for no evidence at all. Inside a transaction."""
        if not names:
            return None
        text = " ".join(names)
        if known := await cls.get_or_none(names=text):
            return known.id
        await database.query("INSERT INTO zone_set (names) VALUES (?) ON CONFLICT (names) DO NOTHING", text)
        return (await cls.get(names=text)).id


_zones: dict[tuple[int, int], tuple[str, ...]] = {}  # a set of zones never changes once it is made


async def zones_of(campaign: Campaign, zone_set_id: int | None) -> tuple[str, ...]:
    """The clocks to ask: the contact's, or the campaign's where nothing is known of them."""
    if zone_set_id is None:
        return (campaign.timezone,)
    key = (database.opened(), zone_set_id)
    if key not in _zones:
        _zones[key] = (await ZoneSet.get(id=zone_set_id)).zones
    return _zones[key]
