"""A file of phones that are opted out (SPEC C7)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tortoise.exceptions import IntegrityError

import webapp.models as models
from tests.cast import Cast, opt_out_phone
from tests.cast.lists import import_file, stored, strike, write
from tests.cast.texting import says, texted
from webapp import database
from webapp.database import transaction
from webapp.models.contacts import labels
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import ContactTag
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.models.opt_outs.many import opt_out_many
from webapp.models.opt_outs.opt_out import FROM_ADMIN, OptOut, opt_outs_by_source
from webapp.models.reports import editing
from webapp.models.results import recount
from webapp.models.sending.claim import claim_next
from webapp.models.sending.click import Queued
from webapp.models.sending.leaving import Claimed

STRANGER = "+12125550123"


@pytest.mark.both
async def test_a_strike_list_opts_out_contacts_and_strangers_and_says_how_many(cast: Cast, tmp_path: Path) -> None:
    await opt_out_phone(cast.meyer, "+13125550145", FROM_ADMIN)
    job = await strike(
        cast, write(tmp_path, "Phone,Name\n(412) 555-0101,Lisa\n2125550123,\n312-555-0145,\n2125550123,again\nnope,\n")
    )
    assert (job.status, job.created, job.opted_out, job.merged, job.refused) == ("done", 2, 1, 1, 1)
    assert {o.phone for o in await OptOut.all()} == {"+14125550101", "+12125550123", "+13125550145"}
    assert not await Contact.exists(phone="+12125550123"), "a stranger is not made a contact"
    assert (await Contact.get(id=cast.lisa.id)).opted_out_at and (await cast.conversation()).closed_code == 1302
    assert await ContactTag.exists(contact_id=cast.lisa.id, tag__slug="opt_out")
    assert await opt_outs_by_source(cast.meyer.id) == {"import": 2, "admin": 1}
    assert await recount.differences() == []


@pytest.mark.both
async def test_a_column_of_bare_numbers_is_a_strike_list(cast: Cast, tmp_path: Path) -> None:
    job = await strike(cast, write(tmp_path, "2125550123\n3125550145\n"))
    assert (job.status, job.created) == ("done", 2)


@pytest.mark.both
async def test_it_cancels_what_waits_and_ends_what_needs_attention(cast: Cast, tmp_path: Path) -> None:
    await texted(cast)
    await says(cast, "who is this")
    bo = await cast.add_contact("+14125550102", first_name="Bo")
    await cast.make()
    await cast.start(cast.dan)
    assert isinstance(await cast.click(cast.dan, bo), Queued)
    await strike(cast, write(tmp_path, "phone\n4125550101\n4125550102\n"))
    assert (await Message.get(contact=bo)).status == "cancelled"
    lisas, bos = await cast.conversation(), await cast.conversation(bo)
    assert not lisas.needs_attention and bos.texted_at is None and bos.closed_code == 1302
    assert await recount.differences() == []


@pytest.mark.both
async def test_a_phone_struck_as_a_stranger_comes_in_opted_out_with_a_later_list(cast: Cast, tmp_path: Path) -> None:
    await strike(cast, write(tmp_path, "phone\n2125550123\n"))
    job = await import_file(cast, write(tmp_path, "phone,first_name\n2125550123,Ann\n"))
    [ann] = await stored(job)
    assert ann.opted_out_at and job.opted_out == 1


@pytest.mark.both
async def test_many_at_once_do_what_one_by_one_does(cast: Cast) -> None:
    """The set of statements against the verb it stands for."""
    for phone in ("+14125550102", "+14125550103"):
        await cast.add_contact(phone)
    await cast.make()
    await opt_out_phone(cast.meyer, "+14125550102", FROM_ADMIN, cast.gary.user)
    await opt_out_many(cast.meyer, ["+14125550103"], FROM_ADMIN, cast.gary.user)
    rows = []
    for phone in ("+14125550102", "+14125550103"):
        contact = await Contact.get(phone=phone)
        talk, out = await Conversation.get(contact=contact), await OptOut.get(phone=phone)
        tags = await ContactTag.filter(contact_id=contact.id).count()
        rows.append((bool(contact.opted_out_at), talk.closed_code, talk.unread, out.source, out.user_id, tags))  # type: ignore[attr-defined]
    assert rows[0] == rows[1] and await recount.differences() == []


@pytest.mark.both
async def test_nothing_removes_an_opt_out(cast: Cast, tmp_path: Path) -> None:
    """The row itself, erasing the person, uploading them again; and no line of ours tries. (Routes: test_contacts.py.)"""
    await opt_out_phone(cast.meyer, cast.lisa.phone, FROM_ADMIN)
    for statement in ("DELETE FROM opt_out", "UPDATE opt_out SET phone = '+12125550199'"):
        with pytest.raises(IntegrityError):
            await transaction(lambda statement=statement: database.query(statement))  # type: ignore[misc]
    await editing.erase(cast.lisa.id, cast.gary)
    job = await import_file(cast, write(tmp_path, "phone,first_name,tags\n4125550101,Lisa,\n"))
    assert job.opted_out == 1
    lisa = await Contact.get(id=cast.lisa.id)
    assert lisa.opted_out_at and await OptOut.filter(phone=lisa.phone).count() == 1
    sources = [
        path.read_text() for path in Path(models.__file__).parents[1].rglob("*.py") if "simulator" not in path.parts
    ]
    assert len(sources) > 100
    removing = re.compile(
        r"DELETE FROM opt_out |UPDATE opt_out |OptOut\.filter\([^)]*\)\.(delete|update)|opted_out_at = None"
    )
    assert [found for text in sources for found in removing.findall(text)] == []


async def test_an_opt_out_list_opts_out_a_row_with_a_cell_too_many(cast: Cast, tmp_path: Path) -> None:
    job = await strike(cast, write(tmp_path, "phone,name\n4125550101,Ng, Lisa\n2125550123,x\n"))
    assert (await Contact.get(id=cast.lisa.id)).opted_out_at, job.refused


async def test_an_opt_out_list_opts_out_a_row_with_a_name_too_long(cast: Cast, tmp_path: Path) -> None:
    await strike(cast, write(tmp_path, "phone,first name\n4125550101," + "x" * 101 + "\n2125550123,x\n"))
    assert (await Contact.get(id=cast.lisa.id)).opted_out_at


async def test_an_opt_out_list_opts_out_a_contact_of_another_country(cast: Cast, tmp_path: Path) -> None:
    kate = await cast.add_contact("+442079460018", first_name="Kate")
    job = await strike(cast, write(tmp_path, "phone\n+442079460018\n2125550123\n"))
    assert (await Contact.get(id=kate.id)).opted_out_at, (job.status, job.refused)


@pytest.mark.both
async def test_a_contact_who_comes_in_opted_out_wears_the_tag(cast: Cast, tmp_path: Path) -> None:
    await opt_out_phone(cast.meyer, "+12125550123", FROM_ADMIN)
    await strike(cast, write(tmp_path, "phone\n3125550145\n"))
    await import_file(cast, write(tmp_path, "phone\n2125550123\n3125550145\n"))
    ann, bo = await Contact.get(phone="+12125550123"), await Contact.get(phone="+13125550145")
    tags = await labels.tags_of([ann.id, bo.id])
    assert [t.name for t in tags[ann.id]] == ["Opt Out"] == [t.name for t in tags[bo.id]]


async def opted_out_stranger_writes(cast: Cast, folder: Path) -> None:
    """Opted out by a list while nobody had them as a contact; then they write, and are one."""
    await strike(cast, write(folder, "phone\n2125550123\n"))
    await says(cast, "who is this", From=STRANGER)


@pytest.mark.both
async def test_a_stranger_opted_out_by_a_list_who_writes_is_an_opted_out_contact(cast: Cast, tmp_path: Path) -> None:
    await opted_out_stranger_writes(cast, tmp_path)
    assert (await Contact.get(phone=STRANGER)).opted_out_at


@pytest.mark.both
async def test_a_stranger_opted_out_by_a_list_stays_so_with_a_later_upload(cast: Cast, tmp_path: Path) -> None:
    await opted_out_stranger_writes(cast, tmp_path)
    job = await import_file(cast, write(tmp_path, "phone,first_name\n2125550123,Ann\n"), "Voters")
    assert job.opted_out == 1
    await cast.make()
    ann = await Contact.get(phone=STRANGER)
    assert ann.opted_out_at and (await cast.conversation(ann)).closed_code == 1302


@pytest.mark.both
async def test_a_stranger_opted_out_by_a_list_holds_nobody_else_up(cast: Cast, tmp_path: Path) -> None:
    await opted_out_stranger_writes(cast, tmp_path)
    await import_file(cast, write(tmp_path, "phone,first_name\n2125550123,Ann\n"), "Voters")
    await cast.make()
    await cast.start(cast.amy)
    assert not isinstance(await cast.click(cast.amy, await Contact.get(phone=STRANGER)), Queued)
    assert isinstance(await cast.click(cast.amy), Queued)
    claim = await claim_next(cast.number.id)
    assert isinstance(claim, Claimed) and claim.to == cast.lisa.phone
    assert await claim_next(cast.number.id) is None
