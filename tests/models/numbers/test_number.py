"""The campaign's numbers: health, retirement, giving back (SPEC S3, X8)."""

from __future__ import annotations

import pytest

from tests.cast import Cast, texts
from tests.cast.texting import says, texted
from webapp import clock
from webapp.database import transaction
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.message import REFUSED
from webapp.models.numbers import choice
from webapp.models.numbers.number import add_number, change_number
from webapp.models.results import recount
from webapp.models.sending.claim import claim_next
from webapp.models.sending.click import Declined, Queued
from webapp.models.sending.leaving import Claimed
from webapp.models.sending.refusal import Refusal
from webapp.rules import errors


@pytest.mark.both
async def test_a_retired_number_takes_no_new_contacts_and_goes_on_with_its_own(cast: Cast) -> None:
    await texted(cast)
    await change_number(cast.number, retired_at=clock.now())
    dora = await cast.add_contact("+14125550102", zip="15213")
    assert await choice.number_of(cast.meyer, dora) is None
    await says(cast, "Yes")
    assert isinstance(await cast.reply(cast.amy, "Thank you"), Queued)
    assert isinstance(await claim_next(cast.number.id), Claimed)


@pytest.mark.both
async def test_with_a_number_given_back_its_conversations_end_and_nobody_waits_for_ever(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "Yes")
    assert isinstance(await cast.reply(cast.amy, "Thank you"), Queued)
    await change_number(cast.number, retired_at=clock.now(), released_at=clock.now())
    assert isinstance(await claim_next(cast.number.id), Refusal)
    assert [(m.status, m.error_code) for m in await texts() if m.body == "Thank you"] == [(REFUSED, errors.NO_NUMBER)]
    assert (await cast.conversation()).needs_attention
    again = await cast.reply(cast.amy, "Hello?")
    assert isinstance(again, Declined) and again.code == errors.NO_NUMBER
    assert await recount.differences() == []


async def test_for_a_first_text_another_number_takes_the_place_of_one_given_back(cast: Cast) -> None:
    other = await add_number(cast.meyer, "+14125550189", "PN" + "b" * 32, webhooks_ok=True)
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(number_id=cast.number.id))
    await change_number(cast.number, retired_at=clock.now(), released_at=clock.now())
    await cast.start(cast.amy)
    outcome = await cast.click(cast.amy)
    assert isinstance(outcome, Queued) and outcome.message.number_id == other.id
    assert (await Contact.get(id=cast.lisa.id)).number_id == other.id


async def test_a_paused_number_holds_its_texts_until_it_goes_on(cast: Cast) -> None:
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    await change_number(cast.number, paused_at=clock.now())
    assert await claim_next(cast.number.id) is None and await choice.numbers_with_due_texts() == []
    await change_number(cast.number, paused_at=None)
    assert isinstance(await claim_next(cast.number.id), Claimed)


async def test_the_set_up_check_follows_the_numbers(cast: Cast) -> None:
    new = await add_number(cast.meyer, "+14125550189", "PN" + "b" * 32)
    await cast.meyer.refresh_from_db()
    assert not cast.meyer.set_up
    await change_number(new, webhooks_ok=True)
    await cast.meyer.refresh_from_db()
    assert cast.meyer.set_up
    await change_number(new, retired_at=clock.now())
    await change_number(cast.number, retired_at=clock.now())
    await cast.meyer.refresh_from_db()
    assert not cast.meyer.set_up
