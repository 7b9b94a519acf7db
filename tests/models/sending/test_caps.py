"""Caps of a day: first texts pause, replies go on, and tomorrow is another day (SPEC S11)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.cast import Cast
from tests.cast.texting import claimed, texted
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.audit import AuditEvent
from webapp.models.accounts.campaign import Campaign
from webapp.models.actions.action import Action
from webapp.models.cards.closed import why_closed
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.message import TAKEN, Message
from webapp.models.outcomes import answers, doubt
from webapp.models.results import recount
from webapp.models.sending import caps
from webapp.models.sending.claim import claim_next
from webapp.models.sending.click import Queued, Stopped
from webapp.models.sending.leaving import Claimed
from webapp.models.spending import SpendTally


async def spent(cast: Cast) -> None:
    """Amy has texted Lisa, and Twilio took it: two segments' worth."""
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    claim = await claim_next(cast.number.id)
    assert isinstance(claim, Claimed)
    await transaction(lambda: Message.filter(id=claim.message_id).update(segments=2))
    await answers.taken(claim.message_id, "SM" + "7" * 32, claim.attempt_id)


async def cap(cast: Cast, campaign: int | None = None, action: int | None = None) -> list[str]:
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(daily_cap=campaign))
    await transaction(lambda: Action.filter(id=cast.action.id).update(daily_cap=action))
    [meyer] = await caps.capped()
    return await caps.enforce(meyer)


async def closed(cast: Cast) -> str | None:
    found = await why_closed(await Action.get(id=cast.action.id).select_related("campaign"))
    return found.why if found else None


@pytest.mark.both
async def test_what_was_spent_today_is_counted_by_action_and_by_the_campaign_s_day(cast: Cast) -> None:
    await spent(cast)
    assert await caps.today(cast.meyer) == {cast.action.id: 250}
    for price, cost in (("-0.02000", 200), ("-0.03000", 300)):  # told twice, counted once
        await doubt.asked((await Message.get()).id, price)
        assert await caps.today(cast.meyer) == {cast.action.id: cost}
        assert await recount.differences() == []
    assert await caps.today(cast.ryan) == {}
    clock.freeze(clock.now() + timedelta(days=1))
    assert await caps.today(cast.meyer) == {}


@pytest.mark.both
@pytest.mark.parametrize("of", ["campaign", "action"])
async def test_a_reached_cap_pauses_first_texts_and_says_so_while_replies_go_on(cast: Cast, of: str) -> None:
    dora = await cast.add_contact("+14125550102", zip="15213")
    await cast.make()
    await spent(cast)
    assert isinstance(await cast.click(cast.amy, dora), Queued), "this one waits when the cap is reached"
    assert await cap(cast, **{of: 251}) == []
    assert await closed(cast) is None
    assert len(await cap(cast, **{of: 250})) == 1
    assert await AuditEvent.filter(what="cap.reached").count() == 1
    assert await closed(cast) == "cap"
    clock.freeze(clock.now() + timedelta(seconds=30))
    assert await claim_next(cast.number.id) is None, "what was clicked before waits"
    talk = await cast.conversation()
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(last_inbound_conversation_id=talk.id))
    assert isinstance(await cast.reply(cast.amy, "See you there."), Queued)
    clock.freeze(clock.now() + timedelta(seconds=30))
    assert isinstance(await claim_next(cast.number.id), Claimed), "the reply leaves"
    assert await cap(cast, **{of: 250}) == [], "it is noted once a day"


async def test_no_card_is_sent_after_the_cap(cast: Cast) -> None:
    dora = await cast.add_contact("+14125550102", zip="15213")
    await cast.make()
    await spent(cast)
    await cap(cast, campaign=1)
    assert await cast.click(cast.amy, dora) == Stopped("cap")


async def test_the_next_day_first_texts_go_on_by_themselves(cast: Cast) -> None:
    await spent(cast)
    await cap(cast, action=1)
    clock.freeze(clock.now() + timedelta(days=1))
    assert await closed(cast) is None and (await Message.get()).status == TAKEN


async def test_a_cap_of_nothing_lets_nothing_leave(cast: Cast) -> None:
    assert await cap(cast, action=0) == [cast.action.title]


async def test_a_cap_that_was_raised_meanwhile_is_not_put_down(cast: Cast) -> None:
    await texted(cast)
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(daily_cap=100))
    [read] = await caps.capped()  # the sweep has read it
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(daily_cap=10_000, capped_on=None))
    await caps.enforce(read)
    assert (await Campaign.get(id=cast.meyer.id)).capped_on is None, "paused until midnight at 1 % of the cap"


@pytest.mark.both
async def test_a_text_that_may_have_been_taken_counts(cast: Cast) -> None:
    """Twilio's answers are lost for a while: what it took costs, and the cap does not see it."""
    claim = await claimed(cast)
    await answers.unknown(claim.message_id, claim.attempt_id)
    assert sum((await caps.today(cast.meyer)).values()) == 125


@pytest.mark.both
async def test_a_text_of_yesterday_evening_that_may_have_been_taken_is_none_of_today_s(cast: Cast) -> None:
    claim = await claimed(cast)
    await answers.unknown(claim.message_id, claim.attempt_id)
    evening = datetime(2026, 11, 25, 4, 30, tzinfo=UTC)  # half past eleven in New York, and tomorrow in UTC
    await transaction(lambda: Message.filter(id=claim.message_id).update(claimed_at=evening))
    clock.freeze(evening + timedelta(hours=1))
    assert await caps.today(cast.meyer) == {}


@pytest.mark.both
async def test_a_kept_spend_that_the_texts_contradict_is_told_by_the_doctor(cast: Cast) -> None:
    await spent(cast)
    await transaction(lambda: SpendTally.all().update(segments=3))
    [told] = await recount.differences()
    assert "spend" in told and f"campaign {cast.meyer.id}" in told
