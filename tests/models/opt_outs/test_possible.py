"""Words that may mean STOP hold everything to that phone until someone decides (SPEC V8, G3)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import Cast, texts
from tests.cast.texting import decides, says, shows, texted
from webapp import clock
from webapp.database import transaction
from webapp.models import kept_counts
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts.contact import Contact
from webapp.models.opt_outs import possible
from webapp.models.opt_outs.opt_out import OptOut
from webapp.models.opt_outs.possible import Shown
from webapp.models.results import recount
from webapp.models.sending.claim import claim_next
from webapp.models.sending.click import Declined, Queued
from webapp.models.sending.refusal import Refusal
from webapp.rules import errors


async def test_words_that_may_mean_it_stop_everything_to_that_phone_until_someone_decides(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "please take me off your list")
    assert await cast.reply(cast.amy, "sorry") == Declined(errors.POSSIBLE_OPT_OUT)
    await decides(cast, cast.amy, opts_out=False)
    assert isinstance(await cast.reply(cast.amy, "glad you stay"), Queued)


async def test_a_possible_opt_out_that_is_one_is_for_good(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "please take me off your list")
    await decides(cast, cast.amy, opts_out=True)
    row = await OptOut.get(phone=cast.lisa.phone)
    assert (row.source, row.words) == ("volunteer", "please take me off your list")
    assert (await kept_counts.totals(cast.action.id))["opt_outs"] == 0, "by hand is not counted (R2)"


@pytest.mark.both
@pytest.mark.parametrize("flagged", ["by words", "by a volunteer past the budget"])
@pytest.mark.parametrize("since", ["please take me off your list, do not text me again", "I mean it"])
async def test_words_that_an_old_page_did_not_show_are_decided_by_nobody(cast: Cast, flagged: str, since: str) -> None:
    await texted(cast)
    await says(cast, "is this spam? take me off your list jk")
    if flagged != "by words":
        await transaction(lambda: Contact.filter(id=cast.lisa.id).update(possible_opt_out_message_id=None))
    old = await shows(cast.lisa.id)
    await says(cast, since)
    assert await decides(cast, cast.gary, opts_out=False, shown=old) == "read_again"
    assert (await Contact.get(id=cast.lisa.id)).possible_opt_out_at
    assert await decides(cast, cast.gary, opts_out=False) == "no_opt_out"


@pytest.mark.both
async def test_a_flag_that_an_old_page_did_not_show_is_decided_by_nobody(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "take me off your list")
    old = await shows(cast.lisa.id)
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(opt_out_budget=0))
    await decides(cast, cast.amy, opts_out=True)  # staff decide, since her budget is used up
    assert await decides(cast, cast.gary, opts_out=False, shown=old) == "read_again"
    await decides(cast, cast.gary, opts_out=False)
    clock.freeze(clock.now() + timedelta(minutes=1))
    await says(cast, "take me off your list")
    assert await decides(cast, cast.gary, opts_out=False, shown=Shown()) == "read_again", "a form that says nothing"


@pytest.mark.both
async def test_an_opt_out_counts_also_from_an_old_page(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "take me off your list")
    assert await decides(cast, cast.amy, opts_out=True, shown=Shown()) == "opted_out"
    assert await OptOut.filter(phone=cast.lisa.phone).exists()
    assert await decides(cast, cast.amy, opts_out=False) == "opted_out", "said to whoever decides after it"


async def test_a_possible_opt_out_nobody_looks_at_goes_to_the_admins(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "please take me off your list")
    assert await possible.hand_old_to_staff(cast.meyer) == []
    clock.freeze(clock.now() + timedelta(hours=2, minutes=1))
    assert await possible.hand_old_to_staff(cast.meyer) == [(cast.amy.user_id, (await cast.conversation()).id)]
    assert (await cast.conversation()).with_staff
    assert await recount.differences() == []


async def test_a_possible_opt_out_goes_to_the_admins_also_where_the_words_are_said_again(cast: Cast) -> None:
    await texted(cast)
    for _ in range(3):
        await says(cast, "please take me off your list")
        clock.freeze(clock.now() + timedelta(minutes=50))
    assert await possible.hand_old_to_staff(cast.meyer) == [(cast.amy.user_id, (await cast.conversation()).id)]


async def test_a_possible_opt_out_keeps_what_is_queued_from_leaving(cast: Cast) -> None:
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(possible_opt_out_at=clock.now()))
    assert isinstance(await claim_next(cast.number.id), Refusal)
    assert (await texts())[0].error_code == errors.POSSIBLE_OPT_OUT
