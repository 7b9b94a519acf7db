"""Contacts as a CSV that a spreadsheet opens and that can be uploaded again (SPEC C5, R5)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from webapp import config
from webapp.models.accounts.users import User
from webapp.models.bulk.job import BulkJob
from webapp.models.contacts import labels
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField, FieldValue
from webapp.rules import safe_cells
from webapp.rules.contacts import contact_columns

COLUMNS = ("phone", *contact_columns.PERSONAL)


async def add(job: BulkJob, ids: list[int]) -> None:
    """Appends a slice. ``what["bytes"]`` is the file's length at the last commit: bytes after it, from a worker that
    died before its commit, are cut off first, so that no contact is in the file twice."""
    path = _path(job)
    fields = await _fields(job)
    lines = [_header(fields)] if not job.what.get("bytes") else []
    lines += await _lines(ids, fields)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.truncate(job.what.get("bytes", 0))
        file.seek(0, os.SEEK_END)
        file.write(b"".join(lines))
        job.what["bytes"] = file.tell()
    job.path = str(path)


async def _fields(job: BulkJob) -> list[CustomField]:
    """The fields that existed when the file was begun: its header names them."""
    everything = await CustomField.filter(campaign_id=job.campaign_id)
    chosen = job.what.setdefault("fields", [field.id for field in everything if not field.archived_at])
    return [field for field in everything if field.id in chosen]


def _path(job: BulkJob) -> Path:
    return config.settings().data_dir.resolve() / "exports" / f"contacts-{job.id}.csv"


def _header(fields: list[CustomField]) -> bytes:
    return safe_cells.BOM + safe_cells.line(
        [*COLUMNS, "assigned_user_email", "opted_out", "tags", *(f.slug for f in fields)]
    )


async def _lines(ids: list[int], fields: list[CustomField]) -> list[bytes]:
    contacts = await Contact.filter(id__in=ids).order_by("id")
    tags = await labels.tags_of(ids)
    values: dict[tuple[int, int], str] = {
        (row.contact_id, row.field_id): row.value for row in await FieldValue.filter(contact_id__in=ids)
    }
    keepers: dict[int | None, Any] = {
        u.id: u.email for u in await User.filter(id__in=[c.keeper_id for c in contacts if c.keeper_id] or [0])
    }
    return [
        safe_cells.line(
            [
                *(getattr(c, name) for name in COLUMNS),
                keepers.get(c.keeper_id, ""),
                c.opted_out_at.date().isoformat() if c.opted_out_at else "",
                "; ".join(tag.name for tag in tags[c.id]),
                *(values.get((c.id, f.id), "") for f in fields),
            ]
        )
        for c in contacts
    ]
