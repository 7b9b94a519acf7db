"""VAN's saved lists, as it named them last (SPEC B3)."""

from __future__ import annotations

from collections.abc import Sequence

from tortoise import fields
from tortoise.models import Model

from webapp import database
from webapp.database import transactional
from webapp.database.locks import Lock
from webapp.models.van.connection import VanConnection

MOST = 200  # on a page


class VanList(Model):
    """``saved_list_id``: VAN's. A list that VAN names no more has no row."""

    id = fields.IntField(primary_key=True)
    campaign_id = fields.IntField()
    saved_list_id = fields.IntField()
    name = fields.CharField(300)
    people = fields.IntField(default=0)

    class Meta:
        table = "van_list"


@transactional
async def note(campaign_id: int, found: Sequence[tuple[int, str, int]]) -> None:
    """VAN's lists as it gave them just now: id, name and number of people of each."""
    await database.lock(Lock.CONNECTING_VAN, campaign_id)
    named = {id_: (name[:300], people) for id_, name, people in found}
    there = {row.saved_list_id: row for row in await VanList.filter(campaign_id=campaign_id)}
    new = [id_ for id_ in named if id_ not in there]
    await VanList.bulk_create(
        [VanList(campaign_id=campaign_id, saved_list_id=n, name=named[n][0], people=named[n][1]) for n in new]
    )
    for id_, old in there.items():
        if id_ in named and (old.name, old.people) != named[id_]:
            await VanList.filter(id=old.id).update(name=named[id_][0], people=named[id_][1])
    gone = [row.id for id_, row in there.items() if id_ not in named]
    await VanList.filter(id__in=gone or [0]).delete()
    await VanConnection.filter(campaign_id=campaign_id).exclude(lists_why="").update(lists_why="")


@transactional
async def not_read(campaign_id: int, why: str) -> None:
    """VAN gave its codes, and not its lists."""
    await VanConnection.filter(campaign_id=campaign_id).update(lists_why=why[:400])


async def of(campaign_id: int, find: str = "") -> list[VanList]:
    """The first MOST by name, of those with ``find`` in it."""
    own = (
        VanList.filter(campaign_id=campaign_id, name__icontains=find)
        if find
        else VanList.filter(campaign_id=campaign_id)
    )
    return await own.order_by("name", "id").limit(MOST)
