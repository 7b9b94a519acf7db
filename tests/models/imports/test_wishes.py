"""People a list says not to text, values that can't be stored, phones that were not asked for (SPEC C1, C3)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cast import TESTS, Cast
from tests.cast.lists import import_file, stored, strike, take_all, write
from webapp.database import transaction
from webapp.models.contacts import labels
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import ContactTag, CustomField, FieldValue
from webapp.models.imports import importing, preview, upload
from webapp.models.imports.job import RefusedRow, Wishes
from webapp.models.opt_outs.opt_out import OptOut
from webapp.models.results import recount

CASES = TESTS / "vectors" / "lists"
DNC = "first_name,phone,do_not_call\nAnn,4125550201,Y\nBo,4125550202,\nAnn,4125550203,N\nCy,4125550202,yes\n"


@pytest.mark.both
async def test_whom_a_column_says_not_to_text_is_opted_out_where_someone_chose_so(cast: Cast, tmp_path: Path) -> None:
    job = await import_file(cast, write(tmp_path, DNC), mapping={"do_not_call": "opt_out"})
    assert (job.status, job.stored, job.said_no, job.merged) == ("done", 3, 2, 1)
    people = {contact.phone[-1]: contact.opted_out_at is not None for contact in await stored(job)}
    assert people == {"1": True, "2": True, "3": False}, "a later row with the same phone says so too"
    assert {o.phone for o in await OptOut.all()} == {"+14125550201", "+14125550202"}
    assert await ContactTag.filter(tag__slug="opt_out").count() == 2
    assert await recount.differences() == []


async def test_it_is_asked_before_anything_is_stored(cast: Cast, tmp_path: Path) -> None:
    job = await import_file(cast, write(tmp_path, DNC))
    assert (job.status, job.stored) == ("asking", 0)
    assert job.counted and job.counted["alike"] == [[["", "", False, [2], []], 2], [["", "", False, [], []], 2]]


async def test_without_anyone_to_ask_their_rows_are_refused(cast: Cast, tmp_path: Path) -> None:
    job = await importing.begin(cast.meyer, "L", write(tmp_path, DNC), "l.csv", None)
    job = await take_all(job.id)
    assert (job.stored, job.refused, await OptOut.all().count()) == (2, 2, 0)
    assert {row.reason for row in await RefusedRow.all()} == {"do_not_text"}


@pytest.mark.both
async def test_numbers_with_words_are_taken_where_someone_chose_so(cast: Cast) -> None:
    path = CASES / "40_dnc.csv"
    job = await take_all(
        (await importing.begin(cast.meyer, "L", path, path.name, None, wishes=Wishes(take_words=True))).id
    )
    assert (job.stored, job.refused, job.said_no) == (5, 1, 4), "a landline is refused all the same"
    free = await Contact.filter(list_memberships__contact_list_id=job.contact_list_id, opted_out_at=None)
    assert {contact.phone for contact in free} == {"+14125550904"}


NOTED = "first_name,phone,Notes,tags\nAnn,4125550201,do not text,\nBo,4125550202,call 412-555-0202 after 5,\nCy,4125550203,,dnc\n"


@pytest.mark.both
async def test_whom_a_note_says_not_to_text_is_refused_until_someone_says_otherwise(cast: Cast, tmp_path: Path) -> None:
    path = write(tmp_path, NOTED)
    job = await import_file(cast, path)
    assert (job.stored, job.refused) == (1, 2)
    assert {(row.line, row.reason) for row in await RefusedRow.all()} == {(2, "notes_say_no"), (4, "notes_say_no")}
    again = await importing.again(job, {}, None, wishes=Wishes(take_notes=True))
    assert (await take_all(again.id)).stored == 3


@pytest.mark.both
async def test_tags_of_a_file_are_created_before_it_is_stored(cast: Cast, tmp_path: Path) -> None:
    job = await importing.begin(
        cast.meyer,
        "L",
        write(tmp_path, "phone,tags\n4125550201,Yard Sign;Will Vote\n"),
        "l.csv",
        cast.gary.user,
        preview_first=True,
    )
    job = await take_all(job.id)
    assert await preview.unknown_tags(job, job.mapping) == ["Yard Sign"]
    for _ in range(2):
        job = await upload.choose_columns(job, {}, cast.gary, new_tags=["Yard Sign", "!"])
        job = await take_all(job.id)
    assert job.left_values is None or job.left_values == {}
    assert await ContactTag.filter(tag__slug__in=["yard_sign", "will_vote"]).count() == 2


@pytest.mark.both
async def test_what_can_t_be_stored_is_counted_by_value_across_slices(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.models.long_work.LARGEST", 2)

    async def make() -> CustomField:
        return await CustomField.create(campaign=cast.meyer, slug="sign", title="Sign", options="Yes\nNo")

    support = await transaction(make)
    rows = "".join(f"412555030{n},{'yes' if n else 'Maybe'},Will Vote;Yard Sign,ZZ,K1A 0B6,\n" for n in range(5))
    job = await import_file(cast, write(tmp_path, "phone,Sign,tags,state,zip,timezone\n" + rows))
    assert job.left_values == {
        "sign": {"Maybe": 1},
        "tags": {"Yard Sign": 5},
        "state_abbrev": {"ZZ": 5},
        "zip_canada": {"K1A 0B6": 5},
    }
    assert sorted(value.value for value in await FieldValue.filter(field=support)) == ["Yes"] * 4
    assert await ContactTag.filter(tag__slug="will_vote").count() == 5
    assert {(c.state_abbrev, c.zip) for c in await stored(job)} == {("", "")}


async def test_many_values_do_not_swell_the_row(cast: Cast, tmp_path: Path) -> None:
    rows = "".join(f"41255503{n:02},Tag {n}\n" for n in range(60))
    job = await import_file(cast, write(tmp_path, "phone,tags\n" + rows))
    assert job.left_values and len(job.left_values["tags"]) == 41 and job.left_values["tags"]["…"] == 20


async def test_home_phones_alone_are_taken_and_counted(cast: Cast) -> None:
    job = await import_file(cast, CASES / "12g_home_only.csv")
    assert (job.stored, job.home_phones) == (1, 1)


@pytest.mark.both
async def test_a_strike_list_strikes_every_phone_column_and_numbers_with_words(cast: Cast, tmp_path: Path) -> None:
    job = await strike(cast, CASES / "34_strike.csv")
    assert (job.status, job.created, job.refused) == ("done", 4, 1)
    assert await OptOut.exists(phone="+14125550103")
    job = await strike(
        cast, write(tmp_path, "Cell,Home Phone,Name\n4125550201,4125550202,x\n,4125550203,y\nfoo,4125550204,z\n")
    )
    assert (job.created, job.refused) == (4, 1), "the cell that can't be read is told, the other phone struck"


async def test_a_stored_contact_passes_its_own_form(cast: Cast, tmp_path: Path) -> None:
    """The rule itself is tested in test_contact_columns; this is that the words of zones are kept."""
    job = await import_file(cast, write(tmp_path, "phone,timezone,state,zip\n6025550132,mst,az,85001-1234\n"))
    contact = (await stored(job))[0]
    assert (contact.timezone, contact.state_abbrev, contact.zip) == ("mst", "AZ", "85001")
    assert (await labels.field_values(contact.id)) == {}


async def test_a_line_break_in_a_workbook_s_phone_refuses_nobody(cast: Cast) -> None:
    job = await import_file(cast, CASES / "27_newline_phones.xlsx")
    assert (job.stored, job.refused) == (4, 0)
    lisa = (await stored(job))[0]
    assert (lisa.phone, lisa.first_name, lisa.last_name) == ("+14125550611", "Lisa", "Ng")
