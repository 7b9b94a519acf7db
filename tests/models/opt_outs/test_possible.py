"""Words that may mean STOP hold everything to that phone until someone decides (SPEC V8, G3)."""

from __future__ import annotations

from datetime import timedelta

from tests.cast import Cast, texts
from tests.cast.texting import says, texted
from webapp import clock
from webapp.database import transaction
from webapp.models import kept_counts
from webapp.models.contacts.contact import Contact
from webapp.models.opt_outs import possible
from webapp.models.opt_outs.opt_out import OptOut
from webapp.models.results import recount
from webapp.models.sending.claim import claim_next
from webapp.models.sending.click import Declined, Queued
from webapp.models.sending.refusal import Refusal
from webapp.rules import errors


async def test_words_that_may_mean_it_stop_everything_to_that_phone_until_someone_decides(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "please take me off your list")
    assert await cast.reply(cast.amy, "sorry") == Declined(errors.POSSIBLE_OPT_OUT)
    await possible.decide(await cast.conversation(), cast.amy.user, opts_out=False)
    assert isinstance(await cast.reply(cast.amy, "glad you stay"), Queued)


async def test_a_possible_opt_out_that_is_one_is_for_good(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "please take me off your list")
    await possible.decide(await cast.conversation(), cast.amy.user, opts_out=True)
    row = await OptOut.get(phone=cast.lisa.phone)
    assert (row.source, row.words) == ("volunteer", "please take me off your list")
    assert (await kept_counts.totals(cast.action.id))["opt_outs"] == 0, "by hand is not counted (R2)"


async def test_a_possible_opt_out_nobody_looks_at_goes_to_the_admins(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "please take me off your list")
    assert await possible.hand_old_to_staff(cast.meyer) == []
    clock.freeze(clock.now() + timedelta(hours=2, minutes=1))
    assert await possible.hand_old_to_staff(cast.meyer) == [(cast.amy.user_id, (await cast.conversation()).id)]
    assert (await cast.conversation()).with_staff
    assert await recount.differences() == []


async def test_a_possible_opt_out_keeps_what_is_queued_from_leaving(cast: Cast) -> None:
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(possible_opt_out_at=clock.now()))
    assert isinstance(await claim_next(cast.number.id), Refusal)
    assert (await texts())[0].error_code == errors.POSSIBLE_OPT_OUT
