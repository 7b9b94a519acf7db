"""Work goes on slice by slice: resumed, cancelled, found when nobody works on it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast, opt_out_phone
from tests.cast.bulk import EVERYONE, people
from webapp import clock
from webapp.models import long_work
from webapp.models.bulk import operations, slices
from webapp.models.bulk.job import BulkJob
from webapp.models.contacts.labels import ContactTag, Tag
from webapp.models.opt_outs.opt_out import FROM_ADMIN


@pytest.mark.both
async def test_work_goes_on_where_a_worker_died_and_does_nobody_twice(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It dies after the slice was done and before it was committed."""
    monkeypatch.setattr(long_work, "FIRST", 10)
    monkeypatch.setattr(long_work, "LARGEST", 10)
    await people(cast, 45)
    tag = await Tag.get(campaign=cast.meyer, slug="will_vote")
    begun = await slices.begin(cast.meyer, cast.gary.user, "tag", EVERYONE, {"tag": tag.id})
    do, calls = operations.apply, 0

    async def dies_at_the_third(*arguments: Any) -> int:
        nonlocal calls
        calls += 1
        changed = await do(*arguments)
        if calls == 3:
            raise RuntimeError("killed")
        return changed

    monkeypatch.setattr(operations, "apply", dies_at_the_third)
    with pytest.raises(RuntimeError):
        await slices.work(begun.id, 60)
    assert (await BulkJob.get(id=begun.id)).done == 20
    while await slices.work(begun.id, 60):
        continue
    done = await BulkJob.get(id=begun.id)
    assert (done.status, done.done, done.changed) == ("done", 46, 46)
    assert await ContactTag.filter(tag=tag).count() == 46


async def test_cancelled_work_says_how_far_it_came(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_work, "FIRST", 10)
    monkeypatch.setattr(long_work, "LARGEST", 10)
    await people(cast, 30)
    tag = await Tag.get(campaign=cast.meyer, slug="will_vote")
    begun = await slices.begin(cast.meyer, cast.gary.user, "tag", EVERYONE, {"tag": tag.id})
    do = operations.apply

    async def then_cancel(work: BulkJob, ids: list[int]) -> int:
        done = await do(work, ids)
        work.status = "cancelled"
        return done

    monkeypatch.setattr(operations, "apply", then_cancel)
    await slices.work(begun.id, 60)
    done = await BulkJob.get(id=begun.id)
    assert (done.status, done.done) == ("cancelled", 10) == ("cancelled", await ContactTag.filter(tag=tag).count())
    assert not await long_work.cancel(done)


async def test_people_who_come_later_are_not_meant(cast: Cast) -> None:
    tag = await Tag.get(campaign=cast.meyer, slug="will_vote")
    begun = await slices.begin(cast.meyer, cast.gary.user, "tag", EVERYONE, {"tag": tag.id})
    await people(cast, 2)
    await slices.work(begun.id, 60)
    assert [t.contact_id for t in await ContactTag.filter(tag=tag)] == [cast.lisa.id]


async def test_work_nobody_works_on_is_found(cast: Cast) -> None:
    begun = await slices.begin(cast.meyer, cast.gary.user, "opt_out", EVERYONE, {})
    assert await long_work.abandoned(BulkJob) == []
    clock.freeze(clock.now() + long_work.GONE * 2)
    assert await long_work.abandoned(BulkJob) == [begun.id]
    await opt_out_phone(cast.meyer, cast.lisa.phone, FROM_ADMIN)
    await slices.work(begun.id, 60)
    assert await long_work.abandoned(BulkJob) == []
