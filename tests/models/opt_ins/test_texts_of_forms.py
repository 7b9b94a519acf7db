"""When the text of a sign-up leaves, and when it does not (SPEC B2)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.cast import Cast
from tests.cast.opt_ins import MINA, leave, make_form, ours, signs_up, texts_back, work
from tests.cast.texting import texted
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.opt_in_forms.sign_up import Consent, SignUp
from webapp.models.opt_ins import texting
from webapp.models.opt_outs import by_staff
from webapp.models.opt_outs.opt_out import OptOut
from webapp.models.results import recount
from webapp.rules import errors

pytestmark = pytest.mark.both


async def test_two_tabs_at_once_bring_one_text(cast: Cast) -> None:
    form = await make_form(cast)
    await asyncio.gather(*(signs_up(form) for _ in range(4)))
    await asyncio.gather(*(work() for _ in range(4)))
    assert await SignUp.all().count() == 1 and len(await ours()) == 1
    assert await Consent.all().count() == 4, "each press is a consent"


async def test_a_worker_that_dies_before_its_commit_leaves_the_text_to_the_next(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = await make_form(cast)
    await signs_up(form)

    async def dies(*_: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as dying:
        dying.setattr(texting, "mark", dies)
        with pytest.raises(asyncio.CancelledError):
            await work()
    assert await ours() == []
    await work()
    await work()
    assert len(await leave(cast.number)) == 1


async def test_at_eleven_at_night_the_text_waits_until_the_morning(cast: Cast) -> None:
    form = await make_form(cast)
    clock.freeze(clock.now() + timedelta(hours=12))  # 23:00 in New York
    await signs_up(form)
    await work()
    assert await ours() == [] and (await SignUp.get()).why_not == errors.OUT_OF_HOURS
    clock.freeze(clock.now() + timedelta(hours=9, minutes=59))
    await work()
    assert await ours() == [], "8:59"
    clock.freeze(clock.now() + timedelta(minutes=6))
    await work()
    assert len(await leave(cast.number)) == 1


async def test_a_sign_up_of_yesterday_is_not_texted_any_more(cast: Cast) -> None:
    form = await make_form(cast)
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(stopped_at=clock.now()))
    await signs_up(form)
    await work()
    clock.freeze(clock.now() + timedelta(hours=24, minutes=1))
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(stopped_at=None))
    await work()
    row = await SignUp.get()
    assert await ours() == [] and not row.wants and row.why_not == texting.STOPPED
    await signs_up(form)
    await work()
    assert len(await ours()) == 1, "they asked again"


async def test_a_text_refused_at_the_last_moment_is_made_again(cast: Cast) -> None:
    form = await make_form(cast)
    clock.freeze(clock.now() + timedelta(hours=9, minutes=58, seconds=30))  # 20:58:30
    await signs_up(form)
    await work()
    clock.freeze(clock.now() + timedelta(minutes=1))  # the worker sends nothing in the last minute
    assert await leave(cast.number) == []
    await work()
    clock.freeze(clock.now() + timedelta(hours=12, minutes=6))
    await work()
    assert len(await leave(cast.number)) == 1 and await recount.differences() == []


async def test_a_phone_that_opted_out_stays_so_and_gets_no_text(cast: Cast) -> None:
    form = await make_form(cast)
    await by_staff.add(MINA, cast.gary)
    await signs_up(form)
    await work()
    assert await ours() == [] and await OptOut.filter(phone=MINA).count() == 1
    await texts_back(cast, "YES")
    await work()
    assert (await SignUp.get()).confirmed_at is None and await ours() == []


async def test_a_text_wanted_before_a_stop_never_leaves(cast: Cast) -> None:
    await signs_up(await make_form(cast))
    await work()
    await texts_back(cast, "Stop")
    await work()
    assert await leave(cast.number) == []


async def test_after_a_text_of_ours_a_typed_sign_up_waits_six_hours(cast: Cast) -> None:
    """Anybody may have typed it: it is no reply of theirs, and a "Yes" to the volunteer stays the volunteer's (S5)."""
    form = await make_form(cast)
    await texted(cast)
    await signs_up(form, cast.lisa.phone)
    await work()
    assert await leave(cast.number) == [] and (await SignUp.get()).why_not == errors.LOCKED
    await texts_back(cast, "Yes", cast.lisa.phone)
    assert (await cast.conversation()).needs_attention and (await SignUp.get()).confirmed_at is None
    clock.freeze(clock.now() + timedelta(hours=6, minutes=1))
    await work()
    assert len(await leave(cast.number)) == 1


async def test_a_second_form_s_text_waits_for_the_lock_too(cast: Cast) -> None:
    for n in range(2):
        await signs_up(await make_form(cast, title=f"Form {n}", subtitle=f"{n}"))
        await work()
        await leave(cast.number)
    assert len(await ours()) == 1
    assert (await SignUp.all().order_by("-id"))[0].why_not == errors.LOCKED


async def test_a_spending_limit_holds_sign_ups_too(cast: Cast) -> None:
    form = await make_form(cast)
    today = cast.meyer.local(clock.now()).date()
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(daily_cap=10_000, capped_on=today))
    await signs_up(form)
    await work()
    assert await ours() == [] and (await SignUp.get()).wants
