"""A nightly import: where the file is, which list it goes to, how its columns were chosen; and each night's run (SPEC B8)."""

from __future__ import annotations

from pathlib import Path

from tortoise import fields
from tortoise.models import Model

from webapp import clock
from webapp.database import transactional
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership, User
from webapp.models.imports import importing, reading, upload
from webapp.models.imports.job import ASKING, ContactImport
from webapp.models.logins import sealed
from webapp.models.long_work import DONE
from webapp.reader.file_error import FileError
from webapp.rules.nightly import fetched, nights

MOST = 10
FETCHING, READING, STORED, REFUSED = "fetching", "reading", "stored", "refused"
SHOWN = 30
NOT_CHOSEN = "Nobody has chosen the columns of the first file yet. Open the upload and choose them."
NOT_READ = "The first file is still being read. Nothing of this one was stored."
SAME = "The newest file, {name}, is the one that was read before. Nothing was stored."
ENDED = "Somebody ended this nightly import while the file was fetched. Nothing was stored."


class NightlyImport(Model):
    """``url``: sealed, since whoever has it may read the file. ``host``: its server, for the page. ``first_import_id``: the first file,
    whose columns a person chooses; that choice holds for all others."""

    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="nightly_imports", on_delete=fields.NO_ACTION
    )
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="nightly_imports", on_delete=fields.NO_ACTION
    )
    url = fields.TextField()
    host = fields.CharField(255)
    list_name = fields.CharField(120)
    hour = fields.IntField(default=3)
    made_at = fields.DatetimeField()
    next_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    first_import_id = fields.IntField(null=True)

    campaign_id: int
    user_id: int

    class Meta:
        table = "nightly_import"

    @property
    def begins_now(self) -> bool:
        """A worker is about to fetch the file."""
        return self.ended_at is None and self.next_at <= clock.now()


class NightlyRun(Model):
    """``why``: where nothing was stored. ``told_at``: when its report was written. ``content``: the SHA-256 of a file that came from a
    folder, ``file_name`` its name there."""

    id = fields.BigIntField(primary_key=True)
    nightly: fields.ForeignKeyRelation[NightlyImport] = fields.ForeignKeyField(
        "models.NightlyImport", related_name="runs", on_delete=fields.NO_ACTION
    )
    at = fields.DatetimeField()
    state = fields.CharField(10, default=FETCHING)
    why = fields.CharField(1_000, default="")
    import_id = fields.IntField(null=True)
    told_at = fields.DatetimeField(null=True)
    file_name = fields.CharField(200, default="", db_default="")
    content = fields.CharField(64, default="", db_default="")

    nightly_id: int

    class Meta:
        table = "nightly_run"


async def of(campaign_id: int) -> list[NightlyImport]:
    found = NightlyImport.filter(campaign_id=campaign_id, ended_at=None)
    return await found.order_by("-id").select_related("user")


async def runs_of(row: NightlyImport) -> list[tuple[NightlyRun, ContactImport | None]]:
    """The newest SHOWN, each with its import."""
    runs = await NightlyRun.filter(nightly=row).order_by("-id").limit(SHOWN)
    jobs = {job.id: job for job in await ContactImport.filter(id__in=[run.import_id or 0 for run in runs] or [0])}
    return [(run, jobs.get(run.import_id or 0)) for run in runs]


@transactional
async def make(by: Membership, url: str, host: str, list_name: str, hour: int) -> NightlyImport:
    """It is fetched at once, so that the columns can be chosen, and then each night."""
    now = clock.now()
    row = await NightlyImport.create(
        campaign=by.campaign,
        user=by.user,
        url=sealed.seal(url),
        host=host,
        list_name=list_name,
        hour=hour,
        made_at=now,
        next_at=now,
    )
    await audit.record(by, "nightly.made", {"nightly": row.id}, list_name, server=host)
    return row


@transactional
async def end(by: Membership, row: NightlyImport) -> None:
    if await NightlyImport.filter(id=row.id, ended_at=None).update(ended_at=clock.now()):
        await audit.record(by, "nightly.ended", {"nightly": row.id}, row.list_name)


@transactional
async def fetch_now(by: Membership, row: NightlyImport) -> None:
    """Not while it is being fetched."""
    if await NightlyRun.exists(nightly=row, state=FETCHING):
        return
    await NightlyImport.filter(id=row.id, ended_at=None).update(next_at=clock.now())
    await audit.record(by, "nightly.begun", {"nightly": row.id}, row.list_name)


async def due() -> list[int]:
    rows = await NightlyImport.filter(ended_at=None, next_at__lte=clock.now()).order_by("id").limit(100)
    return [row.id for row in rows]


@transactional
async def begin(nightly_id: int) -> tuple[NightlyImport, NightlyRun] | None:
    """Tonight's run, once; None where another worker began it."""
    found = NightlyImport.filter(id=nightly_id, ended_at=None, next_at__lte=clock.now())
    row = await found.select_for_update().first()
    if row is None:
        return None
    await row.fetch_related("campaign", "user")
    row.next_at = nights.next_night(row.campaign.local(clock.now()), row.hour)
    await row.save(update_fields=["next_at"])
    return row, await NightlyRun.create(nightly=row, at=clock.now())


@transactional
async def refuse(run: NightlyRun, why: str) -> None:
    """Nothing of this night's file is stored."""
    await NightlyRun.filter(id=run.id, state__in=[FETCHING, READING]).update(state=REFUSED, why=why[:1_000])


async def take_in(row: NightlyImport, run: NightlyRun, path: Path) -> ContactImport | None:
    """The import of the fetched file; None, and nothing is stored, where it is refused. The first file waits for a
    person to choose its columns, as an upload does. The columns of a later one are compared before its import is made.
    So a worker that dies leaves no import that another worker would go on with unchecked."""
    first = await ContactImport.get_or_none(id=row.first_import_id or 0)
    name = ", ".join(filter(None, [run.file_name, row.host, f"{clock.now():%Y-%m-%d}"]))
    if first is None or first.status != DONE:
        if first is not None and not first.over:
            asks = first.preview_first or first.status == ASKING
            await refuse(run, NOT_CHOSEN if asks else NOT_READ)
            return None
        return await _first(row, run, path, name)
    how = reading.Wanted(first.sheet_name, first.header_line, first.without_hidden)
    try:
        why = fetched.columns_changed(first.header, await reading.header_of_file(path, how))
    except FileError as error:
        why = error.message
    if why:
        await refuse(run, why)
        return None
    return await _next(row, run, path, name, first, how)


@transactional
async def _first(row: NightlyImport, run: NightlyRun, path: Path, name: str) -> ContactImport | None:
    if not await _still_wanted(row, run):
        return None
    job = await importing.begin(row.campaign, row.list_name, path, name, row.user, preview_first=True)
    await NightlyImport.filter(id=row.id).update(first_import_id=job.id)
    await _note(run, job)
    return job


@transactional
async def _next(
    row: NightlyImport, run: NightlyRun, path: Path, name: str, first: ContactImport, how: reading.Wanted
) -> ContactImport | None:
    """``user`` is blank, as with the command: nobody is there to be asked. ``how``: the sheet and header that were chosen."""
    if not await _still_wanted(row, run):
        return None
    job = await importing.begin(
        row.campaign, row.list_name, path, name, None, mapping=first.mapping, wanted=how, wishes=first.wishes
    )
    await _note(run, job)
    return job


async def _note(run: NightlyRun, job: ContactImport) -> None:
    await upload.note_begun(job, "nightly import", {"nightly": run.nightly_id})
    whose = {"file_name": run.file_name, "content": run.content}
    await NightlyRun.filter(id=run.id).update(import_id=job.id, state=READING, **whose)


async def _still_wanted(row: NightlyImport, run: NightlyRun) -> bool:
    """Inside the transaction of the import. False where somebody ended it meanwhile, the run was given up, or a folder has
    nothing new."""
    if await NightlyImport.filter(id=row.id, ended_at=None).select_for_update().first() is None:
        await refuse(run, ENDED)
        return False
    if run.content and await _read_before(run):
        await refuse(run, SAME.format(name=run.file_name))
        return False
    return await NightlyRun.filter(id=run.id, state=FETCHING).exists()


async def _read_before(run: NightlyRun) -> bool:
    """The last file of this nightly import that was taken in has the same content."""
    taken = NightlyRun.filter(nightly_id=run.nightly_id, state__in=[READING, STORED], id__lt=run.id)
    last = await taken.order_by("-id").first()
    if last is None or last.content != run.content:
        return False
    job = await ContactImport.get_or_none(id=last.import_id or 0)
    return job is None or not job.over or job.status == DONE
