from __future__ import annotations

import asyncio
import contextvars
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.models.imports.test_importing import import_file, write
from webapp import clock
from webapp.database import transaction
from webapp.models import long_work
from webapp.models.actions import audience
from webapp.models.actions.action import Action
from webapp.models.bulk import slices
from webapp.models.bulk.job import LIST, UNLIST, UNTAG
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import Tag
from webapp.models.contacts.lists import ContactList, ListMembership
from webapp.models.conversations import making, start
from webapp.models.imports import importing, reading
from webapp.models.imports.job import ContactImport
from webapp.models.reports import editing
from webapp.models.sending.claim import claim_next


@pytest.mark.postgres
async def test_untag_while_put_on_a_leave_out_list(cast: Cast, monkeypatch) -> None:
    """Two changes at once, each of which alone would keep her out of the action or out already."""
    tag = await Tag.get(campaign=cast.meyer, name="Wrong Number")
    out = await transaction(lambda: ContactList.create(campaign=cast.meyer, name="Out", created_at=clock.now()))
    await transaction(lambda: cast.action.leave_out([out], [tag], []))
    await editing.tag(cast.lisa.id, [tag], [tag], cast.gary)
    assert (await cast.conversation()).closed_code
    fresh = contextvars.copy_context()
    follow = audience.sync_after_tag

    async def meanwhile(ids, tag_id):
        await follow(ids, tag_id)

        async def other():
            w = await slices.begin(cast.meyer, cast.gary.user, LIST, [cast.lisa.id], {"list": out.id, "name": "Out"})
            await slices.work(w.id, 5)

        t = asyncio.get_running_loop().create_task(other(), context=fresh)
        await asyncio.wait([t], timeout=2)
        tasks.append(t)

    tasks: list = []
    monkeypatch.setattr(audience, "follow_tag", meanwhile)
    w = await slices.begin(cast.meyer, cast.gary.user, UNTAG, [cast.lisa.id], {"tag": tag.id})
    await slices.work(w.id, 5)
    await asyncio.gather(*tasks)
    assert await ListMembership.exists(contact_list=out, contact=cast.lisa)
    assert (await cast.conversation()).closed_code is not None


@pytest.mark.postgres
async def test_unlisted_while_conversations_are_made(cast: Cast, monkeypatch) -> None:
    bo = await cast.add_contact("+14125550102", first_name="Bo")
    fresh = contextvars.copy_context()
    keepers = making._keepers

    async def meanwhile(action, people):
        async def other():
            w = await slices.begin(cast.meyer, cast.gary.user, UNLIST, [bo.id], {"list": cast.voters.id, "name": "V"})
            await slices.work(w.id, 5)

        waiting.append(asyncio.get_running_loop().create_task(other(), context=fresh))
        await asyncio.wait(waiting, timeout=0.5)
        return await keepers(action, people)

    waiting: list = []
    monkeypatch.setattr(making, "_keepers", meanwhile)
    await making.make_all(cast.action.id)
    await asyncio.gather(*waiting)
    monkeypatch.undo()
    await cast.start(cast.amy)
    assert (await cast.conversation(bo)).user_id is None


@pytest.mark.both
async def test_refused_by_the_worker_after_unlisted(cast: Cast) -> None:
    """Clicked, then taken off the list, then refused for now: it must not come back as a card."""
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    w = await slices.begin(cast.meyer, cast.gary.user, UNLIST, [cast.lisa.id], {"list": cast.voters.id, "name": "V"})
    await slices.work(w.id, 5)
    from datetime import timedelta

    clock.freeze(clock.now() + timedelta(hours=12))
    print(await claim_next(cast.number.id))
    clock.freeze(clock.now() + timedelta(hours=12))
    action = await Action.get(id=cast.action.id).select_related("campaign")
    assert await start.next_in_queue(action, cast.amy.user) is None


@pytest.mark.both
async def test_mapping_sent_twice(cast: Cast, browse, tmp_path: Path, monkeypatch) -> None:
    """The second press comes when the job is running already."""
    monkeypatch.setattr(long_work, "FIRST", 10)
    monkeypatch.setattr(long_work, "LARGEST", 10)
    path = write(tmp_path, "Nummer,A,B\n" + "".join(f"212555{n},a{n},b{n}\n" for n in range(1000, 1050)))
    job = await importing.begin(cast.meyer, "L", path, path.name, cast.gary.user)
    await importing.take_in(job.id, 10)
    stale = await ContactImport.get(id=job.id)
    await importing.answer(await ContactImport.get(id=job.id), {"#0": "phone", "#1": "first_name"})
    take, calls = importing._take, []

    async def counted(*a):
        calls.append(1)
        if len(calls) == 3:
            await importing.answer(stale, {"#0": "phone", "#2": "first_name"})
        return await take(*a)

    monkeypatch.setattr(importing, "_take", counted)
    while await importing.take_in(job.id, 10):
        pass
    monkeypatch.setattr(importing, "_take", take)
    while await importing.take_in(job.id, 10):
        pass
    names = {c.first_name[0] for c in await Contact.filter(phone__startswith="+1212555")}
    assert names == {"a"}, names


async def test_asking_uploads_are_forgotten(cast: Cast, tmp_path: Path) -> None:
    from datetime import timedelta

    path = write(reading.folder(), "Nummer\n2125550123\n")
    job = await importing.begin(cast.meyer, "L", path, path.name, cast.gary.user)
    await importing.take_in(job.id, 10)
    clock.freeze(clock.now() + timedelta(days=400))
    assert path.resolve() in await importing.forget_files(14)


async def test_a_file_given_in_a_shell_stays_its_owners(cast: Cast, tmp_path: Path) -> None:
    from datetime import timedelta

    path = write(tmp_path, "phone\n2125550123\n")
    job = await import_file(cast, path)
    copy = reading.plain_copy(job)
    assert copy.exists() and [p.name for p in tmp_path.glob("*list*")] == [path.name], "nothing of ours beside it"
    clock.freeze(clock.now() + timedelta(days=400))
    assert await importing.forget_files(14) == [copy]


async def test_sep_quote(cast: Cast, tmp_path: Path) -> None:
    job = await import_file(cast, write(tmp_path, 'sep="\nphone,first_name\n2125550123,A\n'))
    print(job.status, job.error_code, job.error_message)
    assert job.error_code != "too_large"


async def test_archived_list_of_again(cast: Cast, tmp_path: Path) -> None:
    job = await import_file(cast, write(tmp_path, 'phone,tags\n2125550123,"Opt Out"\n2125550123,x\n2125550123,\n'))
    print(job.created, job.merged, job.opted_out)
    assert (job.created, job.merged, job.opted_out) == (1, 2, 1)
