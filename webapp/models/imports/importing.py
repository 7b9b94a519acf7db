"""A worker reads an upload: slices of rows, each one transaction that also moves the import's cursor (SPEC C1, C2)."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path

from webapp import clock, database
from webapp.database import statistics, transactional
from webapp.models import long_work
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import User
from webapp.models.actions.action import ActionExclusion, ActionList
from webapp.models.contacts.lists import ContactList, ListMembership
from webapp.models.imports import counting, reading, store
from webapp.models.imports.job import ASKING, CONTACTS, OPT_OUTS, ContactImport, Wishes
from webapp.models.imports.known import Known, Plain
from webapp.models.imports.strike_list import store_opt_outs
from webapp.models.long_work import DONE, RUNNING, WAITING, Pace
from webapp.reader import child, rows
from webapp.reader.file_error import FileError
from webapp.reader.shape import Shape, Wanted
from webapp.rules.contacts import contact_columns

# Rows of a slice, on a machine however busy. SQLite has one writer at a time: others wait for the slice
SMALLEST = {"sqlite": 200, "postgres": 1_000}


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
    wanted: Wanted | None = None,
    wishes: Wishes | None = None,
) -> ContactImport:
    """``path``: the file on disk. ``user``: None for the command, which never asks for a sheet. ``preview_first``: show
    the first rows, and wait for an `answer`, before any is stored. ``mapping``: header -> field or slug."""
    wanted = wanted or Wanted()
    return await ContactImport.create(
        campaign=campaign,
        user=user,
        kind=kind,
        list_name=list_name[:120],
        file_name=file_name[:200],
        path=str(path.resolve()),
        preview_first=preview_first,
        mapping=mapping or {},
        sheet_name=wanted.sheet[:300],
        header_line=wanted.header_line,
        without_hidden=wanted.without_hidden,
        **asdict(wishes or Wishes()),
        created_at=clock.now(),
    )


async def take_in(import_id: int, seconds: float) -> bool:
    """Stores rows for ``seconds``, from where the last worker stopped. It stores one slice at least: on a busy machine
    the reading process may take longer than ``seconds`` to start. True while rows are left."""
    job = await ContactImport.get(id=import_id).select_related("campaign", "user")
    if job.over or job.status == ASKING:
        return False
    try:
        found = await reading.survey(job)
        columns = await reading.columns_of(job, found)
        if isinstance(columns, contact_columns.Unclear) or job.preview_first or _undecided(job, found, columns):
            await counting.ask(job, found, columns)
            return False
        await _started(job, columns)
        return await _read(job, found, columns, clock.steady() + seconds)
    except FileError as error:
        if await reading.forget_choices(job, error):
            return True
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


def _undecided(job: ContactImport, found: Shape, columns: contact_columns.Columns) -> bool:
    """Should a person decide which sheet is the list, or about people whom a column or another sheet says not to text?"""
    several = not job.sheet_name and (len(found.lists) > 1 or (job.kind == CONTACTS and bool(found.strike_lists)))
    return job.user_id is not None and (several or (bool(columns.flags) and not job.mapping))


async def _read(job: ContactImport, found: Shape, columns: contact_columns.Columns, deadline: float) -> bool:
    order = rows.Order(str(reading.plain_copy(job)), found, columns, job.read_bytes, job.cursor, job.kind == OPT_OUTS)
    pace, known = Pace(smallest=SMALLEST[database.dialect()]), Known(job)
    async with reading.signs_of_life(job), statistics.beside() as keep_up, child.rows(order) as coming:
        part, plain = await _coming(job, coming, pace.size, known)
        while part:
            ahead = asyncio.create_task(_coming(job, coming, pace.size, known))  # while the database stores these
            try:
                if not await pace.take(_take(job, part, known, plain)):
                    return False
                keep_up()  # else each slice may read all contacts that the slices before it brought
                if clock.steady() >= deadline:
                    return True
                part, plain = await ahead
            finally:
                ahead.cancel()
                await asyncio.gather(ahead, return_exceptions=True)
        await _finish(job)
        return False


async def _coming(job: ContactImport, coming: child.Rows, most: int, known: Known) -> tuple[list[rows.Row], Plain]:
    part = await coming.take(most)
    return part, await known.prepare(part) if job.kind == CONTACTS else {}


async def _take(job: ContactImport, part: list[rows.Row], known: Known, plain: Plain) -> bool:
    """One slice; False where another worker does this import, it was cancelled, or a power cut took slices back."""
    stored = await _store(job, part, known, plain)
    known.committed()
    return stored


@transactional
async def _store(job: ContactImport, part: list[rows.Row], known: Known, plain: Plain) -> bool:
    fresh = await ContactImport.filter(id=job.id).select_for_update().get()
    if fresh.status != RUNNING or fresh.cursor != job.cursor:
        return False
    fresh.campaign, fresh.user = job.campaign, job.user
    counted = await (store.store(fresh, part, known, plain) if job.kind == CONTACTS else store_opt_outs(fresh, part))
    if job.kind == CONTACTS and not known.must_last(counted):
        await database.loosely()  # rows and cursor go together
    for name, number in counted.items():
        setattr(fresh, name, getattr(fresh, name) + number)
    fresh.cursor, fresh.read_bytes, fresh.seen_at, fresh.stumbles = part[-1].last_line, part[-1].end, clock.now(), 0
    await fresh.save(update_fields=["cursor", "read_bytes", "seen_at", "stumbles", "left_values", *counted])
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
        await audit.is_also_about("import", job.id, "list", fresh.contact_list_id)
    fresh.status, fresh.seen_at, fresh.started_at = RUNNING, clock.now(), fresh.started_at or clock.now()
    fresh.left_out = list(columns.unknown)
    await fresh.save(update_fields=["status", "seen_at", "started_at", "left_out", "contact_list_id"])
    job.status, job.contact_list_id, job.started_at = fresh.status, fresh.contact_list_id, fresh.started_at


@transactional
async def answer(job: ContactImport, mapping: dict[str, str], wishes: Wishes | None = None) -> bool:
    """Stores the chosen columns, which also confirms the sheet that was shown; the import goes on. ``mapping``: header
    or position ("#0") -> field or slug. False where the import does not ask any more, as after a cancellation in
    another tab."""
    asking = ContactImport.filter(id=job.id, status=ASKING)
    sheet = reading.shape_of(job).sheet[:300] if job.shape else ""
    settled = {"mapping": mapping, "sheet_name": sheet, "preview_first": False, **asdict(wishes or Wishes())}
    return bool(await asking.update(**settled, status=WAITING, error_code="", error_message="", seen_at=clock.now()))


@transactional
async def read_again(job: ContactImport, wanted: Wanted, mapping: dict[str, str], wishes: Wishes | None = None) -> bool:
    """Reads the file again as ``wanted``; then the import asks again, and stores nothing before. ``mapping``: columns
    chosen so far. False where the import does not ask any more."""
    asking = ContactImport.filter(id=job.id, status=ASKING)
    return bool(
        await asking.update(
            status=WAITING,
            shape=None,
            sample=[],
            mapping=mapping,
            **asdict(wishes or Wishes()),
            preview_first=True,
            sheet_name=wanted.sheet[:300],
            header_line=wanted.header_line,
            without_hidden=wanted.without_hidden,
            error_code="",
            error_message="",
            seen_at=clock.now(),
        )
    )


@transactional
async def again(
    job: ContactImport,
    mapping: dict[str, str],
    user: User | None,
    wanted: Wanted | None = None,
    wishes: Wishes | None = None,
) -> ContactImport:
    """A new import of the same file onto the same list, for columns that were left out: contacts are updated.
    ``wanted``: another way to read the file; then the page asks first."""
    how = wanted or Wanted(job.sheet_name, job.header_line, job.without_hidden)
    return await ContactImport.create(
        campaign_id=job.campaign_id,
        user=user,
        kind=job.kind,
        list_name=job.list_name,
        file_name=job.file_name,
        path=job.path,
        mapping=mapping,
        **asdict(wishes or Wishes()),
        contact_list_id=job.contact_list_id,
        preview_first=wanted is not None,
        sheet_name=how.sheet[:300],
        header_line=how.header_line,
        without_hidden=how.without_hidden,
        created_at=clock.now(),
    )


@transactional
async def _finish(job: ContactImport) -> None:
    found = ContactImport.filter(id=job.id, status=RUNNING, cursor=job.cursor)
    await found.update(status=DONE, ended_at=clock.now(), cursor=job.lines)


async def stumbled(import_id: int) -> None:
    message = "A fault of the site stopped this import. Everything stored before is kept. The site's log says more."
    await long_work.stumbled(ContactImport, import_id, message, error_code="internal")
