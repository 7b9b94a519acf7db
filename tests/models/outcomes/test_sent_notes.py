"""Notes on the disk of what left: they tell that the database is an older one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import Cast
from tests.cast.texting import SECOND
from webapp import clock, config
from webapp.database import transaction
from webapp.models import data_files
from webapp.models.accounts.campaign import Campaign
from webapp.models.numbers.number import PhoneNumber, add_number
from webapp.models.outcomes import restoring, sent_notes
from webapp.workers import restoring as restoring_jobs


async def test_a_note_of_the_future_hides_no_restore(cast: Cast) -> None:
    """One number was told to wait 300 s (429) when the backup was made; the other went on sending."""
    other = await add_number(cast.meyer, SECOND, "PN" + "b" * 32, webhooks_ok=True)
    now = clock.now()
    await transaction(lambda: PhoneNumber.filter(id=other.id).update(free_at=now + timedelta(seconds=300)))
    await restoring_jobs.notice_restore({})
    clock.freeze(now + timedelta(seconds=200))
    await transaction(lambda: PhoneNumber.filter(id=cast.number.id).update(free_at=clock.now()))  # it sends on
    await restoring_jobs.notice_restore({})
    await transaction(lambda: PhoneNumber.filter(id=cast.number.id).update(free_at=None))  # the backup again
    await restoring_jobs.notice_restore({})
    assert (await Campaign.get(id=cast.meyer.id)).stopped_at


async def test_a_note_that_cannot_be_read_is_not_taken_for_none(cast: Cast) -> None:
    """After a power cut it may be empty."""
    await transaction(lambda: PhoneNumber.filter(id=cast.number.id).update(free_at=clock.now()))
    await restoring_jobs.notice_restore({})
    assert (await Campaign.get(id=cast.meyer.id)).stopped_at is None
    (config.settings().data_dir / "sent_until" / str(cast.number.id)).write_text("")
    await restoring_jobs.notice_restore({})
    assert (await Campaign.get(id=cast.meyer.id)).stopped_at


async def test_a_note_is_never_put_back(cast: Cast) -> None:
    """Twenty calls of a number are under way at once, each notes in a thread of its own: any may come last."""
    now = clock.now()
    sent_notes.note(cast.number.id, now + timedelta(seconds=20))
    sent_notes.note(cast.number.id, now + timedelta(seconds=1))
    await transaction(lambda: PhoneNumber.filter(id=cast.number.id).update(free_at=now + timedelta(seconds=2)))
    assert await restoring.is_older(), "the database lacks 18 seconds of texts"


async def test_a_note_cut_short_is_one_that_cannot_be_read(cast: Cast) -> None:
    now = clock.now()
    sent_notes.note(cast.number.id, now)
    (config.settings().data_dir / "sent_until" / str(cast.number.id)).write_text(now.isoformat()[:19])
    await transaction(lambda: PhoneNumber.filter(id=cast.number.id).update(free_at=now + timedelta(days=1)))
    assert await restoring.is_older()


async def test_a_full_disk_does_not_keep_a_worker_from_starting(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    await transaction(lambda: PhoneNumber.filter(id=cast.number.id).update(free_at=clock.now()))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(data_files, "write", full)
    await restoring_jobs.notice_restore({})
