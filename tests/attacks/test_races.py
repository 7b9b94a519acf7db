"""Races on PostgreSQL."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.models.imports.test_importing import import_file
from webapp import clock, database
from webapp.database import transaction
from webapp.models.accounts import users
from webapp.models.accounts.users import Membership, who_may_text
from webapp.models.actions import audience
from webapp.models.actions.action import Action
from webapp.models.bulk import slices
from webapp.models.bulk.job import ASSIGN, FIELD, LIST, OPT_OUT, TAG, UNLIST, UNTAG
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.contacts.lists import ContactList, ListMembership
from webapp.models.conversations import assigning, going_back, making, start
from webapp.models.conversations.conversation import Conversation
from webapp.models.imports import importing, store
from webapp.models.imports.job import OPT_OUTS, ContactImport
from webapp.models.opt_outs import blocking
from webapp.models.opt_outs.many import opt_out_many
from webapp.models.opt_outs.opt_out import FROM_ADMIN
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND
from webapp.models.results import recount


async def finish(job_id):
    while await importing.take_in(job_id, 60):
        pass


@pytest.mark.postgres
async def test_two_imports_of_the_same_new_phones(cast: Cast, tmp_path: Path) -> None:
    phones = [f"212555{n}" for n in range(1000, 1900)]
    a, b, c = tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "c.csv"
    a.write_text("phone,first_name\n" + "".join(f"{p},A{p[-4:]}\n" for p in phones))
    b.write_text("phone,last_name\n" + "".join(f"{p},B{p[-4:]}\n" for p in reversed(phones)))
    mixed = random.Random(1).sample(phones, len(phones))
    c.write_text("phone,van_id\n" + "".join(f"{p},C{p[-4:]}\n" for p in mixed))
    jobs = [await importing.begin(cast.meyer, n, p, n, None) for n, p in (("A", a), ("A", b), ("C", c))]
    t = clock.steady()
    res = await asyncio.gather(*(finish(j.id) for j in jobs), return_exceptions=True)
    print("took", clock.steady() - t, res)
    for j in jobs:
        j = await ContactImport.get(id=j.id)
        print(j.status, j.created, j.updated, j.merged, j.refused, j.contact_list_id)
    assert res == [None] * 3
    rows = await Contact.filter(phone__startswith="+1212555")
    assert len(rows) == 900 and all(
        r.first_name == "A" + r.phone[-4:] and r.last_name == "B" + r.phone[-4:] and r.van_id == "C" + r.phone[-4:]
        for r in rows
    )
    for row in await ContactList.exclude(name="Voters"):
        assert row.size == await ListMembership.filter(contact_list=row).count()
    assert await ContactList.filter(name="A").count() == 1


@pytest.mark.postgres
async def test_import_and_strike_of_the_same(cast: Cast, tmp_path: Path) -> None:
    phones = [f"212555{n}" for n in range(1000, 1600)]
    a, b = tmp_path / "a.csv", tmp_path / "b.csv"
    a.write_text("phone,first_name\n" + "".join(f"{p},A\n" for p in phones))
    b.write_text("phone\n" + "".join(f"{p}\n" for p in reversed(phones)))
    j1 = await importing.begin(cast.meyer, "Voters", a, "a", None)
    j2 = await importing.begin(cast.meyer, "", b, "b", None, OPT_OUTS)

    async def stops():
        for n, p in enumerate(phones[::20]):
            ev = await applying.keep(
                INBOUND,
                {
                    "MessageSid": f"SM{n:032}",
                    "From": "+1" + p,
                    "To": cast.number.e164,
                    "Body": "hello" if n % 2 else "STOP",
                },
            )
            await applying.apply(ev)

    res = await asyncio.gather(finish(j1.id), finish(j2.id), stops(), cast.make(), return_exceptions=True)
    assert res == [None] * 4
    await cast.make()
    bad = [c.phone for c in await Contact.filter(phone__startswith="+1212555", opted_out_at=None)]
    openc = await Conversation.filter(contact__phone__startswith="+1212555", closed_code=None).count()
    diff = await recount.differences()
    assert (bad, openc, diff) == ([], 0, [])


@pytest.mark.both
@pytest.mark.parametrize("seed", [11])
async def test_everything_at_once(cast: Cast, tmp_path: Path, seed: int, db_kind) -> None:
    rnd = random.Random(seed)
    phones = [f"412555{n}" for n in range(1000, 1060)]
    tag = await Tag.get(campaign=cast.meyer, name="Wrong Number")
    notes = await CustomField.get(campaign=cast.meyer, slug="notes")
    out_list = await transaction(lambda: ContactList.create(campaign=cast.meyer, name="Out", created_at=clock.now()))
    await cast.action.leave_out([out_list], [tag], [(notes, "no")])
    f = tmp_path / "base.csv"
    f.write_text("phone,first_name\n" + "".join(f"{p},A\n" for p in phones))
    await import_file(cast, f, "Voters")
    await cast.make()
    ids = [c.id for c in await Contact.filter(phone__startswith="+1412555")]
    act = await Action.get(id=cast.action.id).select_related("campaign")

    async def work(kind, what):
        w = await slices.begin(cast.meyer, cast.gary.user, kind, rnd.sample(ids, 15), what)
        while await slices.work(w.id, 30):
            pass

    async def one(n):
        k = rnd.randrange(14)
        if k == 0:
            await work(TAG, {"tag": tag.id})
        elif k == 1:
            await work(UNTAG, {"tag": tag.id})
        elif k == 2:
            await work(LIST, {"list": rnd.choice([out_list.id, cast.voters.id]), "name": "x"})
        elif k == 3:
            await work(UNLIST, {"list": rnd.choice([out_list.id, cast.voters.id]), "name": "x"})
        elif k == 4:
            await work(FIELD, {"field": notes.id, "value": rnd.choice(["no", "NO", "yes", ""])})
        elif k == 5:
            await work(
                ASSIGN,
                {
                    "users": [cast.amy.user_id, cast.dan.user_id],
                    "action": 0,
                    "mode": rnd.choice(["all", "unsent", "attention"]),
                },
            )
        elif k == 6:
            w = rnd.choice([cast.amy, cast.dan])
            await start.assign_bucket(act, w.user)
        elif k == 7:
            await going_back.return_all(act, cast.gary)
        elif k == 8:
            w = rnd.choice([cast.amy, cast.dan])
            for _ in range(3):
                c = await start.next_in_queue(act, w.user)
                if c:
                    from tests.cast import send_card

                    await send_card(w, c)
        elif k == 9:
            p = tmp_path / f"{n}.csv"
            p.write_text(
                "phone,notes,tags,zip\n"
                + "".join(
                    f"{x},{rnd.choice(['no', 'yes', ''])},{rnd.choice(['', 'Wrong Number', 'Opt Out' if rnd.random() < 0.1 else ''])},{rnd.choice(['', '96720'])}\n"
                    for x in rnd.sample(phones + [f"412555{m}" for m in range(2000, 2020)], 25)
                )
            )
            j = await importing.begin(cast.meyer, rnd.choice(["Voters", "Out"]), p, "x", None)
            await finish(j.id)
        elif k == 10:
            await cast.make()
        elif k == 11:
            await work(OPT_OUT, {}) if rnd.random() < 0.2 else None
        elif k == 12:
            await audience.changed(act.id)
        elif k == 13:
            c = await Conversation.filter(contact_id=rnd.choice(ids)).first()
            if c:
                await blocking.block(c, cast.amy.user)
                await blocking.unblock(c.contact_id, cast.gary.user)

    steps = 90
    at = iter(range(steps))
    errors = []

    async def worker():
        for n in at:
            try:
                await one(n)
            except Exception as e:
                errors.append(repr(e)[:300])

    await asyncio.wait_for(asyncio.gather(*(worker() for _ in range(4 if db_kind == "postgres" else 2))), 100)
    bad = await database.query(
        f"SELECT conversation.id, conversation.closed_code, texted_at FROM conversation WHERE texted_at IS NULL AND (closed_code IS NULL) AND NOT {audience._IS_IN}"
    )
    await database.query(
        f"SELECT conversation.id, closed_code FROM conversation JOIN contact c ON c.id = conversation.contact_id WHERE texted_at IS NULL AND closed_code = 1304 AND {audience._IS_IN}"
    )
    noflag = await database.query(
        "SELECT c.id FROM contact c JOIN opt_out o ON o.phone = c.phone AND o.campaign_id = c.campaign_id WHERE c.opted_out_at IS NULL"
    )
    openopt = await database.query(
        "SELECT v.id FROM conversation v JOIN contact c ON c.id = v.contact_id WHERE c.opted_out_at IS NOT NULL AND v.texted_at IS NULL AND v.closed_code IS NULL"
    )
    lisa_on = True  # the cast puts her on without counting
    sizes = [
        (row.name, row.size, await ListMembership.filter(contact_list=row).count()) for row in await ContactList.all()
    ]
    print(errors)
    assert (errors, bad, noflag, openopt, await recount.differences()) == ([], [], [], [], [])
    assert all(a == b - (n == "Voters" and lisa_on) for n, a, b in sizes), sizes


@pytest.mark.postgres
async def test_strike_while_conversations_are_made(cast: Cast, monkeypatch) -> None:
    """The count of who remains says nobody, though the person has opted out."""
    import contextvars

    bo = await cast.add_contact("+14125550102", first_name="Bo")
    fresh = contextvars.copy_context()
    keepers = making._keepers

    async def meanwhile(action, people):
        waiting.append(
            asyncio.get_running_loop().create_task(
                opt_out_many(cast.meyer, ["+14125550102"], FROM_ADMIN, cast.gary.user), context=fresh
            )
        )
        await asyncio.wait(waiting, timeout=0.5)
        return await keepers(action, people)

    waiting: list = []
    monkeypatch.setattr(making, "_keepers", meanwhile)
    await making.make_all(cast.action.id)
    await asyncio.gather(*waiting)
    monkeypatch.undo()
    assert (await cast.conversation(bo)).closed_code == 1302


@pytest.mark.postgres
async def test_suspended_while_assigned(cast: Cast, monkeypatch) -> None:
    import contextvars

    fresh = contextvars.copy_context()
    who = who_may_text

    async def meanwhile(campaign_id, users, lock=False):
        found = await who(campaign_id, users, lock)

        async def suspend():
            m = await Membership.get(id=cast.dan.id).select_related("user", "campaign")

            async def do():
                await Membership.filter(id=m.id).select_for_update().get()
                await Membership.filter(id=m.id).update(suspended_at=clock.now())
                await assigning.free_from(m)

            await transaction(do)

        waiting.append(asyncio.get_running_loop().create_task(suspend(), context=fresh))
        await asyncio.wait(waiting, timeout=0.5)
        return found

    waiting: list = []
    monkeypatch.setattr(users, "who_may_text", meanwhile)
    w = await slices.begin(
        cast.meyer, cast.gary.user, ASSIGN, [cast.lisa.id], {"users": [cast.dan.user_id], "action": 0, "mode": "all"}
    )
    try:
        await slices.work(w.id, 10)
    finally:
        monkeypatch.undo()
        await asyncio.gather(*waiting)
    assert (await cast.conversation()).user_id != cast.dan.user_id


@pytest.mark.postgres
async def test_zone_set_of_a_rolled_back_slice(cast: Cast, tmp_path: Path, monkeypatch) -> None:
    """A slice that is tried again after a deadlock."""
    import asyncpg

    await cast.add_contact("+14125550142", state_abbrev="HI", timezone="")
    await transaction(
        lambda: Contact.filter(phone="+14125550142").update(timezone="Pacific/Kwajalein", zone_set_id=None)
    )
    once = [1]
    remember = store._Slice._remember

    async def dies(self, made):
        if once:
            once.pop()
            raise asyncpg.DeadlockDetectedError("deadlock")
        await remember(self, made)

    monkeypatch.setattr(store._Slice, "_remember", dies)
    p = tmp_path / "a.csv"
    p.write_text("phone,first_name\n4125550142,Al\n")
    job = await import_file(cast, p)
    assert job.status == "done"
