"""VAN's saved lists come in as contact lists, as every upload does, and each trouble is told (SPEC B3, C1)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cast import Cast, opt_out_phone
from tests.cast.van import LISA, bring_in, connects, go_on, maps_all, send, set_key, tag_of, the_van
from webapp import clock, config
from webapp.database import transaction
from webapp.models.accounts.audit import AuditAbout, AuditEvent
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.lists import ContactList, ListMembership
from webapp.models.imports.job import ContactImport
from webapp.models.reports import labelling
from webapp.models.van import connection, places
from webapp.models.van.connection import VanConnection
from webapp.models.van.fact import VanPerson
from webapp.models.van_lists import loading
from webapp.models.van_lists.listed import VanList
from webapp.models.van_lists.loading import VanLoad
from webapp.simulator.van.store import Store
from webapp.workers.van import asking, lists

pytestmark = pytest.mark.both


@pytest.fixture
async def ready(cast: Cast, van: Store) -> Store:
    await connects(cast)
    return van


async def people_of(name: str) -> set[str]:
    rows = await ListMembership.filter(contact_list__name=name).prefetch_related("contact")
    return {row.contact.van_id for row in rows}


def parts() -> list[Path]:
    return list((config.settings().data_dir / "uploads").glob("van-*.list"))


async def test_a_saved_list_becomes_a_contact_list_with_van_ids_and_phone_ids(cast: Cast, ready: Store) -> None:
    load = await bring_in(cast)
    job = await ContactImport.get(id=load.import_id or 0)
    assert (job.status, job.stored, job.refused, job.file_name) == ("done", 3, 0, "VAN: GOTV phones")
    entry = await AuditEvent.get(what="list.begun_by_itself")
    assert (entry.user_id, entry.subject) == (None, "GOTV phones"), "by the system"  # type: ignore[attr-defined]
    assert entry.detail == {"file": "VAN: GOTV phones", "source": "VAN"}
    about = {(row.kind, row.object_id) for row in await AuditAbout.filter(event_id=entry.id)}
    assert about == {("import", job.id), ("list", job.contact_list_id), ("van", load.van)}
    assert await people_of("GOTV phones") == {"101", "102", "103"}
    dan = await Contact.get(van_id="102")
    assert (dan.phone, dan.first_name, dan.last_name) == ("+14125550102", "Pat", "Voter102")
    known = await VanPerson.get(contact_id=dan.id)
    assert (known.van_id, known.phone, known.phone_id) == ("102", "+14125550102", 50_102)


async def test_a_fact_of_a_list_s_contact_names_the_phone_by_its_id_without_asking(cast: Cast, ready: Store) -> None:
    await bring_in(cast)
    await maps_all(cast)
    await labelling.set_tag(await Contact.get(van_id="102"), await tag_of(cast), "volunteer", cast.amy.user)
    await send(cast)
    [one] = ready.taken()
    assert one["vanId"] == 102 and one["canvassContext"]["phoneId"] == 50_102


async def test_an_opt_out_stays_and_a_row_that_no_phone_can_be_read_of_is_refused(cast: Cast, ready: Store) -> None:
    await opt_out_phone(cast.meyer, cast.lisa.phone, "volunteer", cast.amy.user)
    ready.add_person(104, "555")
    ready.lists[9_001] = ("GOTV phones", [LISA, 102, 104])
    load = await bring_in(cast)
    job = await ContactImport.get(id=load.import_id or 0)
    assert (job.stored, job.refused, job.opted_out) == (2, 1, 1)
    await cast.lisa.refresh_from_db()
    assert cast.lisa.opted_out_at


async def test_a_list_brought_in_twice_is_one_contact_list(cast: Cast, ready: Store) -> None:
    await bring_in(cast)
    await bring_in(cast)
    assert await ContactList.filter(name="GOTV phones").count() == 1
    assert await Contact.filter(campaign=cast.meyer, van_id="102").count() == 1


async def test_two_clicks_bring_a_list_in_once(cast: Cast, ready: Store) -> None:
    saved = await VanList.get(campaign_id=cast.meyer.id, saved_list_id=9_001)
    first, second = await asyncio.gather(loading.start(cast.gary, saved), loading.start(cast.gary, saved))
    assert first.id == second.id


async def test_two_workers_at_one_list_take_it_once(cast: Cast, ready: Store) -> None:
    saved = await VanList.get(campaign_id=cast.meyer.id, saved_list_id=9_001)
    load = await loading.start(cast.gary, saved)
    await asyncio.gather(lists.bring_list({}, load.id), lists.bring_list({}, load.id))
    assert [row["id"] for row in ready.db.execute("SELECT id FROM job")] == [1]


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("key", "VAN does not accept the key."),
        ("unshared", "whether the list's folder is shared"),
        ("gone", "it was deleted there"),
        ("broken", "VAN could not make the file of this list (EXPORT_FAILED)"),
        ("stuck", "VAN did not finish the file in two hours"),
        ("away", "VAN could not be reached for two hours"),
        ("no_key", "No key is set."),
    ],
)
async def test_each_trouble_ends_in_a_sentence_and_nothing_is_stored(
    cast: Cast, ready: Store, what: str, said: str
) -> None:
    before = await Contact.all().count()
    load = await loading.start(cast.gary, await VanList.get(campaign_id=cast.meyer.id, saved_list_id=9_001))
    if what == "key":
        await set_key(cast.selina, "wrong", 1)
    elif what == "no_key":
        await places.disconnect(cast.selina, await the_van(cast))
    elif what == "gone":
        ready.lists.pop(9_001)
    elif what == "away":
        ready.faults += ["503"] * 300
    else:
        getattr(ready, what).add(9_001)
    await go_on(load, 300)
    assert load.status == "failed" and said in load.error_message, load.error_message
    assert "Nothing was stored." in load.error_message
    assert await Contact.all().count() == before and not await ContactList.filter(name="GOTV phones").exists()
    assert parts() == []


async def test_a_key_that_van_refuses_stops_the_facts_too(cast: Cast, ready: Store) -> None:
    await set_key(cast.selina, "wrong", 1)
    await bring_in(cast)
    assert (await VanConnection.get(campaign_id=cast.meyer.id)).trouble == "key"


async def test_a_limit_and_a_van_away_for_a_while_only_take_longer(cast: Cast, ready: Store) -> None:
    ready.faults += ["429", "503", "lost"]
    load = await loading.start(cast.gary, await VanList.get(campaign_id=cast.meyer.id, saved_list_id=9_001))
    await lists.bring_list({}, load.id)
    await load.refresh_from_db()
    assert load.status == "running" and "too many requests" in load.why
    await go_on(load, 10)
    assert load.status == "done" and await people_of("GOTV phones") == {"101", "102", "103"}


async def test_a_cancelled_list_is_not_stored_and_leaves_no_file(cast: Cast, ready: Store) -> None:
    load = await loading.start(cast.gary, await VanList.get(campaign_id=cast.meyer.id, saved_list_id=9_001))
    await lists.bring_list({}, load.id)
    await loading.cancel(load, cast.gary)
    await go_on(load)
    assert load.status == "cancelled" and await ContactImport.filter(list_name="GOTV phones").count() == 0


async def test_a_worker_whose_lease_ended_stores_nothing(cast: Cast, ready: Store) -> None:
    load = await loading.start(cast.gary, await VanList.get(campaign_id=cast.meyer.id, saved_list_id=9_001))
    await lists.bring_list({}, load.id)
    clock.freeze(clock.now() + timedelta(seconds=5))
    first = await loading.take(load.id)
    clock.freeze(clock.now() + timedelta(seconds=loading.LEASE + 1))
    second = await loading.take(load.id)
    assert first and second
    assert await loading.fetched(first) is None and await loading.fetched(second) is not None
    assert await ContactImport.filter(list_name="GOTV phones").count() == 1


async def test_a_list_of_another_database_than_the_key_s_is_not_stored(cast: Cast, ready: Store) -> None:
    saved = await VanList.get(campaign_id=cast.meyer.id, saved_list_id=9_001)
    for steps in (1, 0):  # before the file is fetched, and while it is
        load = await loading.start(cast.gary, saved)
        await go_on(load, 1)
        begun = await loading.take(load.id) if not steps else None
        await set_key(cast.selina, "", connection.MY_VOTERS if steps else connection.MY_CAMPAIGN)
        assert begun is None or await loading.fetched(begun) is None
        await go_on(load)
        assert load.status == "failed" and "of another database" in load.error_message
    assert not await ContactImport.filter(list_name="GOTV phones").exists()


async def test_files_that_no_list_needs_are_forgotten(cast: Cast, ready: Store) -> None:
    load = await bring_in(cast)
    left = parts()[0].with_name("van-77-x.list")
    left.write_text("a,b")
    await lists.forget_files({})
    assert parts() == [Path((await ContactImport.get(id=load.import_id or 0)).path)]


async def test_lists_are_read_with_the_codes_and_those_gone_are_not_shown(cast: Cast, ready: Store) -> None:
    assert {row.name for row in await VanList.all()} == {"GOTV phones", "Nobody yet"}
    ready.unshared.add(9_002)
    ready.lists[9_001] = ("GOTV phones, again", [101])
    await asking.ask_van({}, cast.meyer.id)
    assert [(row.name, row.people) for row in await VanList.all()] == [("GOTV phones, again", 1)]


async def test_a_key_that_may_not_read_lists_still_reads_the_codes(cast: Cast, ready: Store) -> None:
    ready.faults += ["", "", "", "", "403"]
    await asking.ask_van({}, cast.meyer.id)
    row = await VanConnection.get(campaign_id=cast.meyer.id)
    assert row.trouble == "" and "(HTTP 403)" in row.lists_why and await VanList.all().count() == 2
    await asking.ask_van({}, cast.meyer.id)
    await row.refresh_from_db()
    assert row.lists_why == ""


async def test_an_empty_list_says_that_it_has_no_rows(cast: Cast, ready: Store) -> None:
    load = await bring_in(cast, 9_002)
    job = await ContactImport.get(id=load.import_id or 0)
    assert job.status == "failed" and job.error_message


async def test_lisa_keeps_her_own_van_id_where_a_list_has_none(cast: Cast, ready: Store) -> None:
    await bring_in(cast)
    assert (await Contact.get(id=cast.lisa.id)).van_id == str(LISA)


async def test_the_sweep_goes_on_where_a_nudge_was_lost(cast: Cast, ready: Store) -> None:
    saved = await VanList.get(campaign_id=cast.meyer.id, saved_list_id=9_001)
    load = await loading.start(cast.gary, saved)
    assert await loading.due() == [load.id]
    await transaction(lambda: VanLoad.filter(id=load.id).update(status="done"))
    assert await loading.due() == []
