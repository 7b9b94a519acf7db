"""`textbank import`: a contact list, read in this process (SPEC C1)."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from webapp.commands.shared import Refused, campaign_of, in_database
from webapp.models import long_work
from webapp.models.conversations import making
from webapp.models.imports import choices, importing, reading, reading_notes, upload
from webapp.models.imports.job import ContactImport, RefusedRow, Wishes

NOTHING_STORED = {"accepted": 0, "merged": 0, "refused": [], "left_out": []}


def import_file(options: argparse.Namespace) -> None:
    """Ends with exit code 1 where nothing could be imported; refused rows alone are no error."""
    try:
        result = in_database(lambda: _import(options))
    except Refused as refusal:
        if options.json:
            print(json.dumps({**NOTHING_STORED, "error": {"code": "refused", "message": str(refusal)}}))
        raise
    if options.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        _print(result)
    if error := result["error"]:
        if options.json:
            sys.exit(1)
        raise Refused(f"{error['message']} ({error['code']})")


async def _import(options: argparse.Namespace) -> dict[str, Any]:
    campaign = await campaign_of(options.campaign)
    if not options.file.is_file():
        raise Refused(f"There is no file {options.file}.")
    if not options.list_name.strip():
        raise Refused("--list wants a name.")
    file = options.file.resolve()
    job = await importing.begin(
        campaign,
        options.list_name.strip(),
        file,
        file.name,
        None,
        mapping=_mapping(options),
        wanted=reading.Wanted(options.sheet, options.header_line, options.without_hidden_rows),
        wishes=Wishes(options.take_words, options.take_notes),
    )
    await _check_columns(job, options.home_phones)
    await upload.note_begun(job, "command")
    while await importing.take_in(job.id, 60):
        continue
    result = await _result(job.id)
    reading.plain_copy(job).unlink(missing_ok=True)
    job = await ContactImport.get(id=job.id)
    for action_id in await making.actions_of_list(job.contact_list_id):
        await making.make_all(action_id)
    return result


async def _check_columns(job: ContactImport, home_phones: bool) -> None:
    if wrong := await choices.check(job, home_phones):
        reading.plain_copy(job).unlink(missing_ok=True)
        await long_work.cancel(job)
        raise Refused(f"{wrong} Nothing was stored.")


def _mapping(options: argparse.Namespace) -> dict[str, str]:
    """Column -> field. A column's name may have a "=" in it, a field's never."""
    if wrong := [pair for pair in options.map if "=" not in pair]:
        raise Refused(f"--map wants COLUMN=FIELD, not {wrong[0]}.")
    mapping = {column: field.strip() for column, _, field in (pair.rpartition("=") for pair in options.map)}
    return mapping | choices.opted_out_by(options.opt_out_column)


async def _result(import_id: int) -> dict[str, Any]:
    """accepted, merged, opted_out (because the file says so), left_out, left_values (field -> value -> rows), lines_left_out,
    hidden_rows, sheet, warnings, refused (line, reason), error (None, or code and message)."""
    job = await ContactImport.get(id=import_id)
    rows = await RefusedRow.filter(contact_import=job).order_by("line")
    if job.status == "asking":
        await long_work.cancel(job)
    error = {"code": job.error_code, "message": job.error_message} if job.error_code else None
    if error and job.status == "asking" and job.shape:
        error["message"] += f" {choices.hint(job)}"
    if not error and not job.stored:
        error = {"code": "nothing_stored", "message": "No row of the file could be stored."}
    return {
        "accepted": job.stored,
        "merged": job.merged,
        "error": error,
        "opted_out": job.said_no,
        "left_out": job.left_out,
        **_read(job),
        "left_values": job.left_values or {},
        "warnings": _warnings(job),
        "refused": [{"line": row.line, "reason": row.reason} for row in rows],
    }


def _read(job: ContactImport) -> dict[str, Any]:
    shape = reading.shape_of(job) if job.shape else None
    return {
        "lines_left_out": shape.above + shape.below if shape else 0,
        "hidden_rows": shape.hidden if shape else 0,
        "sheet": shape.sheet if shape else "",
    }


def _warnings(job: ContactImport) -> list[str]:
    """Rows that are stored, but perhaps not as the file's author meant them."""
    counts = [
        (job.nameless, "have no first name and will use the fallback"),
        (job.zoneless, "have no known time zone; the campaign's is used"),
        (job.opted_out, "have opted out and stay so"),
        (job.said_no, "are opted out now, because the file says so"),
        (job.home_phones, "have a home phone; it may be a landline"),
        (job.landlines, "are known landlines"),
        (job.unknown_keepers, "name a volunteer who is not here"),
    ]
    left_out = [f"Columns left out: {', '.join(job.left_out)}. Say where they go with --map."] if job.left_out else []
    values = [f"{field}: {value} could not be stored ({n} times)." for field, value, n in job.values_left]
    read = reading_notes.notes(reading.shape_of(job), job.without_hidden) if job.shape else []
    sheet = [f"{job.sheet} Say which with --sheet."] if job.shape and len(reading.shape_of(job).sheets) > 1 else []
    return [*sheet, *read, *(f"{number} {words}." for number, words in counts if number), *left_out, *values]


def _print(result: dict[str, Any]) -> None:
    if result["error"] and result["error"]["code"] != "nothing_stored":
        return
    print(f"{result['accepted']} stored, {result['merged']} merged, {len(result['refused'])} refused.")
    for row in result["refused"]:
        print(f"  line {row['line']}: {row['reason']}")
    if any(row["reason"] == "do_not_text" for row in result["refused"]):
        print("  do_not_text: a column says so. --opt-out-column COLUMN stores these people opted out.")
    if any(row["reason"] == "notes_say_no" for row in result["refused"]):
        print("  notes_say_no: a note says so. --take-notes stores these people all the same.")
    for warning in result["warnings"]:
        print(warning)
