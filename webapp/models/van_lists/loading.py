"""Brings in a saved list of VAN's: VAN makes a file of it, a worker fetches the file, and the file is read like an
upload (SPEC B3, C1). One worker at a time has a lease on a list. The next one can repeat any of its steps."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path

from tortoise import fields

from webapp import clock, database
from webapp.database import transactional
from webapp.database.locks import Lock
from webapp.models import long_work
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership, User
from webapp.models.imports import importing, reading, upload
from webapp.models.imports.job import ContactImport
from webapp.models.long_work import DONE, RUNNING, WAITING, LongWork
from webapp.models.van.connection import VanConnection
from webapp.models.van_lists.listed import VanList
from webapp.rules.van import pauses

LEASE = 120  # seconds; the pieces of a file renew it
PATIENCE = timedelta(hours=2)  # for VAN to make the file, or to be reached again
SHOWN = 20
OTHER_DATABASE = (
    "VAN's key was forgotten, or is of another database than when the list was asked for: its VAN IDs would be other people's."
    " Bring the list in again. Nothing was stored."
)
OPEN = (WAITING, RUNNING)


class VanLoad(LongWork):
    """``job_id``: VAN's export job, once there is one; ``mode``: of the key that began it. ``tries``: how often VAN was asked. ``why``: what VAN said last, where the list waits
    for it. ``next_at``: when the next step is due, or the lease of the worker at it ends. ``import_id``: the import that reads the file."""

    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="van_loads", on_delete=fields.NO_ACTION
    )
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="van_loads", on_delete=fields.NO_ACTION
    )
    van = fields.IntField(default=0, db_default=0)
    saved_list_id = fields.IntField()
    name = fields.CharField(300)
    job_id = fields.BigIntField(null=True)
    mode = fields.IntField(null=True)
    tries = fields.IntField(default=0)
    why = fields.CharField(400, default="")
    lease = fields.CharField(36, default="")
    next_at = fields.DatetimeField()
    import_id = fields.IntField(null=True)

    campaign_id: int
    user_id: int

    class Meta:
        table = "van_load"

    @property
    def too_old(self) -> bool:
        return clock.now() - self.created_at > PATIENCE

    @property
    def part(self) -> Path:
        """The file as far as this lease fetched it."""
        return reading.folder() / f"van-{self.id}-{self.lease}.list"


@transactional
async def start(by: Membership, saved: VanList) -> VanLoad:
    """A list that is on its way already is not begun twice."""
    await database.lock(Lock.CONNECTING_VAN, by.campaign_id)
    own = VanLoad.filter(campaign_id=by.campaign_id, van=saved.van, saved_list_id=saved.saved_list_id, status__in=OPEN)
    if there := await own.first():
        return there
    await audit.record(by, "van.list_brought", {"van": saved.van}, saved.name)
    now = clock.now()
    return await VanLoad.create(
        campaign_id=by.campaign_id,
        user_id=by.user_id,
        van=saved.van,
        saved_list_id=saved.saved_list_id,
        name=saved.name,
        created_at=now,
        next_at=now,
    )


@transactional
async def cancel(load: VanLoad, by: Membership) -> None:
    """Nothing of it is stored. A list whose file is being read is cancelled on the import's page."""
    if await long_work.cancel(load):
        await audit.record(by, "van.list_cancelled", {"van": load.van}, load.name)


async def due() -> list[int]:
    found = await VanLoad.filter(status__in=OPEN, next_at__lte=clock.now()).order_by("id").limit(100)
    return [load.id for load in found]


@transactional
async def take(load_id: int) -> VanLoad | None:
    """The list with a lease on it; None where another worker has one, or where it is not due or over."""
    now, token = clock.now(), str(uuid.uuid4())
    free = VanLoad.filter(id=load_id, status__in=OPEN, next_at__lte=now)
    until = now + timedelta(seconds=LEASE)
    if not await free.update(lease=token, next_at=until, status=RUNNING, seen_at=now):
        return None
    return await VanLoad.get(id=load_id).select_related("campaign", "user")


@transactional
async def keep(load: VanLoad) -> bool:
    """Renews the lease while the file is fetched. False where another worker has the lease, or somebody cancelled the
    list."""
    return bool(await _mine(load, next_at=clock.now() + timedelta(seconds=LEASE), seen_at=clock.now()))


@transactional
async def note_job(load: VanLoad, job_id: int, mode: int) -> None:
    load.job_id, load.mode = job_id, mode
    await _mine(load, job_id=job_id, mode=mode, why="")


@transactional
async def later(load: VanLoad, why: str = "", seconds: float = 0) -> float:
    """The next step is due after ``seconds``, or by the number of tries. Returns the seconds."""
    pause = seconds or pauses.look_again(load.tries + 1)
    at = clock.now() + timedelta(seconds=pause)
    await _mine(load, next_at=at, lease="", tries=load.tries + 1, why=why[:400], stumbles=0)
    return pause


@transactional
async def fetched(load: VanLoad) -> ContactImport | None:
    """The file is whole: begins the import that reads it, as an upload of the user who asked for the list. None where
    another worker has the lease."""
    if not await VanConnection.filter(id=load.van, mode=load.mode).exclude(key="").exists():
        if await _mine(load, why=""):
            await long_work.fail(load, OTHER_DATABASE)
        return None
    if not await _mine(load, status=DONE, ended_at=clock.now(), why=""):
        return None
    title = f"VAN: {load.name}"
    job = await importing.begin(load.campaign, load.name, load.part, title, load.user)
    await upload.note_begun(job, "VAN", {"van": load.van})
    await ContactImport.filter(id=job.id).update(van=load.van)
    await VanLoad.filter(id=load.id).update(import_id=job.id)
    return job


@transactional
async def fail(load: VanLoad, message: str) -> None:
    if await _mine(load, why=""):
        await long_work.fail(load, message)


async def stumbled(load_id: int) -> None:
    message = "A fault of the site stopped this list. Nothing of it was stored. The site's log says more."
    await long_work.stumbled(VanLoad, load_id, message)


async def _mine(load: VanLoad, **values: object) -> int:
    return await VanLoad.filter(id=load.id, lease=load.lease, status__in=OPEN).update(**values)


async def newest(campaign_id: int) -> list[tuple[VanLoad, ContactImport | None]]:
    """The newest lists that were asked for, each with the import that reads it."""
    loads = await VanLoad.filter(campaign_id=campaign_id).order_by("-id").limit(SHOWN)
    ids = [load.import_id for load in loads if load.import_id]
    imports = {job.id: job for job in await ContactImport.filter(id__in=ids or [0], campaign_id=campaign_id)}
    return [(load, imports.get(load.import_id or 0)) for load in loads]


async def leftovers() -> list[Path]:
    """Files of lists that somebody cancelled, or whose worker ended while it fetched them; people's data, for the caller to delete."""
    found = list(reading.folder().glob("van-*.list"))  # first: what is begun later is not among them
    held = {load.part for load in await VanLoad.filter(status__in=OPEN).exclude(lease="")}
    in_use = {Path(job.path) for job in await ContactImport.filter(path__in=[str(path) for path in found] or ["-"])}
    return [path for path in found if path not in held | in_use]
