"""A notice is told once to each person, whoever dies in between (SPEC P2, R4)."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta

import pytest

from tests.cast import Cast
from tests.cast.notices import became, told
from tests.cast.site import audited
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.users import Membership
from webapp.models.notices import received, telling
from webapp.models.notices.notice import Notice, Recipient
from webapp.models.notices.telling import Told

pytestmark = pytest.mark.both


async def test_each_person_who_may_text_has_one_row(cast: Cast) -> None:
    await transaction(lambda: Membership.filter(id=cast.dan.id).update(suspended_at=clock.now()))
    notice = await told(cast.gary, [cast.amy, cast.dan, cast.amy, cast.jonah])
    assert notice.total == 1 and await became(notice) == {"Amy": ("waiting", "")}
    assert await audited("notice.message") == 1


async def test_the_same_form_again_is_the_same_notice(cast: Cast) -> None:
    form, words = uuid.uuid4(), telling.Words("message", "Tonight", "Six")
    first, second = [await telling.begin(cast.gary, words, [cast.amy.id], "Amy", form) for _ in range(2)]
    assert first.id == second.id and await Recipient.all().count() == 1


async def test_nobody_is_claimed_twice_by_workers_at_the_same_time(cast: Cast) -> None:
    notice = await told(cast.gary, [cast.amy, cast.dan, cast.selina, cast.gary])
    claims = await asyncio.gather(*(telling.claim(notice.id, 2) for _ in range(4)))
    ids = [one.id for claimed in claims for one in claimed]
    assert len(ids) == len(set(ids)) == 4


async def test_who_a_dead_worker_had_claimed_is_never_told_again(cast: Cast) -> None:
    notice = await told(cast.gary, [cast.amy, cast.dan])
    assert len(await telling.claim(notice.id, 1)) == 1  # and the worker is killed
    clock.freeze(clock.now() + timedelta(seconds=60))
    assert await telling.unfinished() == [notice.id]
    [dan] = await telling.claim(notice.id, 5)
    await telling.note(notice.id, [Told(dan.id)])
    await telling.finish(notice.id)
    assert await became(notice) == {"Amy": ("sending", ""), "Dan": ("sent", "")}
    clock.freeze(clock.now() + timedelta(minutes=2))
    await telling.finish(notice.id)
    assert await became(notice) == {"Amy": ("failed", "unknown"), "Dan": ("sent", "")}
    done = await Notice.get(id=notice.id)
    assert (done.status, done.done, done.total) == ("done", 2, 2)


async def test_a_late_answer_does_not_move_who_was_given_up(cast: Cast) -> None:
    notice = await told(cast.gary, [cast.amy])
    [amy] = await telling.claim(notice.id, 1)
    clock.freeze(clock.now() + timedelta(minutes=3))
    await telling.finish(notice.id)
    await telling.note(notice.id, [Told(amy.id)])
    done = await Notice.get(id=notice.id)
    assert await became(notice) == {"Amy": ("failed", "unknown")} and done.done == 1


async def test_who_was_given_back_is_claimed_again(cast: Cast) -> None:
    notice = await told(cast.gary, [cast.amy])
    [amy] = await telling.claim(notice.id, 1)
    await telling.give_back(notice.id, [amy.id])
    assert [one.id for one in await telling.claim(notice.id, 1)] == [amy.id]


async def test_a_cancelled_notice_tells_nobody_more(cast: Cast) -> None:
    notice = await told(cast.gary, [cast.amy, cast.dan])
    [amy] = await telling.claim(notice.id, 1)
    await telling.cancel(notice, cast.gary)
    assert await telling.claim(notice.id, 5) == []
    await telling.note(notice.id, [Told(amy.id)])
    await telling.cancel(notice, cast.gary)
    assert (
        await became(notice) == {"Amy": ("sent", ""), "Dan": ("waiting", "")} and await audited("notice.cancelled") == 1
    )


async def test_a_message_is_unread_until_it_was_on_the_screen(cast: Cast) -> None:
    notice = await told(cast.gary, [cast.amy, cast.dan])
    assert await received.unread(cast.amy) == 0  # not sent yet
    claimed = await telling.claim(notice.id, 5)
    await telling.note(notice.id, [Told(one.id) for one in claimed])
    assert await received.unread(cast.amy) == 1
    shown = await received.messages(cast.amy, 0)
    await received.read(cast.amy, shown)
    assert (await received.unread(cast.amy), await received.unread(cast.dan)) == (0, 1)
    sums = (await received.sums([notice.id]))[notice.id]
    assert (sums.sent, sums.read, sums.failed, sums.waiting) == (2, 1, 0, 0)
    assert await received.messages(cast.amy, shown[0].id) == []
