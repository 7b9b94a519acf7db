"""`textbank export`: the rows of an export, written in this process (SPEC R5)."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

from webapp.commands.shared import Refused, campaign_of
from webapp.models.accounts.campaign import Campaign
from webapp.models.actions.action import Action
from webapp.models.contacts.lists import ContactList
from webapp.models.exports import run, showing, sources, workbook, writing
from webapp.models.exports.sources import Source
from webapp.rules.exports.columns import OF_CONTACTS, XLSX

ROWS = 2_000  # read at a time


async def export(options: argparse.Namespace) -> None:
    """To --output, or to standard output."""
    campaign = await campaign_of(options.campaign)
    which = await _which(campaign, options)
    if options.format == XLSX and not options.output and sys.stdout.isatty():
        raise Refused("A workbook is no text: name a file with --output.")
    source = Source(campaign, options.kind, which, await sources.own_columns(campaign, options.kind))
    if options.format == XLSX:
        await _workbook(source, options)
    else:
        with options.output.open("wb") if options.output else sys.stdout.buffer as out:
            number = await _write(source, options.format, out)
            await showing.note_command(campaign, options.kind, number)


async def _workbook(source: Source, options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lines, made = Path(folder) / "lines", Path(folder) / "made.xlsx"
        with lines.open("wb") as out:
            number = await _write(source, XLSX, out)
        workbook.make(lines, made)
        if options.output:
            options.output.write_bytes(made.read_bytes())
        else:
            sys.stdout.buffer.write(made.read_bytes())
    await showing.note_command(source.campaign, options.kind, number)


async def _write(source: Source, format: str, out: BinaryIO) -> int:
    """Returns the number of rows."""
    out.write(writing.head(format, source.columns, run.title(source.kind)))
    cursor, through, number = 0, await source.newest(), 0
    while cursor < through:
        rows, cursor = await source.rows(cursor, through, ROWS)
        out.write(writing.body(format, source.columns, rows, source.campaign.zone))
        number += len(rows)
    return number


async def _which(campaign: Campaign, options: argparse.Namespace) -> dict[str, Any]:
    if options.action:
        if not await Action.exists(id=options.action, campaign=campaign):
            raise Refused(f"{campaign.name} has no action {options.action}.")
        return {"action": options.action}
    if not options.list_name:
        return {}
    if options.kind not in OF_CONTACTS:
        raise Refused("--list goes with contacts, tags, custom_fields, van_upload and pdi_upload.")
    found = await ContactList.filter(campaign=campaign, name=options.list_name, archived_at=None).first()
    if found is None:
        raise Refused(f"{campaign.name} has no list {options.list_name}.")
    return {"filter": {"list": str(found.id)}}
