"""Each export holds its rows, and is made once and whole whatever happens on the way (SPEC R5)."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from python_calamine import load_workbook

from tests.cast import Cast
from tests.cast.exporting import a_night, export, finish_export, rows_of
from tests.cast.texting import says
from webapp import clock
from webapp.database import transaction
from webapp.models import long_work
from webapp.models.accounts.audit import AuditEvent
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.conversations.message import Message
from webapp.models.exports import run, writing
from webapp.models.exports.job import Export
from webapp.models.reports import labelling
from webapp.rules.exports.columns import COLUMNS, FORMATS, KINDS, UPLOADS
from webapp.workers import exports

pytestmark = pytest.mark.both


async def test_texts_have_their_words_their_people_and_their_times(cast: Cast) -> None:
    await a_night(cast)
    first, reply = rows_of(await export(cast.selina, "messages"))
    assert list(first) == [column.name for column in COLUMNS["messages"]]
    assert (list(first)[29], list(first)[30]) == ("aasm_message", "error_code")
    assert (first["direction"], first["kind"], first["sender_email"]) == ("out", "initial", cast.amy.user.email)
    assert (first["from_number"], first["to_number"]) == (cast.number.e164, cast.lisa.phone)
    assert (first["custom_text"], first["status"], first["error_code"]) == ("0", "taken", "")
    assert datetime.fromisoformat(first["sent_at"]).utcoffset() == clock.now().astimezone(cast.meyer.zone).utcoffset()
    assert (reply["direction"], reply["sender_name"], reply["body"]) == ("in", "", "Yes; '=1+1")
    assert reply["thread_id"] == first["thread_id"] and first["replied_at"]


async def test_a_refused_text_says_why(cast: Cast) -> None:
    await a_night(cast)
    [sent] = [row for row in rows_of(await export(cast.selina, "messages")) if row["direction"] == "out"]
    assert sent["aasm_message"] == sent["error_type"] == ""
    await transaction(lambda: Message.filter(direction="out").update(error_code=30007, delivery="undelivered"))
    [sent] = [row for row in rows_of(await export(cast.selina, "messages")) if row["direction"] == "out"]
    assert (sent["error_code"], sent["error_type"], sent["status"]) == ("30007", "carrier", "undelivered")
    assert "filtered" in sent["aasm_message"]


async def test_contacts_can_be_uploaded_again_and_hold_no_formula(cast: Cast) -> None:
    names = {"first_name": '=HYPERLINK("http://evil")', "last_name": "+1", "email": "@x"}
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(**names))
    tag = await Tag.get(campaign=cast.meyer, slug="will_vote")
    await labelling.set_tag(cast.lisa, tag, "admin", None)
    await labelling.set_field(cast.lisa.id, await CustomField.get(campaign=cast.meyer, slug="notes"), "-2+3", None)
    [row] = rows_of(await export(cast.selina, "contacts"))
    assert row["phone"] == cast.lisa.phone and row["first_name"] == '\'=HYPERLINK("http://evil")'
    assert (row["last_name"], row["email"], row["notes"]) == ("'+1", "'@x", "'-2+3")
    assert (row["tags"], row["tag: Will Vote"], row["tag: Wrong Number"]) == ("Will Vote", "1", "0")
    assert row["opted_out"] == ""


@pytest.mark.parametrize("slug", ["contact_id", "opted_out", "last_inbound_at", "tags", "at_id"])
async def test_a_field_with_the_name_of_a_column_has_a_longer_one(cast: Cast, slug: str) -> None:
    values: dict[str, Any] = {"campaign": cast.meyer, "title": slug, "slug": slug, "display_order": -1}
    field = await transaction(lambda: CustomField.create(**values))
    await labelling.set_field(cast.lisa.id, field, "mine", None)
    await labelling.set_field(cast.lisa.id, await CustomField.get(campaign=cast.meyer, slug="notes"), "Kind", None)
    [row] = rows_of(await export(cast.selina, "contacts"))
    assert row[f"custom_field_{slug}"] == "mine"
    assert (row["contact_id"], row["notes"]) == (str(cast.lisa.id), "Kind")


async def test_contacts_say_when_they_opted_out_and_wrote_last(cast: Cast) -> None:
    await a_night(cast)
    await says(cast, "STOP")
    [row] = rows_of(await export(cast.selina, "contacts"))
    assert row["opt_out_source"] == "keyword" and row["opted_out"] == row["opted_out_at"][:10]
    assert row["last_inbound_at"] >= row["last_outbound_at"] > ""


async def test_reports_tags_fields_and_users_tell_who_did_what(cast: Cast) -> None:
    await a_night(cast)
    [report] = rows_of(await export(cast.selina, "reports", action=cast.action.id))
    assert (report["user_name"], report["tags"], report["notes"]) == (cast.amy.user.name, "Will Vote", "Kind")
    [tag] = rows_of(await export(cast.selina, "tags"))
    assert (tag["phone"], tag["tag"], tag["tagged_by"]) == (cast.lisa.phone, "Will Vote", cast.amy.user.name)
    [field] = rows_of(await export(cast.selina, "custom_fields", action=cast.action.id))
    assert (field["field"], field["value"], field["set_by"]) == ("notes", "Kind", cast.amy.user.name)
    users = {row["email"]: row for row in rows_of(await export(cast.selina, "users"))}
    amy = users[cast.amy.user.email]
    assert (amy["initial_messages"], amy["reports"], amy["actions_started"]) == ("1", "1", "1")
    assert users[cast.selina.user.email]["initial_messages"] == "0"
    of_action = rows_of(await export(cast.selina, "users", action=cast.action.id))
    assert {row["email"] for row in of_action} == {cast.amy.user.email}


async def test_json_lines_keep_numbers_truths_and_words_as_they_are(cast: Cast) -> None:
    await a_night(cast)
    first, reply = rows_of(await export(cast.selina, "messages", "jsonl"))
    assert first["message_id"] > 0 and first["custom_text"] is False and first["error_code"] is None
    assert reply["body"] == "Yes; =1+1" and reply["sender_user_id"] is None


async def test_a_workbook_has_text_as_text_and_says_what_its_columns_mean(cast: Cast) -> None:
    await a_night(cast)
    job = await export(cast.selina, "messages", "xlsx")
    assert job.status == long_work.DONE and not Path(job.path).with_suffix(".lines").exists()
    book = load_workbook(job.path)
    header, first, reply = book.get_sheet_by_name("Messages").to_python()
    assert header == [column.name for column in COLUMNS["messages"]]
    assert first[header.index("phone")] == cast.lisa.phone and reply[header.index("body")] == "Yes; =1+1"
    assert ["body", "text", "The words"] in book.get_sheet_by_name("Columns").to_python()


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_of_another_campaign_is_in_it(cast: Cast, kind: str) -> None:
    await a_night(cast)
    job = await export(cast.jonah, kind)
    assert [row for row in rows_of(job) if "Lisa" in row.values() or cast.lisa.phone in row.values()] == []
    assert (await Export.get(id=job.id)).status == long_work.DONE


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("format", FORMATS)
async def test_an_export_of_nothing_is_a_file_with_a_header(cast: Cast, kind: str, format: str) -> None:
    job = await export(cast.jonah, kind, format)
    assert job.status == long_work.DONE and Path(job.path).exists()


async def test_slices_of_one_row_give_the_same_file(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    await a_night(cast)
    for n in range(5):
        await cast.add_contact(f"+1412555{1200 + n}", first_name=f"P{n}")
    files = {kind: rows_of(await export(cast.selina, kind)) for kind in KINDS}
    monkeypatch.setattr(long_work, "FIRST", 1)
    monkeypatch.setattr(run, "SMALLEST", 1)
    monkeypatch.setattr(long_work, "SECONDS", 0.0)
    for kind in KINDS:
        assert rows_of(await export(cast.selina, kind)) == files[kind]


async def test_a_worker_that_dies_between_file_and_commit_leaves_no_row_twice(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_night(cast)
    whole = rows_of(await export(cast.selina, "messages"))
    monkeypatch.setattr(long_work, "FIRST", 1)
    monkeypatch.setattr(run, "SMALLEST", 1)
    begun = await run.start(cast.selina, "messages", "csv", {}, "")
    assert await run.work(begun.id, 0)
    path = run.file_of(begun)
    monkeypatch.setattr(writing, "append", dies(path))
    await exports.run_export({}, begun.id)
    monkeypatch.undo()
    assert (await Export.get(id=begun.id)).stumbles == 1
    assert rows_of(await finish_export(begun.id)) == whole


def dies(path: Path) -> Any:
    def append(*_: Any) -> int:
        with path.open("ab") as file:
            file.write(b"half a li")
        raise OSError

    return append


async def test_a_file_that_was_lost_is_begun_anew(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    await a_night(cast)
    whole = rows_of(await export(cast.selina, "messages"))
    monkeypatch.setattr(long_work, "FIRST", 1)
    monkeypatch.setattr(run, "SMALLEST", 1)
    begun = await run.start(cast.selina, "messages", "csv", {}, "")
    assert await run.work(begun.id, 0)
    run.file_of(begun).unlink()
    assert rows_of(await finish_export(begun.id)) == whole


async def test_two_workers_at_once_write_each_row_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    await a_night(cast)
    whole = rows_of(await export(cast.selina, "messages"))
    monkeypatch.setattr(long_work, "FIRST", 1)
    monkeypatch.setattr(run, "SMALLEST", 1)
    begun = await run.start(cast.selina, "messages", "csv", {}, "")
    await asyncio.gather(*(run.work(begun.id, 20) for _ in range(3)))
    assert rows_of(await finish_export(begun.id)) == whole


async def test_what_came_in_after_the_beginning_is_not_in_it(cast: Cast) -> None:
    await a_night(cast)
    begun = await run.start(cast.selina, "messages", "csv", {}, "")
    await says(cast, "And one more thing")
    assert len(rows_of(await finish_export(begun.id))) == 2


async def test_an_export_is_in_the_audit_log_and_its_file_goes_after_a_month(cast: Cast, monkeypatch: Any) -> None:
    job = await export(cast.selina, "contacts")
    assert (await AuditEvent.get(what="export.started")).detail["kind"] == "contacts"
    await exports.forget_exports({})
    assert Path(job.path).exists()
    later = clock.now() + timedelta(days=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    await exports.forget_exports({})
    assert not Path(job.path).exists() and (await Export.get(id=job.id)).path == ""


async def test_a_cancelled_export_leaves_no_file(cast: Cast) -> None:
    begun = await run.start(cast.selina, "contacts", "csv", {}, "")
    await run.work(begun.id, 0)
    await run.cancel(begun, cast.selina)
    await exports.run_export({}, begun.id)
    assert (await Export.get(id=begun.id)).status == long_work.CANCELLED
    await exports.forget_exports({})
    assert not run.file_of(begun).exists()


def test_every_column_has_a_name_of_its_own_and_a_meaning() -> None:
    for kind, columns in COLUMNS.items():
        names = [column.name for column in columns]
        assert len(set(names)) == len(names) and all(column.meaning for column in columns)
        assert kind in UPLOADS or all(re.fullmatch(r"[a-z_]+", name) for name in names)
