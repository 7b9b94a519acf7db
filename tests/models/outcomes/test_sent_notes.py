"""Notes on the disk of what left: they tell that the database is an older one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cast import Cast
from tests.cast.texting import SECOND, clicked
from webapp import config
from webapp.database import transaction
from webapp.models import data_files
from webapp.models.accounts.campaign import Campaign
from webapp.models.numbers.number import PhoneNumber, add_number
from webapp.models.outcomes import restoring, sent_notes
from webapp.models.sending.claim import CANNOT_TELL, Wait, claim_next
from webapp.models.sending.leaving import Claimed
from webapp.workers.outcomes import restoring as restoring_jobs


async def set_mark(cast: Cast, mark: int) -> None:
    await transaction(lambda: PhoneNumber.filter(id=cast.number.id).update(claim_mark=mark))


def path_of(cast: Cast) -> Path:
    return config.settings().data_dir / "claim_marks" / str(cast.number.id)


async def test_a_database_that_knows_of_less_than_was_noted_stops_everything(cast: Cast) -> None:
    other = await add_number(cast.meyer, SECOND, "PN" + "b" * 32, webhooks_ok=True)
    await transaction(lambda: PhoneNumber.filter(id=other.id).update(claim_mark=9))
    await set_mark(cast, 3)
    await restoring_jobs.notice_restore({})
    assert (await Campaign.get(id=cast.meyer.id)).stopped_at is None
    await set_mark(cast, 2)  # the backup
    await restoring_jobs.notice_restore({})
    assert (await Campaign.get(id=cast.meyer.id)).stopped_at


@pytest.mark.parametrize("text", ["", "12", "-3\n", "9" * 19 + "\n", "2026-11-24T16:00:00+00:00\n"])
async def test_a_note_that_a_power_cut_spoilt_stops_nothing(cast: Cast, text: str) -> None:
    """Every process is new then, and asks Twilio."""
    await set_mark(cast, 1234)
    path_of(cast).parent.mkdir(parents=True)
    path_of(cast).write_text(text)
    await restoring_jobs.notice_restore({})
    assert (await Campaign.get(id=cast.meyer.id)).stopped_at is None


async def test_a_disk_that_does_not_answer_lets_nothing_leave_and_stops_nothing(cast: Cast) -> None:
    await clicked(cast)
    path_of(cast).mkdir(parents=True)  # reading it is an error
    assert await claim_next(cast.number.id) == Wait(CANNOT_TELL)
    await restoring_jobs.notice_restore({})
    assert (await Campaign.get(id=cast.meyer.id)).stopped_at is None
    path_of(cast).rmdir()
    assert isinstance(await claim_next(cast.number.id), Claimed)


async def test_a_note_is_never_put_back(cast: Cast) -> None:
    """Twenty calls of a number are under way at once, each notes in a thread of its own: any may come last."""
    sent_notes.note(cast.number.id, 20)
    sent_notes.note(cast.number.id, 1)
    await set_mark(cast, 2)
    assert await restoring.is_older(), "the database lacks 18 texts"


async def test_a_process_remembers_what_it_noted_where_the_notes_are_restored_too(cast: Cast) -> None:
    sent_notes.note(cast.number.id, 20)
    path_of(cast).write_text("2\n")
    assert sent_notes.of(cast.number.id) == 20


async def test_after_the_doctor_no_remembered_note_stops_anything(cast: Cast) -> None:
    """Workers that ran through the restore remember marks that the restored database is far from."""
    await set_mark(cast, 3)
    sent_notes.note(cast.number.id, 20)
    await restoring.stop_all()
    await restoring.reconciled()
    assert not await restoring.is_older()


async def test_a_full_disk_does_not_keep_a_worker_from_starting(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    await set_mark(cast, 1)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(data_files, "write", full)
    await restoring_jobs.notice_restore({})
