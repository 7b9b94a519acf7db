"""Lists as campaigns have them, against the vectors and the sample (SPEC C1 to C3)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cast import Cast, opt_out_phone
from tests.cast.lists import CSV, EXPECTED, SAMPLE, asked, import_file, stored, take_all, write
from webapp import clock
from webapp.database import transaction
from webapp.models import long_work
from webapp.models.contacts import labels
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField
from webapp.models.contacts.lists import ContactList
from webapp.models.imports import forgetting, importing, reading, store
from webapp.models.imports.job import ContactImport, RefusedRow
from webapp.models.opt_outs.opt_out import FROM_ADMIN


@pytest.mark.parametrize("case", EXPECTED, ids=lambda case: case["file"])
async def test_files_give_what_the_vectors_expect(cast: Cast, case: dict) -> None:
    if case["file"].startswith("52_"):
        await opt_out_phone(cast.meyer, "+12125550123", FROM_ADMIN)
    job = await import_file(cast, CSV / case["file"])
    if case["file_error"]:
        assert job.error_code == case["file_error"], job.error_message
        assert job.error_message.endswith(".") and await stored(job) == []
        return
    assert job.status == "done", job.error_message
    people = {c.phone: c for c in await stored(job)}
    if case["file"].startswith("52_"):  # our rule is the named alternative: stored, opted out, counted
        assert people["+12125550123"].opted_out_at and job.opted_out == 1 and job.stored == 2
        return
    assert set(people) == {row["phone"] for row in case["accepted"]}
    for row in case["accepted"]:
        got = people[row["phone"]]
        expected = {name: row[name] for name in ("first_name", "last_name") if name in row}
        assert {name: getattr(got, name) for name in expected} == expected
        assert "\x00" not in got.name and "\r" not in got.name
    assert [row.reason for row in await RefusedRow.all()] == [row["reason"] for row in case["rejected"]]
    assert job.merged == case["counts"]["merged_duplicates"]


@pytest.mark.both
async def test_the_sample_list_is_stored_merged_and_refused_as_its_readme_says(cast: Cast) -> None:
    async def fields() -> None:
        for slug in ("issue_id", "donation_amount"):
            await CustomField.create(campaign=cast.meyer, title=slug.replace("_", " "), slug=slug)

    await transaction(fields)
    job = await import_file(cast, SAMPLE)
    assert (job.stored, job.merged, job.refused) == (5000, 50, 9)
    assert job.left_out == ["language"]
    assert (await ContactList.get(id=job.contact_list_id)).size == 5000
    octavio = await Contact.get(phone="+15125550103")
    assert (octavio.first_name, octavio.zip, octavio.state_abbrev, octavio.van_id) == (
        "Octavio",
        "75763",
        "TX",
        "V101028",
    )
    assert (await labels.field_values(octavio.id)) == {"remind_a_friend": "Ana and Luis"}
    assert octavio.zone_source == "zip"


async def test_a_column_named_by_hand_is_the_phone(cast: Cast, tmp_path: Path) -> None:
    path = write(tmp_path, "Nummer,first_name\n2125550123,Lisa\n")
    asked = await import_file(cast, path)
    assert (
        asked.status == "asking" and asked.error_code == "no_phone_column" and asked.header == ["Nummer", "first_name"]
    )
    job = await import_file(cast, path, mapping={"Nummer": "phone"})
    assert job.stored == 1


async def test_of_two_phone_columns_the_one_chosen_by_position_counts(cast: Cast, tmp_path: Path) -> None:
    path = write(tmp_path, "phone,phone\n2125550123,3125550145\n")
    assert (await import_file(cast, path)).error_code == "duplicate_header"
    job = await import_file(cast, path, mapping={"#0": "", "#1": "phone"})
    assert [c.phone for c in await stored(job)] == ["+13125550145"]


async def test_without_a_header_the_first_person_is_kept(cast: Cast, tmp_path: Path) -> None:
    path = write(tmp_path, "2125550123,Ann\n3125550145,Bo\n")
    asked = await import_file(cast, path)
    assert asked.error_code == "no_phone_column" and "first row is a person" in asked.error_message
    job = await import_file(cast, path, mapping={"Column 1": "phone", "Column 2": "first_name"})
    assert [c.first_name for c in await stored(job)] == ["Ann", "Bo"]


async def test_someone_who_wants_to_look_first_sees_before_anything_is_stored(cast: Cast, tmp_path: Path) -> None:
    path = write(tmp_path, "phone,issue\n2125550123,Roads\n")
    job = await importing.begin(cast.meyer, "L", path, path.name, cast.gary.user, preview_first=True)
    assert not await importing.take_in(job.id, 60)
    job = await ContactImport.get(id=job.id)
    assert (job.status, job.error_code, job.created) == ("asking", "", 0)
    await importing.answer(job, {"#0": "phone", "#1": "notes"})
    await importing.take_in(job.id, 60)
    assert await labels.field_values((await Contact.get(phone="+12125550123")).id) == {"notes": "Roads"}


async def test_what_was_left_out_can_be_taken_in_afterwards(cast: Cast, tmp_path: Path) -> None:
    job = await import_file(cast, write(tmp_path, "phone,issue\n2125550123,Roads\n"))
    assert job.left_out == ["issue"]
    field = await labels.new_field(cast.meyer, "issue")
    more = await importing.again(job, {"#0": "phone", "#1": field.slug}, cast.gary.user)
    await importing.take_in(more.id, 60)
    more = await ContactImport.get(id=more.id)
    assert (more.created, more.updated) == (0, 1)
    assert await labels.field_values((await Contact.get(phone="+12125550123")).id) == {"issue": "Roads"}


async def test_a_file_that_is_refused_leaves_no_empty_list(cast: Cast, tmp_path: Path) -> None:
    job = await import_file(cast, write(tmp_path, "\n\n"), "Never")
    assert job.status == "failed" and not await ContactList.exists(name="Never")


async def test_a_file_taken_in_once_more_goes_to_its_list_though_that_was_renamed(cast: Cast, tmp_path: Path) -> None:
    job = await import_file(cast, write(tmp_path, "phone,issue\n2125550123,Roads\n"), "First")
    assert job.contact_list
    job.contact_list.name = "Second"
    await transaction(job.contact_list.save)
    more = await importing.again(job, {"#0": "phone", "#1": "notes"}, cast.gary.user)
    assert (await take_all(more.id)).contact_list_id == job.contact_list_id


@pytest.mark.both
async def test_columns_named_once_more_while_the_file_is_read_change_nothing(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second press comes when the job is running already."""
    monkeypatch.setattr(long_work, "FIRST", 10)
    monkeypatch.setattr(long_work, "LARGEST", 10)
    rows = "".join(f"212555{n},a{n},b{n}\n" for n in range(1000, 1050))
    job = await asked(cast, write(tmp_path, "Nummer,A,B\n" + rows))
    await importing.answer(await ContactImport.get(id=job.id), {"#0": "phone", "#1": "first_name"})
    stored, slices = store.store, 0

    async def and_pressed_again(*arguments: Any) -> Any:
        nonlocal slices
        slices += 1
        if slices == 3:
            await importing.answer(job, {"#0": "phone", "#2": "first_name"})
        return await stored(*arguments)

    monkeypatch.setattr(store, "store", and_pressed_again)
    await take_all(job.id)
    names = {c.first_name[0] for c in await Contact.filter(phone__startswith="+1212555")}
    assert slices == 5 and names == {"a"}, names


async def test_a_file_whose_columns_nobody_names_is_forgotten(cast: Cast) -> None:
    job = await asked(cast, write(reading.folder(), "Nummer\n2125550123\n"))
    clock.freeze(clock.now() + timedelta(days=400))
    assert Path(job.path) in await forgetting.forget_files(14)


async def test_an_answer_to_a_cancelled_import_takes_nothing_in(cast: Cast, tmp_path: Path) -> None:
    job = await asked(cast, write(tmp_path, "Nummer\n4125550142\n"))
    await long_work.cancel(job)
    await importing.answer(job, {"#0": "phone"})
    await take_all(job.id)
    job = await ContactImport.get(id=job.id)
    assert job.status == "cancelled" and job.created == 0


async def test_a_column_without_a_name_is_no_field_s(cast: Cast, tmp_path: Path) -> None:
    await labels.new_field(cast.meyer, "Район")
    await import_file(cast, write(tmp_path, "phone,,first_name\n4125550142,secret,Ann\n"))
    contact = await Contact.get(phone="+14125550142")
    assert (await labels.field_values(contact.id)) == {}
