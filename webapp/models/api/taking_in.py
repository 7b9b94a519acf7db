"""Contacts, lists and opt-outs that come in by program. They go through the verbs of an uploaded list, so rules,
refusals and counts are the same (SPEC B6, C1, C2, C7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from webapp import clock
from webapp.database import transactional
from webapp.models.accounts import audit
from webapp.models.api import answer
from webapp.models.api.token import ApiToken
from webapp.models.contacts.labels import CustomField
from webapp.models.contacts.lists import ContactList, name_taken
from webapp.models.imports import store
from webapp.models.imports.job import CONTACTS, ContactImport
from webapp.models.imports.known import Known
from webapp.models.long_work import DONE
from webapp.models.opt_outs.many import opt_out_many
from webapp.models.opt_outs.opt_out import FROM_API
from webapp.reader.rows import Row
from webapp.rules import phone
from webapp.rules.contacts import contact_columns, contact_rows

MOST = 500  # people in one request
MOST_COLUMNS = 200
NO_FILE = "api"  # in place of an import's path: there is no file to read again


class Unclear(Exception):
    """No field holds the phone, or two do, or there are too many; in a sentence."""


class NameTaken(Exception):
    """Another list in use has this name. ``list_id``: that list."""

    def __init__(self, list_id: int) -> None:
        super().__init__()
        self.list_id = list_id


async def contacts(
    token: ApiToken, list_name: str, people: Sequence[Mapping[str, str]], key: str, asked: bytes
) -> dict[str, Any]:
    """One slice of an import, whole or not at all. ``people``: field -> value, as a header and its cells. Raises Unclear and
    OtherRequest."""
    header = list(dict.fromkeys(name for one in people for name in one))
    if len(header) > MOST_COLUMNS:
        raise Unclear(
            f"The people of one request have {len(header)} different fields: at most {MOST_COLUMNS} are read."
        )
    cells = [[one.get(name, "") for name in header] for one in people]
    customs = {f.slug: f.title for f in await CustomField.filter(campaign_id=token.campaign_id, archived_at=None)}
    columns = contact_columns.match(header, customs, {}, cells)
    if isinstance(columns, contact_columns.Unclear):
        raise Unclear(columns.message)
    rows = [_row(n, one, columns, len(header)) for n, one in enumerate(cells, 1)]
    wanted = {"list_name": list_name, "header": header, "left_out": list(columns.unknown)}
    known = Known(_job(token, wanted, rows))
    await known.prepare(rows)
    return await _stored(token, wanted, rows, known, key, asked)


def _row(n: int, cells: list[str], columns: contact_columns.Columns, width: int) -> Row:
    read = contact_rows.read(cells, columns, width)
    if isinstance(read, contact_rows.Person):
        return Row(n, 0, n, read)
    return Row(n, 0, n, None, read.reason, read.raw_phone[:200], [cell[:5_000] for cell in cells])


def _job(token: ApiToken, wanted: dict[str, Any], rows: list[Row]) -> ContactImport:
    """The import, to be listed among the others. ``user`` is blank, as for the command: no user uploaded it."""
    now = clock.now()
    times = {"created_at": now, "started_at": now, "ended_at": now}
    through = {"status": DONE, "lines": len(rows), "cursor": len(rows)}
    return ContactImport(
        campaign=token.campaign,
        user=None,
        kind=CONTACTS,
        file_name=token.called,
        path=NO_FILE,
        **wanted,
        **through,
        **times,
    )


@transactional
async def _stored(
    token: ApiToken, wanted: dict[str, Any], rows: list[Row], known: Known, key: str, asked: bytes
) -> dict[str, Any]:
    async def store_them() -> dict[str, Any]:
        job = _job(token, wanted, rows)
        job.contact_list_id = (await ContactList.make(token.campaign, job.list_name, job.file_name)).id
        await job.save()
        counted = await store.store(job, rows, known)
        for name, number in counted.items():
            setattr(job, name, getattr(job, name) + number)
        await job.save(update_fields=["left_values", *counted])
        about: audit.About = {"list": job.contact_list_id, "import": job.id, "api_token": token.id}
        await audit.note(
            token.campaign, None, "list.taken_by_api", about, job.list_name, token=token.name, rows=len(rows)
        )
        return _told(job, counted, rows)

    return await answer.once(token, key, asked, store_them)


def _told(job: ContactImport, counted: Counter[str], rows: list[Row]) -> dict[str, Any]:
    """``refused``: the place in the batch, counted from 0, and the reason. No phone stands in it: the answer is kept."""
    numbers = (
        "created",
        "updated",
        "merged",
        "opted_out",
        "nameless",
        "zoneless",
        "landlines",
        "unknown_keepers",
        "said_no",
    )
    return {
        "import_id": job.id,
        "list_id": job.contact_list_id,
        **{name: counted[name] for name in numbers},
        "refused": [{"index": row.line - 1, "reason": row.reason} for row in rows if row.reason],
        "left_out": job.left_out,
        "values_left_out": [{"field": f, "value": value, "rows": n} for f, value, n in job.values_left],
    }


@transactional
async def new_list(token: ApiToken, name: str, key: str, asked: bytes) -> dict[str, Any]:
    """Raises NameTaken and OtherRequest."""

    async def make() -> dict[str, Any]:
        if await name_taken(token.campaign_id, name):
            raise NameTaken((await ContactList.make(token.campaign, name, "")).id)
        row = await ContactList.make(token.campaign, name, token.called)
        about: audit.About = {"list": row.id, "api_token": token.id}
        await audit.note(token.campaign, None, "list.made_by_api", about, name, token=token.name)
        return {"id": row.id, "name": row.name, "size": 0}

    return await answer.once(token, key, asked, make)


@transactional
async def opt_outs(token: ApiToken, phones: Sequence[str], key: str, asked: bytes) -> dict[str, Any]:
    """Phones opted out for good, contacts or not. Raises OtherRequest."""
    read = [phone.parse(one) for one in phones]
    good = list(dict.fromkeys(one.e164 for one in read if isinstance(one, phone.Phone)))
    wrong = [(n, one.reason) for n, one in enumerate(read) if isinstance(one, phone.InvalidPhone)]

    async def opt_out() -> dict[str, Any]:
        new = await opt_out_many(token.campaign, good, FROM_API, None, token.called) if good else 0
        await audit.note(token.campaign, None, "opt_out.taken_by_api", {"api_token": token.id}, token.name, phones=new)
        refused = [{"index": n, "reason": reason} for n, reason in wrong]
        return {"opted_out": new, "opted_out_before": len(good) - new, "refused": refused}

    return await answer.once(token, key, asked, opt_out)
