"""Twilio is the witness of what left: a database that does not know it was restored (SPEC X2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from tests.cast import Cast, looked_for_in_vain, texts
from tests.cast.texting import claimed, new_sid, texted
from webapp import clock
from webapp.models.conversations.message import REJECTED
from webapp.models.numbers.number import PhoneNumber
from webapp.models.outcomes import answers, doubt, witness
from webapp.models.outcomes.restoring import Sent
from webapp.models.sending.claim import claim_next
from webapp.models.sending.leaving import Claimed


def sent(cast: Cast, body: str, sid: str = "", phone: str = "", ago: int = 0) -> Sent:
    return Sent(sid or new_sid(), phone or cast.lisa.phone, body, clock.now() - timedelta(seconds=ago))


async def is_unknown(cast: Cast, *seen: Sent) -> bool:
    return await witness.unknown_text(cast.number.id, seen) is not None


@pytest.mark.both
async def test_a_text_that_no_row_is_about_is_noticed(cast: Cast) -> None:
    await texted(cast)
    [message] = await texts()
    assert not await is_unknown(cast)
    assert not await is_unknown(cast, sent(cast, message.body, message.sid or ""))
    assert await is_unknown(cast, sent(cast, message.body), sent(cast, message.body, message.sid or ""))
    assert await is_unknown(cast, sent(cast, message.body, message.sid or ""), sent(cast, "Hello?"))


@pytest.mark.both
@pytest.mark.parametrize("state", ["sending", "unknown", "taken without a sid"])
async def test_a_text_that_was_handed_over_may_be_the_one_twilio_has(cast: Cast, state: str) -> None:
    claim = await claimed(cast)
    if state == "unknown":
        await answers.unknown(claim.message_id, claim.attempt_id)
    elif state != "sending":
        await answers.taken(claim.message_id)
    assert not await is_unknown(cast, sent(cast, claim.body))
    assert await is_unknown(cast, sent(cast, "Other words"))
    assert await is_unknown(cast, sent(cast, claim.body, phone="+14125550102"))


@pytest.mark.both
async def test_an_answer_recorded_while_the_witness_is_heard_is_no_sign_of_a_restore(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker's text is at Twilio; its answer comes after the known sids were read."""
    claim, sid = await claimed(cast), new_sid()

    real = doubt.with_rows

    async def read_just_before(sids: Sequence[str]) -> set[str]:
        known = await real(sids)
        await answers.taken(claim.message_id, sid, claim.attempt_id)
        return known

    monkeypatch.setattr(doubt, "with_rows", read_just_before)
    assert not await is_unknown(cast, sent(cast, claim.body, sid))


@pytest.mark.both
async def test_a_text_that_still_waits_here_did_not_leave_from_this_database(cast: Cast) -> None:
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    [message] = await texts()
    assert await is_unknown(cast, sent(cast, message.body))


@pytest.mark.both
async def test_texts_from_before_the_number_was_added_do_not_count(cast: Cast) -> None:
    number = await PhoneNumber.get(id=cast.number.id)
    clock.freeze(number.created_at)
    assert not await is_unknown(cast, sent(cast, "Of another program", ago=1))
    assert await is_unknown(cast, sent(cast, "Of another program"))


@pytest.mark.both
async def test_the_other_text_of_a_second_attempt_is_no_sign_of_a_restore(cast: Cast) -> None:
    """A status settled the row by the first attempt's sid while the second was under way: nothing has the second's."""
    claim = await claimed(cast)
    await answers.unknown(claim.message_id, claim.attempt_id)
    await looked_for_in_vain(claim.message_id)
    second = await claim_next(cast.number.id)
    assert isinstance(second, Claimed)
    await answers.taken(claim.message_id, new_sid(), claim.attempt_id)
    await answers.taken(second.message_id, new_sid(), second.attempt_id)
    assert not await is_unknown(cast, sent(cast, claim.body))
    assert not await is_unknown(cast, sent(cast, "Sent from your trial account - " + claim.body))


@pytest.mark.both
async def test_a_second_attempt_that_was_refused_does_not_make_the_first_a_stranger_s(cast: Cast) -> None:
    """The first attempt's text arrived, and its answer was lost for eight minutes; the second was refused."""
    claim = await claimed(cast)
    await answers.unknown(claim.message_id, claim.attempt_id)
    await looked_for_in_vain(claim.message_id)
    second = await claim_next(cast.number.id)
    assert isinstance(second, Claimed)
    await answers.rejected(second.message_id, second.attempt_id, 21610)
    assert [(message.status, message.attempts) for message in await texts()] == [(REJECTED, 2)]
    assert not await is_unknown(cast, sent(cast, claim.body))
    assert await is_unknown(cast, sent(cast, "Other words"))
