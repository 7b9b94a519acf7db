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
    """``saved_list_id``: VAN's id of it. A list that VAN no longer gives has no row."""

    id = fields.IntField(primary_key=True)
    campaign_id = fields.IntField()
    van = fields.IntField(default=0, db_default=0)
    saved_list_id = fields.IntField()
    name = fields.CharField(300)
    people = fields.IntField(default=0)

    class Meta:
        table = "van_list"


@transactional
async def note(row: VanConnection, found: Sequence[tuple[int, str, int]]) -> None:
    """VAN's lists as it gave them just now: id, name and number of people of each."""
    await database.lock(Lock.CONNECTING_VAN, row.campaign_id)
    own: dict[str, int] = {"campaign_id": row.campaign_id, "van": row.id}
    named = {id_: (name[:300], people) for id_, name, people in found}
    there = {one.saved_list_id: one for one in await VanList.filter(**own)}
    new = [id_ for id_ in named if id_ not in there]
    await VanList.bulk_create([VanList(**own, saved_list_id=n, name=named[n][0], people=named[n][1]) for n in new])
    for id_, old in there.items():
        if id_ in named and (old.name, old.people) != named[id_]:
            await VanList.filter(id=old.id).update(name=named[id_][0], people=named[id_][1])
    gone = [old.id for id_, old in there.items() if id_ not in named]
    await VanList.filter(id__in=gone or [0]).delete()
    await VanConnection.filter(id=row.id).exclude(lists_why="").update(lists_why="")


@transactional
async def not_read(row: VanConnection, why: str) -> None:
    """VAN gave its codes, and not its lists."""
    await VanConnection.filter(id=row.id).update(lists_why=why[:400])


async def of(row: VanConnection, find: str = "") -> list[VanList]:
    """The first MOST by name, of those with ``find`` in it."""
    own = VanList.filter(van=row.id)
    return await (own.filter(name__icontains=find) if find else own).order_by("name", "id").limit(MOST)
