"""The effect of a row on the contact: merged, moved, kept, tagged."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cast import Cast, opt_out_phone
from tests.cast.database.moments import deadlock
from tests.cast.inputs.clocks import as_upload, clocks
from tests.cast.lists import import_file, stored, write
from webapp import clock, database
from webapp.database import statistics, transaction
from webapp.models import long_work
from webapp.models.contacts import labels
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import Tag
from webapp.models.contacts.zones import zones_of
from webapp.models.conversations.conversation import Conversation
from webapp.models.opt_outs.opt_out import FROM_ADMIN, OptOut


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


async def test_rows_of_one_phone_in_a_slice_behind_another_merge_the_same_way(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The contacts of the last slice are made while the one before is stored, by what is known of the first."""
    monkeypatch.setattr(long_work, "FIRST", 3)
    monkeypatch.setattr(long_work, "LARGEST", 3)
    first = "".join(f"21255501{n},Ana,,\n" for n in range(10, 16))
    then = "2125550123,Lisa,,\n(212) 555-0123,Elisabeth,Ng,lisa@example.org\n2125550124,José,Ruiz,\n"
    job = await import_file(cast, write(tmp_path, "phone,first_name,last_name,email\n" + first + then))
    found = [(c.first_name, c.first_key, c.last_name, c.email) for c in await stored(job)]
    assert found[6:] == [("Lisa", "lisa", "Ng", "lisa@example.org"), ("José", "jose", "Ruiz", "")]
    assert len({c.zone_set_id for c in await stored(job)}) == 1 and (job.created, job.merged) == (8, 1)


async def test_a_later_upload_updates_what_it_says_and_blanks_nothing(cast: Cast, tmp_path: Path) -> None:
    await import_file(cast, write(tmp_path, "phone,first_name,zip\n4125550101,,16502\n"))
    lisa = await Contact.get(id=cast.lisa.id).select_related("zone_set")
    assert (lisa.first_name, lisa.zip) == ("Lisa", "16502")


async def test_a_move_changes_the_clock_of_those_not_texted_yet(cast: Cast, tmp_path: Path) -> None:
    before = (await cast.conversation()).zone_set_id
    await import_file(cast, write(tmp_path, "phone,zip\n4125550101,96720\n"))
    assert (await cast.conversation()).zone_set_id != before


@pytest.mark.both
async def test_each_case_of_a_zone_comes_through_an_upload(cast: Cast, tmp_path: Path) -> None:
    path, right = as_upload(tmp_path)
    there = {contact.phone: contact.zone_set_id for contact in await stored(await import_file(cast, path))}
    assert set(there) == set(right)
    wrong = []
    for phone, names in right.items():
        zones = await zones_of(cast.meyer, there[phone])
        if clocks(zones) != clocks(names.split("|")):
            wrong.append((phone, zones, names))
    assert wrong == []


async def test_assigned_user_email_makes_the_user_the_keeper(cast: Cast, tmp_path: Path) -> None:
    text = "phone,assigned_user_email\n2125550123,Amy@Example.org\n3125550145,nobody@example.org\n"
    job = await import_file(cast, write(tmp_path, text))
    first, second = await stored(job)
    assert (first.keeper_id, second.keeper_id) == (cast.amy.user_id, None)
    assert job.contact_list
    await cast.action.use_lists([job.contact_list])
    await cast.make()
    assert (await Conversation.get(action=cast.action, contact=first)).user_id == cast.amy.user_id


async def test_an_opted_out_phone_on_a_new_list_is_never_texted(cast: Cast, tmp_path: Path) -> None:
    await opt_out_phone(cast.meyer, "+12125550123", FROM_ADMIN)
    job = await import_file(cast, write(tmp_path, "phone\n2125550123\n"))
    assert job.contact_list
    await cast.action.use_lists([job.contact_list])
    await cast.make()
    [contact] = await stored(job)
    assert (await Conversation.get(action=cast.action, contact=contact)).closed_code == 1302


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


@pytest.mark.both
async def test_a_slice_costs_a_fixed_number_of_statements(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many rows: what the speed at any size rests on."""
    asked: list[str] = []
    rows = database.rows

    async def counted(
        sqlite: str, postgres: str | None = None, values: list[Any] | None = None
    ) -> list[dict[str, Any]]:
        asked.append(sqlite)
        return await rows(sqlite, postgres, values)

    monkeypatch.setattr(database, "rows", counted)
    monkeypatch.setattr(statistics, "SECONDS", 10**9)  # its look comes by the clock, not by the slice
    monkeypatch.setattr(long_work, "LOOK", 10**9)
    numbers = []
    for n in (10, 90):
        text = "phone,first_name\n" + "".join(f"212555{1000 + n * 10 + k},P\n" for k in range(n))
        asked.clear()
        await import_file(cast, write(tmp_path, text))
        numbers.append(len(asked))
    assert numbers[0] == numbers[1]


async def test_tags_of_all_rows_of_one_phone_count(cast: Cast, tmp_path: Path) -> None:
    job = await import_file(cast, write(tmp_path, 'phone,tags\n2125550123,"Opt Out"\n2125550123,x\n2125550123,\n'))
    assert (job.created, job.merged, job.opted_out) == (1, 2, 1)


async def test_of_two_columns_of_one_field_a_blank_one_takes_nothing_away(cast: Cast, tmp_path: Path) -> None:
    await import_file(cast, write(tmp_path, "phone,notes,Notes\n4125550142,A,\n"))
    contact = await Contact.get(phone="+14125550142")
    assert (await labels.field_values(contact.id)) == {"notes": "A"}


@pytest.mark.both
async def test_opt_out_in_a_column_of_tags_opts_out_though_another_tag_is_called_so(cast: Cast, tmp_path: Path) -> None:
    tag = await Tag.get(campaign=cast.meyer, name="Wrong Number")
    tag.name, tag.display_order = "Opt-Out", 9
    await transaction(tag.save)
    await import_file(cast, write(tmp_path, "phone,tags\n4125550142,Opt Out\n"))
    assert (await Contact.get(phone="+14125550142")).opted_out_at


async def test_who_had_opted_out_and_does_so_by_tag_counts_once(cast: Cast, tmp_path: Path) -> None:
    await opt_out_phone(cast.meyer, "+14125550142", FROM_ADMIN)
    job = await import_file(cast, write(tmp_path, "phone,tags\n4125550142,Opt Out\n"))
    assert job.opted_out == 1


@pytest.mark.postgres
async def test_a_slice_that_met_a_deadlock_is_stored_when_it_is_tried_again(cast: Cast, tmp_path: Path) -> None:
    """The set of zones it had made is undone with it."""
    await cast.add_contact("+14125550142", state_abbrev="HI", timezone="")
    await transaction(
        lambda: Contact.filter(phone="+14125550142").update(timezone="Pacific/Kwajalein", zone_set_id=None)
    )
    async with deadlock("imported_contact"):
        job = await import_file(cast, write(tmp_path, "phone,first_name\n4125550142,Al\n"))
    assert job.status == "done"
