"""Lists as campaigns have them, against the vectors and the sample."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cast import TESTS, Cast, opt_out_phone
from tests.reader import books
from webapp import clock, database
from webapp.database import transaction
from webapp.models import long_work
from webapp.models.contacts import labels
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField
from webapp.models.contacts.lists import ContactList, ListMembership
from webapp.models.contacts.zones import zones_of
from webapp.models.conversations.conversation import Conversation
from webapp.models.imports import importing, store
from webapp.models.imports.job import ContactImport, RefusedRow
from webapp.models.opt_outs.opt_out import FROM_ADMIN, OptOut
from webapp.models.results import recount

CSV = TESTS / "vectors" / "csv"
EXPECTED = json.loads((CSV / "expected.json").read_text())["files"]
assert len(EXPECTED) >= 25


async def import_file(
    cast: Cast, path: Path, name: str = "Imported", mapping: dict[str, str] | None = None
) -> ContactImport:
    job = await importing.begin(cast.meyer, name, path, path.name, cast.gary.user, mapping=mapping)
    while await importing.take_in(job.id, 60):
        pass
    return await ContactImport.get(id=job.id).select_related("contact_list")


async def stored(job: ContactImport) -> list[Contact]:
    return await Contact.filter(list_memberships__contact_list_id=job.contact_list_id).order_by("id")


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "list.csv"
    path.write_text(text)
    return path


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
        for slug in ("issue_id", "donation_amount", "remind_a_friend"):
            await CustomField.create(campaign=cast.meyer, title=slug.replace("_", " "), slug=slug)

    await transaction(fields)
    job = await import_file(cast, TESTS / "samples" / "meyer_gotv.csv")
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


async def test_the_first_row_of_a_phone_wins_and_later_ones_fill_its_blanks(cast: Cast, tmp_path: Path) -> None:
    text = "phone,first_name,last_name,email\n2125550123,Lisa,,\n(212) 555-0123,Elisabeth,Ng,lisa@example.org\n"
    job = await import_file(cast, write(tmp_path, text))
    [lisa] = await stored(job)
    assert (lisa.first_name, lisa.last_name, lisa.email) == ("Lisa", "Ng", "lisa@example.org")
    assert (job.created, job.merged, job.refused) == (1, 1, 0)


async def test_rows_of_one_phone_in_different_slices_merge_the_same_way(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_work, "FIRST", 1)
    monkeypatch.setattr(long_work, "LARGEST", 1)
    text = "phone,first_name,last_name\n2125550123,Lisa,\n3125550145,Jose,Ruiz\n2125550123,Elisabeth,Ng\n2125550123,,Other\n"
    job = await import_file(cast, write(tmp_path, text))
    assert [(c.first_name, c.last_name) for c in await stored(job)] == [("Lisa", "Ng"), ("Jose", "Ruiz")]
    assert (job.created, job.updated, job.merged) == (2, 0, 2)


async def test_a_later_upload_updates_what_it_says_and_blanks_nothing(cast: Cast, tmp_path: Path) -> None:
    await import_file(cast, write(tmp_path, "phone,first_name,zip\n4125550101,,16502\n"))
    lisa = await Contact.get(id=cast.lisa.id).select_related("zone_set")
    assert (lisa.first_name, lisa.zip) == ("Lisa", "16502")


async def test_a_move_changes_the_clock_of_those_not_texted_yet(cast: Cast, tmp_path: Path) -> None:
    before = (await cast.conversation()).zone_set_id
    await import_file(cast, write(tmp_path, "phone,zip\n4125550101,96720\n"))
    assert (await cast.conversation()).zone_set_id != before


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("", "missing_phone"),
        ("n/a", "invalid_phone"),
        ("+44 20 7946 0018", "unsupported_country"),
        ("900-555-0123", "invalid_phone"),
        ("(900) 234-5678", "not_textable"),
    ],
)
async def test_a_row_that_can_not_be_texted_is_refused_with_its_reason(
    cast: Cast, tmp_path: Path, cell: str, reason: str
) -> None:
    job = await import_file(cast, write(tmp_path, f'phone,first_name\n2125550123,Lisa\n"{cell}",Bo\n'))
    rows = await RefusedRow.filter(contact_import=job)
    assert [(row.line, row.reason, row.cells) for row in rows] == [(3, reason, [cell, "Bo"])] or cell.startswith("900-")


async def test_a_row_with_more_cells_than_the_header_is_refused(cast: Cast, tmp_path: Path) -> None:
    job = await import_file(cast, write(tmp_path, "phone,first_name\n2125550123,Lisa,Ng\n3125550145\n"))
    assert [row.reason for row in await RefusedRow.filter(contact_import=job)] == ["ragged_row"]
    assert job.stored == 1


async def test_a_column_named_by_hand_is_the_phone(cast: Cast, tmp_path: Path) -> None:
    path = write(tmp_path, "Nummer,first_name\n2125550123,Lisa\n")
    asked = await import_file(cast, path)
    assert (
        asked.status == "asking" and asked.error_code == "no_phone_column" and asked.header == ["Nummer", "first_name"]
    )
    job = await import_file(cast, path, mapping={"Nummer": "phone"})
    assert job.stored == 1


async def test_a_worker_that_dies_between_slices_resumes_and_doubles_nothing(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_work, "FIRST", 10)
    monkeypatch.setattr(long_work, "LARGEST", 10)
    rows = "".join(f"212555{n:04},P{n}\n" for n in range(1000, 1055))
    job = await importing.begin(cast.meyer, "Long", write(tmp_path, "phone,first_name\n" + rows), "long.csv", None)
    stored, calls = store.store, 0

    async def dies_at_the_fourth(*arguments: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise RuntimeError("killed")
        return await stored(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "store", dies_at_the_fourth)
    with pytest.raises(RuntimeError):
        await importing.take_in(job.id, 60)
    assert (await ContactImport.get(id=job.id)).created == 30
    while await importing.take_in(job.id, 60):
        pass
    job = await ContactImport.get(id=job.id)
    assert (job.status, job.created, job.merged) == ("done", 55, 0)
    assert await ListMembership.filter(contact_list_id=job.contact_list_id).count() == 55


async def test_a_cancelled_import_says_exactly_what_is_in(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_work, "FIRST", 10)
    monkeypatch.setattr(long_work, "LARGEST", 10)
    rows = "".join(f"212555{n:04}\n" for n in range(1000, 1050))
    job = await importing.begin(cast.meyer, "Long", write(tmp_path, "phone\n" + rows), "long.csv", None)
    stored = store.store

    async def then_cancel(*arguments: object) -> object:
        counted = await stored(*arguments)  # type: ignore[arg-type]
        await ContactImport.filter(id=job.id).update(status="running")
        return counted

    monkeypatch.setattr(store, "store", then_cancel)
    assert await importing.take_in(job.id, 0.0) or True
    assert await long_work.cancel(await ContactImport.get(id=job.id))
    assert not await importing.take_in(job.id, 60)
    job = await ContactImport.get(id=job.id).select_related("contact_list")
    assert job.status == "cancelled"
    assert (
        job.created == await ListMembership.filter(contact_list_id=job.contact_list_id).count() == job.contact_list.size
    )


async def test_assigned_user_email_makes_the_user_the_keeper(cast: Cast, tmp_path: Path) -> None:
    text = "phone,assigned_user_email\n2125550123,Amy@Example.org\n3125550145,nobody@example.org\n"
    job = await import_file(cast, write(tmp_path, text))
    first, second = await stored(job)
    assert (first.keeper_id, second.keeper_id) == (cast.amy.user_id, None)
    await cast.action.use_lists([job.contact_list])
    await cast.make()
    assert (await Conversation.get(action=cast.action, contact=first)).user_id == cast.amy.user_id


async def test_an_opted_out_phone_on_a_new_list_is_never_texted(cast: Cast, tmp_path: Path) -> None:
    await opt_out_phone(cast.meyer, "+12125550123", FROM_ADMIN)
    job = await import_file(cast, write(tmp_path, "phone\n2125550123\n"))
    await cast.action.use_lists([job.contact_list])
    await cast.make()
    [contact] = await stored(job)
    assert (await Conversation.get(action=cast.action, contact=contact)).closed_code == 1302


async def test_two_workers_on_one_import_store_each_row_once(cast: Cast, tmp_path: Path) -> None:
    import asyncio

    rows = "".join(f"212555{n:04}\n" + "nonsense\n" * (n % 100 == 0) for n in range(1000, 1900))
    job = await importing.begin(cast.meyer, "Long", write(tmp_path, "phone\n" + rows), "long.csv", None)
    await asyncio.gather(importing.take_in(job.id, 60), importing.take_in(job.id, 60))
    while await importing.take_in(job.id, 60):
        pass
    job = await ContactImport.get(id=job.id)
    assert (job.status, job.created, job.stored, job.merged, job.refused) == ("done", 900, 900, 0, 9)
    assert await RefusedRow.all().count() == 9


async def test_a_list_without_places_gives_a_known_phone_its_clock(cast: Cast, tmp_path: Path) -> None:
    async def wrote_first() -> Contact:
        contact = await Contact.of_phone(cast.meyer, "+18085550142")
        contact.zone_set_id = None
        await contact.save(update_fields=["zone_set_id"])
        return contact

    kai = await transaction(wrote_first)
    path = tmp_path / "voters.csv"
    path.write_text("phone,first_name\n8085550142,Kai\n")
    await import_file(cast, path)
    await kai.refresh_from_db()
    assert "Pacific/Honolulu" in await zones_of(cast.meyer, kai.zone_set_id)


async def test_who_writes_first_has_the_clock_of_their_area_code(cast: Cast) -> None:
    kai = await transaction(lambda: Contact.of_phone(cast.meyer, "+18085550142"))
    assert "Pacific/Honolulu" in await zones_of(cast.meyer, kai.zone_set_id)


async def test_a_workbook_is_a_list_too(cast: Cast, tmp_path: Path) -> None:
    path = books.write(tmp_path / "voters.xlsx", {"Voters": [["Cell", "First Name", "ZIP"], [2125550123, "Ann", 2139]]})
    job = await import_file(cast, path)
    [ann] = await stored(job)
    assert (ann.phone, ann.first_name, ann.zip, job.sheet) == (
        "+12125550123",
        "Ann",
        "02139",
        "Sheet “Voters” was read.",
    )


async def test_a_file_that_is_refused_leaves_no_empty_list(cast: Cast, tmp_path: Path) -> None:
    job = await import_file(cast, write(tmp_path, "\n\n"), "Never")
    assert job.status == "failed" and not await ContactList.exists(name="Never")


@pytest.mark.both
async def test_a_tags_column_tags_and_its_opt_out_opts_out(cast: Cast, tmp_path: Path) -> None:
    job = await import_file(
        cast,
        write(
            tmp_path, 'phone,Tags\n2125550123,"Will Vote; Spanish speaker"\n3125550145,opt out\n4125550101,nonsense\n'
        ),
    )
    ann, bo, lisa = (
        await Contact.get(phone="+12125550123"),
        await Contact.get(phone="+13125550145"),
        await Contact.get(id=cast.lisa.id),
    )
    tags = await labels.tags_of([ann.id, bo.id, lisa.id])
    assert [t.name for t in tags[ann.id]] == ["Will Vote", "Spanish Speaker"]
    assert bo.opted_out_at and (await OptOut.get()).source == "import" and tags[lisa.id] == []
    assert job.opted_out == 1


async def test_warnings_are_counted(cast: Cast, tmp_path: Path) -> None:
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(landline_until=clock.now() + timedelta(days=9)))
    text = "phone,first_name,assigned_user_email\n4125550101,,nobody@example.org\n8005550199,Al,amy@example.org\n2125550123,Bo,\n"
    job = await import_file(cast, write(tmp_path, text))
    assert (job.landlines, job.unknown_keepers, job.nameless, job.zoneless) == (1, 1, 0, 1 if job.created == 2 else 0)


async def test_someone_who_wants_to_preview_first_sees_before_anything_is_stored(cast: Cast, tmp_path: Path) -> None:
    path = write(tmp_path, "phone,issue\n2125550123,Roads\n")
    job = await importing.begin(cast.meyer, "L", path, path.name, cast.gary.user, preview_first=True)
    assert not await importing.take_in(job.id, 60)
    job = await ContactImport.get(id=job.id)
    assert (job.status, job.error_code, job.created) == ("asking", "", 0)
    await importing.answer(job, {"#0": "phone", "#1": "notes"})
    await importing.take_in(job.id, 60)
    assert await labels.field_values((await Contact.get(phone="+12125550123")).id) == {"notes": "Roads"}


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


async def test_what_was_left_out_can_be_taken_in_afterwards(cast: Cast, tmp_path: Path) -> None:
    job = await import_file(cast, write(tmp_path, "phone,issue\n2125550123,Roads\n"))
    assert job.left_out == ["issue"]
    field = await labels.new_field(cast.meyer, "issue")
    more = await importing.again(job, {"#0": "phone", "#1": field.slug}, cast.gary.user)
    await importing.take_in(more.id, 60)
    more = await ContactImport.get(id=more.id)
    assert (more.created, more.updated) == (0, 1)
    assert await labels.field_values((await Contact.get(phone="+12125550123")).id) == {"issue": "Roads"}


@pytest.mark.both
async def test_a_slice_costs_a_fixed_number_of_statements(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many rows: what the speed at any size rests on."""
    asked: list[str] = []
    rows = database.rows

    async def counted(sqlite: str, postgres: str | None = None, values: list | None = None):  # type: ignore[no-untyped-def, type-arg]
        asked.append(sqlite)
        return await rows(sqlite, postgres, values)

    monkeypatch.setattr(database, "rows", counted)
    numbers = []
    for n in (10, 90):
        text = "phone,first_name\n" + "".join(f"212555{1000 + n * 10 + k},P\n" for k in range(n))
        asked.clear()
        await import_file(cast, write(tmp_path, text))
        numbers.append(len(asked))
    assert numbers[0] == numbers[1]


async def test_a_cancelled_import_ends_well_for_an_action_that_runs(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is in is texted, who is not is not, and the counts say so."""
    monkeypatch.setattr(long_work, "FIRST", 10)
    monkeypatch.setattr(long_work, "LARGEST", 10)
    path = write(tmp_path, "phone\n" + "".join(f"212555{n:04}\n" for n in range(1000, 1050)))
    job = await importing.begin(cast.meyer, "Voters", path, "v.csv", None)
    stored = store.store

    async def then_cancel(*arguments: object) -> object:
        counted = await stored(*arguments)  # type: ignore[arg-type]
        await ContactImport.filter(id=job.id).update(status="cancelled")
        return counted

    monkeypatch.setattr(store, "store", then_cancel)
    await importing.take_in(job.id, 60)
    job = await ContactImport.get(id=job.id)
    await cast.make()
    assert (job.status, job.created, job.contact_list_id) == ("cancelled", 10, cast.voters.id)
    assert await Conversation.filter(action=cast.action).count() == 11
    assert await recount.differences() == []
