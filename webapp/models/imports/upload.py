"""Begins an upload, chooses its columns, cancels it, each with its audit note (SPEC C1)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from webapp.database import transactional
from webapp.models import long_work
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership
from webapp.models.contacts import labels
from webapp.models.imports import importing, preview
from webapp.models.imports.job import ASKING, CONTACTS, OPT_OUTS, ContactImport, Wishes
from webapp.models.long_work import DONE
from webapp.reader.shape import Wanted


@transactional
async def start(
    list_name: str, path: Path, file_name: str, kind: str, preview_first: bool, by: Membership
) -> ContactImport:
    """Arguments as in `importing.begin`."""
    job = await importing.begin(by.campaign, list_name, path, file_name, by.user, kind, preview_first)
    await audit.record(by, "list.uploaded", _about(job), file_name, kind=kind)
    return job


@transactional
async def note_begun(job: ContactImport, source: str, about: audit.About = audit.NOTHING) -> None:
    """Notes an import that the site itself began, from this ``source``."""
    await audit.note(
        job.campaign,
        None,
        "list.begun_by_itself",
        {"import": job.id, **about},
        job.list_name,
        file=job.file_name,
        source=source,
    )


def _about(*jobs: ContactImport) -> audit.About:
    return {"import": [job.id for job in jobs], "list": [job.contact_list_id for job in jobs if job.contact_list_id]}


@transactional
async def choose_columns(
    job: ContactImport,
    mapping: dict[str, str],
    by: Membership,
    wishes: Wishes | None = None,
    new_tags: Sequence[str] = (),
) -> ContactImport:
    """The import to run now: this one, or a new one of the same file where this one is over. ``mapping``: position
    ("#0") -> field or slug; `preview.NEW` adds a custom field named as the column. ``new_tags``: tags of the file to create
    first."""
    for name in new_tags:
        if tag := await labels.new_tag(by.campaign, name):
            await audit.record(by, "tag.created", {"tag": tag.id, "import": job.id}, name)
    chosen = await _with_new_fields(job, mapping, by)
    if job.over:
        after = await importing.again(job, chosen, by.user, wishes=wishes)
    else:
        await importing.answer(job, chosen, wishes)
        after = job
    await audit.record(by, "list.columns_chosen", _about(job, after), job.file_name)
    return after


@transactional
async def read_again(
    job: ContactImport, wanted: Wanted, mapping: dict[str, str], by: Membership, wishes: Wishes | None = None
) -> ContactImport:
    """The import that reads the file again and then asks: this one, or a new one of the same file where this one is
    over."""
    if job.over:
        after = await importing.again(job, mapping, by.user, wanted, wishes)
    else:
        await importing.read_again(job, wanted, mapping, wishes)
        after = job
    await audit.record(by, "list.read_again", _about(job, after), job.file_name)
    return after


@transactional
async def start_strike_list(job: ContactImport, sheet: str, by: Membership) -> ContactImport:
    """Imports another sheet of the same workbook as a list of phones to opt out. It is shown before any phone is opted
    out."""
    path, wanted = Path(job.path), Wanted(sheet)
    made = await importing.begin(by.campaign, "", path, job.file_name, by.user, OPT_OUTS, True, wanted=wanted)
    await audit.record(by, "list.uploaded", _about(job, made), job.file_name, kind=OPT_OUTS)
    return made


async def struck(job: ContactImport) -> dict[str, ContactImport]:
    """The sheets of this file that were opted out already -> how that went."""
    of_file = ContactImport.filter(campaign_id=job.campaign_id, path=job.path, kind=OPT_OUTS, status=DONE)
    return {one.sheet_name: one for one in await of_file.order_by("id")}


async def waiting_list(job: ContactImport) -> ContactImport | None:
    """The list of the same file that waits for its columns, while this strike list of it goes first."""
    if job.kind != OPT_OUTS or not job.path:
        return None
    same = ContactImport.filter(campaign_id=job.campaign_id, path=job.path, kind=CONTACTS, status=ASKING)
    return await same.order_by("-id").first()


async def _with_new_fields(job: ContactImport, mapping: dict[str, str], by: Membership) -> dict[str, str]:
    chosen = dict(mapping)
    for n, title in enumerate(job.header):
        if mapping.get(f"#{n}") == preview.NEW:
            field = await labels.new_field(by.campaign, title)
            chosen[f"#{n}"] = field.slug
            await audit.record(by, "field.added", {"field": field.id, "import": job.id}, field.title)
    return chosen


@transactional
async def cancel(job: ContactImport, by: Membership) -> None:
    """Rows stored before stay. An import that is over stays as it is, without an audit note."""
    if await long_work.cancel(job):
        await importing.drop_empty_list(job)
        await audit.record(by, "list.upload_cancelled", _about(job), job.file_name)
