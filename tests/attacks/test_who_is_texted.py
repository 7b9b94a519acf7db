from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.cast import Cast, opt_out_phone
from tests.models.imports.test_importing import import_file, write
from tests.models.imports.test_strike_list import strike
from tests.models.receiving.test_applying import says, texted
from webapp import clock
from webapp.database import transaction
from webapp.models import long_work
from webapp.models.actions.action import Action
from webapp.models.bulk import slices
from webapp.models.bulk.job import ASSIGN, LIST, OPT_OUT, UNLIST, BulkJob
from webapp.models.contacts import labels
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import ContactTag, Tag
from webapp.models.contacts.lists import ContactList, ListMembership
from webapp.models.conversations import assigning, making, start
from webapp.models.imports import importing
from webapp.models.imports.job import ContactImport
from webapp.models.opt_outs import blocking
from webapp.models.opt_outs.opt_out import FROM_ADMIN
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND
from webapp.models.reports import editing
from webapp.models.results import recount
from webapp.models.sending import undo
from webapp.models.sending.claim import claim_next
from webapp.models.sending.click import Declined, Queued
from webapp.rules.contacts.contact_filter import Filter


async def run_work(cast, kind, which, what):
    work = await slices.begin(cast.meyer, cast.gary.user, kind, which, what)
    while await slices.work(work.id, 60):
        pass
    return await BulkJob.get(id=work.id)


@pytest.mark.both
async def test_struck_stranger_who_writes_is_opted_out(cast: Cast, tmp_path: Path) -> None:
    await strike(cast, write(tmp_path, "phone\n2125550123\n"))
    event = await applying.keep(
        INBOUND, {"MessageSid": "SM" + "9" * 32, "From": "+12125550123", "To": cast.number.e164, "Body": "who is this"}
    )
    await applying.apply(event)
    contact = await Contact.get(phone="+12125550123")
    assert contact.opted_out_at


@pytest.mark.both
async def test_struck_stranger_who_writes_then_list(cast: Cast, tmp_path: Path) -> None:
    await strike(cast, write(tmp_path, "phone\n2125550123\n"))
    event = await applying.keep(
        INBOUND, {"MessageSid": "SM" + "9" * 32, "From": "+12125550123", "To": cast.number.e164, "Body": "who is this"}
    )
    await applying.apply(event)
    job = await import_file(cast, write(tmp_path, "phone,first_name\n2125550123,Ann\n"), "Voters")
    assert job.opted_out == 1
    await cast.make()
    ann = await Contact.get(phone="+12125550123")
    assert ann.opted_out_at and (await cast.conversation(ann)).closed_code == 1302


@pytest.mark.both
async def test_struck_stranger_blocks_the_number(cast: Cast, tmp_path: Path) -> None:
    await strike(cast, write(tmp_path, "phone\n2125550123\n"))
    event = await applying.keep(
        INBOUND, {"MessageSid": "SM" + "9" * 32, "From": "+12125550123", "To": cast.number.e164, "Body": "who is this"}
    )
    await applying.apply(event)
    await import_file(cast, write(tmp_path, "phone,first_name\n2125550123,Ann\n"), "Voters")
    await cast.make()
    await cast.start(cast.amy)
    ann = await Contact.get(phone="+12125550123")
    out = await cast.click(cast.amy, ann)
    print(out)
    out2 = await cast.click(cast.amy, cast.lisa)
    print(out2)
    print(await claim_next(cast.number.id))
    print(await claim_next(cast.number.id))


@pytest.mark.both
async def test_unblock_after_removed_from_list(cast: Cast) -> None:
    await cast.start(cast.amy)
    await blocking.block(await cast.conversation(), cast.gary.user)
    await run_work(cast, UNLIST, [cast.lisa.id], {"list": cast.voters.id, "name": "Voters"})
    await blocking.unblock(cast.lisa.id, cast.gary.user)
    assert (await cast.conversation()).closed_code is not None
    assert await recount.differences() == []


@pytest.mark.both
async def test_undo_after_removed_from_list(cast: Cast) -> None:
    await cast.start(cast.amy)
    out = await cast.click(cast.amy)
    assert isinstance(out, Queued)
    await run_work(cast, UNLIST, [cast.lisa.id], {"list": cast.voters.id, "name": "Voters"})
    cast.meyer.undo_seconds = 5
    ok = await undo.take_back(cast.amy, out.message.id)
    print("undone", ok)
    action = await Action.get(id=cast.action.id).select_related("campaign")
    assert await start.next_in_queue(action, cast.amy.user) is None
    assert isinstance(await cast.click(cast.amy), Declined)


@pytest.mark.both
async def test_suspended_after_removed_from_list(cast: Cast) -> None:
    await cast.start(cast.amy)
    out = await cast.click(cast.amy)
    assert isinstance(out, Queued)
    await run_work(cast, UNLIST, [cast.lisa.id], {"list": cast.voters.id, "name": "Voters"})
    await transaction(lambda: assigning.free_from(cast.amy))
    await cast.start(cast.dan)
    c = await cast.conversation()
    assert c.user_id != cast.dan.user_id
    assert await recount.differences() == []


@pytest.mark.both
async def test_tag_set_while_conversations_are_made(cast: Cast, monkeypatch, db_kind) -> None:
    if db_kind == "sqlite":
        pytest.skip("transaction is the lock")
    bo = await cast.add_contact("+14125550102", first_name="Bo")
    tag = await Tag.get(campaign=cast.meyer, name="Wrong Number")
    await cast.action.leave_out([], [tag], [])
    keepers = making._keepers

    async def meanwhile(action, people):
        # another process sets the tag
        t = asyncio.get_running_loop().create_task(editing.tag(bo.id, [tag], [tag], cast.gary), context=FRESH)
        waiting.append(t)
        await asyncio.wait(waiting, timeout=0.5)
        return await keepers(action, people)

    import contextvars

    FRESH = contextvars.copy_context()
    waiting: list = []
    monkeypatch.setattr(making, "_keepers", meanwhile)
    await making.make_all(cast.action.id)
    await asyncio.gather(*waiting)
    monkeypatch.undo()
    assert await ContactTag.exists(contact_id=bo.id, tag_id=tag.id)
    await cast.start(cast.amy)
    assert (await cast.conversation(bo)).user_id is None


@pytest.mark.both
async def test_many_lists_without(cast: Cast) -> None:
    """A list made of Voters without 80 lists: all 80 count."""
    lists = [
        await transaction(lambda n=n: ContactList.create(campaign=cast.meyer, name=f"No {n}", created_at=clock.now()))
        for n in range(90)
    ]
    bo = await cast.add_contact("+14125550102", first_name="Bo")
    await transaction(lambda: ListMembership.create(contact_list=lists[-1], contact=bo))
    target = await transaction(lambda: ContactList.create(campaign=cast.meyer, name="T", created_at=clock.now()))
    which = Filter(any_lists=str(cast.voters.id), no_lists=",".join(str(r.id) for r in lists))
    await run_work(cast, LIST, which, {"list": target.id, "name": "T"})
    got = await ListMembership.filter(contact_list=target).values_list("contact_id", flat=True)
    assert bo.id not in got


@pytest.mark.both
@pytest.mark.parametrize(
    "text",
    [
        "phone,timezone,zip\n8085550142,foo,\n8085550142,America/Denver,16502\n",
        "phone,zip,state\n4125550142,99999,\n4125550142,16502,HI\n",
        "phone,state\n4125550142,ßx\n",
        "phone,first_name\n4125550142,ﬃﬃ\n",
        "phone,first_name\n4125550142," + "ﷺ" * 100 + "\n",
        "phone,tags\n4125550142," + "x;" * 3000 + "\n",
        "phone,email,van_id,timezone\n4125550142," + "x" * 254 + "," + "v" * 40 + "," + "t" * 64 + "\n",
    ],
)
async def test_poison_rows(cast: Cast, tmp_path: Path, text: str) -> None:
    job = await import_file(cast, write(tmp_path, text))
    assert job.status == "done" and job.created + job.refused >= 1, (job.status, job.error_message)


async def test_two_columns_to_one_custom_field(cast: Cast, tmp_path: Path) -> None:
    await import_file(cast, write(tmp_path, "phone,notes,Notes\n4125550142,A,\n"))
    c = await Contact.get(phone="+14125550142")
    assert (await labels.field_values(c.id)) == {"notes": "A"}


async def test_nonlatin_titles_collide(cast: Cast) -> None:
    a = await labels.new_field(cast.meyer, "Район")
    b = await labels.new_field(cast.meyer, "Профессия")
    assert a.id != b.id


async def test_nonlatin_title_takes_blank_headers(cast: Cast, tmp_path: Path) -> None:
    await labels.new_field(cast.meyer, "Район")
    await import_file(cast, write(tmp_path, "phone,,first_name\n4125550142,secret,Ann\n"))
    c = await Contact.get(phone="+14125550142")
    assert (await labels.field_values(c.id)) == {}


@pytest.mark.both
async def test_tag_renamed_to_opt_out(cast: Cast, tmp_path: Path) -> None:
    tag = await Tag.get(campaign=cast.meyer, name="Wrong Number")
    tag.name = "Opt-Out"
    tag.display_order = 9
    await transaction(lambda: tag.save())
    await import_file(cast, write(tmp_path, "phone,tags\n4125550142,Opt Out\n"))
    assert (await Contact.get(phone="+14125550142")).opted_out_at


async def test_answer_after_cancel(cast: Cast, tmp_path: Path) -> None:
    path = write(tmp_path, "Nummer\n4125550142\n")
    job = await importing.begin(cast.meyer, "L", path, path.name, cast.gary.user)
    await importing.take_in(job.id, 10)
    job = await ContactImport.get(id=job.id)
    assert job.status == "asking"
    await long_work.cancel(job)
    await importing.answer(job, {"#0": "phone"})
    await importing.take_in(job.id, 10)
    job = await ContactImport.get(id=job.id)
    assert job.status == "cancelled" and job.created == 0


async def test_opted_out_counted_once(cast: Cast, tmp_path: Path) -> None:
    await opt_out_phone(cast.meyer, "+14125550142", FROM_ADMIN)
    job = await import_file(cast, write(tmp_path, "phone,tags\n4125550142,Opt Out\n"))
    assert job.opted_out == 1


async def test_reassign_opted_out_not_unread(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "STOP")
    assert not (await cast.conversation()).unread
    await run_work(cast, ASSIGN, [cast.lisa.id], {"users": [cast.dan.user_id], "action": 0, "mode": "all"})
    assert not (await cast.conversation()).unread


async def test_timeline_of_everything(cast: Cast, browse, tmp_path: Path) -> None:
    await texted(cast)
    await says(cast, "hm")
    c = await cast.conversation()
    await assigning.hand_to_staff(c.id, cast.amy.user)
    await assigning.take_over(c.id, cast.gary)
    await blocking.block(c, cast.gary.user)
    await blocking.unblock(cast.lisa.id, cast.gary.user)
    for kind, what in [
        (ASSIGN, {"users": [cast.dan.user_id], "action": 0, "mode": "all"}),
        (UNLIST, {"list": cast.voters.id, "name": "x"}),
        (LIST, {"list": cast.voters.id, "name": "x"}),
        (OPT_OUT, {}),
    ]:
        await run_work(cast, kind, [cast.lisa.id], what)
    await assigning.free_from(cast.dan)
    await import_file(cast, write(tmp_path, "phone,first_name\n4125550101,Li\n"))
    gary = await browse(cast.gary)
    r = await gary.get(f"/c/meyer/admin/contacts/{cast.lisa.id}")
    assert r.status_code == 200
    await editing.erase(cast.lisa.id, cast.gary)
    r = await gary.get(f"/c/meyer/admin/contacts/{cast.lisa.id}")
    assert r.status_code == 200
    assert await recount.differences() == []
