"""A worker reads an upload: slices of rows, each one transaction that also moves the import's cursor (SPEC C1, C2)."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from webapp import clock
from webapp.database import transactional
from webapp.models import long_work
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import User
from webapp.models.actions.action import ActionExclusion, ActionList
from webapp.models.contacts.lists import ContactList, ListMembership
from webapp.models.imports import reading, store
from webapp.models.imports.job import ASKING, CONTACTS, OPT_OUTS, ContactImport, RefusedRow
from webapp.models.imports.known import Known
from webapp.models.imports.strike_list import store_opt_outs
from webapp.models.long_work import CANCELLED, DONE, RUNNING, WAITING, Pace
from webapp.reader import child, rows, text
from webapp.reader.file_error import FileError
from webapp.rules.contacts import contact_columns


@transactional
async def begin(
    campaign: Campaign,
    list_name: str,
    path: Path,
    file_name: str,
    user: User | None,
    kind: str = CONTACTS,
    preview_first: bool = False,
    mapping: dict[str, str] | None = None,
) -> ContactImport:
    """``path``: the file on disk. ``preview_first``: show the first rows, and wait for an `answer`, before any is
    stored. ``mapping``: header -> field or slug."""
    return await ContactImport.create(
        campaign=campaign,
        user=user,
        kind=kind,
        list_name=list_name[:120],
        file_name=file_name[:200],
        path=str(path.resolve()),
        preview_first=preview_first,
        mapping=mapping or {},
        created_at=clock.now(),
    )


async def take_in(import_id: int, seconds: float) -> bool:
    """Stores rows for ``seconds``, from where the last worker stopped, and one slice at least: on a busy machine the
    reading process may need longer than that to start. True while rows are left."""
    job = await ContactImport.get(id=import_id).select_related("campaign", "user")
    if job.over or job.status == ASKING:
        return False
    try:
        found = await reading.survey(job)
        columns = await reading.columns_of(job, found)
        if isinstance(columns, contact_columns.Unclear) or job.preview_first:
            await _ask(job, columns if isinstance(columns, contact_columns.Unclear) else None)
            return False
        await _started(job, columns)
        return await _read(job, found, columns, clock.steady() + seconds)
    except FileError as error:
        await _fail(job, error.message, error.code)
    except FileNotFoundError:
        await _fail(job, "The uploaded file is not there any more. Upload it again.", "file_gone")
    return False


@transactional
async def _fail(job: ContactImport, message: str, code: str) -> None:
    await long_work.fail(job, message, error_code=code)
    await drop_empty_list(job)


@transactional
async def drop_empty_list(job: ContactImport) -> None:
    """Deletes the list that this import created, where nobody is on it and nothing else uses it (C1)."""
    fresh = await ContactImport.get(id=job.id)
    row = await ContactList.filter(id=fresh.contact_list_id or 0, size=0, created_at__gte=fresh.created_at).first()
    if row is None or await ListMembership.exists(contact_list=row):
        return
    by_another = await ContactImport.filter(contact_list=row).exclude(id=job.id).exists()
    used = by_another or await ActionList.exists(contact_list=row) or await ActionExclusion.exists(contact_list=row)
    if not used:
        await ContactImport.filter(id=job.id).update(contact_list_id=None)
        await row.delete()


async def _read(job: ContactImport, found: text.Shape, columns: contact_columns.Columns, deadline: float) -> bool:
    copy, phones = str(reading.plain_copy(job)), job.kind == OPT_OUTS
    order = rows.Order(copy, found, columns, job.read_bytes, job.cursor, phones)
    pace, known = Pace(), Known(job)
    async with reading.signs_of_life(job), child.rows(order) as coming:
        while True:
            part = await coming.take(pace.size)
            if not part:
                await _finish(job)
                return False
            if not await pace.take(_take(job, part, known)):
                return False
            if clock.steady() >= deadline:
                return True


async def _take(job: ContactImport, part: list[rows.Row], known: Known) -> bool:
    """One slice; False where another worker does this import, or it was cancelled."""
    if job.kind == CONTACTS:
        await known.prepare(part)
    stored = await _store(job, part, known)
    known.committed()
    return stored


@transactional
async def _store(job: ContactImport, part: list[rows.Row], known: Known) -> bool:
    fresh = await ContactImport.filter(id=job.id).select_for_update().get()
    if fresh.status != RUNNING or fresh.cursor != job.cursor:
        return False
    fresh.campaign, fresh.user = job.campaign, job.user
    counted = await (store.store(fresh, part, known) if job.kind == CONTACTS else store_opt_outs(fresh, part))
    for name, number in counted.items():
        setattr(fresh, name, getattr(fresh, name) + number)
    fresh.cursor, fresh.read_bytes, fresh.seen_at, fresh.stumbles = part[-1].last_line, part[-1].end, clock.now(), 0
    await fresh.save(update_fields=["cursor", "read_bytes", "seen_at", "stumbles", *counted])
    job.cursor, job.read_bytes = fresh.cursor, fresh.read_bytes
    return True


@transactional
async def _started(job: ContactImport, columns: contact_columns.Columns) -> None:
    """Creates the list, unless there is one of that name to add to."""
    fresh = await ContactImport.filter(id=job.id).select_for_update().get()
    if fresh.status not in (WAITING, RUNNING):
        return
    if fresh.kind == CONTACTS and fresh.contact_list_id is None:
        made_from = f"Import of {job.file_name}"
        fresh.contact_list_id = (await ContactList.make(job.campaign, job.list_name, made_from)).id
    fresh.status, fresh.seen_at, fresh.started_at = RUNNING, clock.now(), fresh.started_at or clock.now()
    fresh.left_out = list(columns.unknown)
    await fresh.save(update_fields=["status", "seen_at", "started_at", "left_out", "contact_list_id"])
    job.status, job.contact_list_id, job.started_at = fresh.status, fresh.contact_list_id, fresh.started_at


@transactional
async def _ask(job: ContactImport, unclear: contact_columns.Unclear | None) -> None:
    """Waits for someone to choose the columns; nothing is stored before."""
    code, message = (unclear.code, unclear.message) if unclear else ("", "")
    await ContactImport.filter(id=job.id, status__in=(WAITING, RUNNING)).update(
        status=ASKING, error_code=code, error_message=message
    )


@transactional
async def answer(job: ContactImport, mapping: dict[str, str]) -> bool:
    """Columns were chosen: the import goes on. ``mapping``: header or position ("#0") -> field or slug. False where the
    import does not ask any more, as after a cancellation in another tab."""
    asking = ContactImport.filter(id=job.id, status=ASKING)
    return bool(
        await asking.update(
            mapping=mapping, status=WAITING, error_code="", error_message="", preview_first=False, seen_at=clock.now()
        )
    )


@transactional
async def again(job: ContactImport, mapping: dict[str, str], user: User | None) -> ContactImport:
    """A new import of the same file onto the same list, with columns that were left out: contacts are updated."""
    return await ContactImport.create(
        campaign_id=job.campaign_id,
        user=user,
        kind=job.kind,
        list_name=job.list_name,
        file_name=job.file_name,
        path=job.path,
        mapping=mapping,
        contact_list_id=job.contact_list_id,
        created_at=clock.now(),
    )


@transactional
async def _finish(job: ContactImport) -> None:
    found = ContactImport.filter(id=job.id, status=RUNNING, cursor=job.cursor)
    await found.update(status=DONE, ended_at=clock.now(), cursor=job.lines)


async def stumbled(import_id: int) -> None:
    message = "A fault of the site stopped this import. What was stored before is kept. The site's log says more."
    await long_work.stumbled(ContactImport, import_id, message, error_code="internal")


async def forget_files(days: int) -> list[Path]:
    """Imports that ended ``days`` ago lose their first rows, refused cells and files; imports that have asked as long
    are cancelled. Returns the files in the uploads folder, for the caller to delete."""
    since = clock.now() - timedelta(days=days)
    await _give_up(since)
    ended = await ContactImport.filter(ended_at__lte=since).exclude(path="")
    in_use = {job.path for job in await ContactImport.filter(status__in=(WAITING, RUNNING, ASKING))}
    gone = [job for job in ended if job.path not in in_use]
    await _forget([job.id for job in gone])
    files = [path for job in gone for path in (Path(job.path), reading.plain_copy(job))]
    return [path for path in files if path.parent == reading.folder()]


@transactional
async def _give_up(since: datetime) -> None:
    asking = ContactImport.filter(status=ASKING, created_at__lt=since)
    await asking.update(status=CANCELLED, ended_at=since)


@transactional
async def _forget(import_ids: list[int]) -> None:
    await ContactImport.filter(id__in=import_ids or [0]).update(path="", sample=[], shape=None)
    await RefusedRow.filter(contact_import_id__in=import_ids or [0]).update(cells=[], raw_phone="")
