"""An import that dies, is cancelled, or has two workers stores each row once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cast import Cast
from tests.cast.database.plans import statements
from tests.cast.lists import write
from webapp.models import long_work
from webapp.models.contacts.lists import ListMembership
from webapp.models.conversations.conversation import Conversation
from webapp.models.imports import importing, store
from webapp.models.imports.job import CONTACTS, OPT_OUTS, ContactImport, RefusedRow
from webapp.models.results import recount


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
    assert await importing.take_in(job.id, 0.0)
    assert await long_work.cancel(await ContactImport.get(id=job.id))
    assert not await importing.take_in(job.id, 60)
    job = await ContactImport.get(id=job.id).select_related("contact_list")
    assert job.status == "cancelled" and job.contact_list
    assert (
        job.created == await ListMembership.filter(contact_list_id=job.contact_list_id).count() == job.contact_list.size
    )


async def test_each_call_stores_a_slice_however_late_the_reading_process_starts(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_work, "FIRST", 10)
    monkeypatch.setattr(long_work, "LARGEST", 10)
    rows = "".join(f"212555{n:04}\n" for n in range(1000, 1025))
    job = await importing.begin(cast.meyer, "Long", write(tmp_path, "phone\n" + rows), "long.csv", None)
    for stored in (10, 20, 25):
        assert await importing.take_in(job.id, -1.0)
        assert (await ContactImport.get(id=job.id)).created == stored
    assert not await importing.take_in(job.id, -1.0)


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


async def test_a_cancelled_import_ends_well_for_an_action_that_runs(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stored people are texted, others are not, and the counts say so."""
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


@pytest.mark.postgres
@pytest.mark.parametrize(("tag", "kind", "loose"), [("", CONTACTS, 1), ("Opt Out", CONTACTS, 0), ("", OPT_OUTS, 0)])
async def test_a_slice_waits_for_the_disk_only_where_others_may_have_seen_it(
    cast: Cast, tmp_path: Path, tag: str, kind: str, loose: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An opt-out stands, and the first slice's zone set, which processes keep by its id. Of the second the cursor is lost with its
    rows, and it goes on from there. The survey, the start and the end are on the disk."""
    monkeypatch.setattr(long_work, "FIRST", 1)
    monkeypatch.setattr(long_work, "LARGEST", 1)
    path = write(tmp_path, f"phone,tags\n2125550123,{tag}\n2125550124,{tag}\n")
    job = await importing.begin(cast.meyer, "Long", path, path.name, None, kind)
    with statements() as asked:
        await importing.take_in(job.id, 60)
    loosely = [n for n, (text, _) in enumerate(asked) if "synchronous_commit" in text]
    [ended] = [n for n, (text, values) in enumerate(asked) if text.startswith("UPDATE") and "done" in values]
    assert len(loosely) == loose and all(n < ended for n in loosely)
