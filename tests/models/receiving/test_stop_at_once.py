"""STOP in the very moment of the click, and of the claim: whoever is first decides, and nothing waits after it (SPEC X6)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.cast import Cast, texts
from tests.cast.texting import new_sid
from webapp import clock
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.message import QUEUED, SENDING
from webapp.models.opt_outs.opt_out import OptOut
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND
from webapp.models.results import recount
from webapp.models.sending.claim import claim_next


async def says_stop(cast: Cast, contact: Contact) -> None:
    payload = {"MessageSid": new_sid(), "From": contact.phone, "To": cast.number.e164, "Body": "STOP"}
    event = await applying.keep(INBOUND, payload)
    assert event
    await applying.apply(event)


async def works(cast: Cast) -> None:
    for _ in range(3):
        await claim_next(cast.number.id)
        await asyncio.sleep(0)


@pytest.mark.both
async def test_a_stop_in_the_moment_of_the_click_or_of_the_claim_leaves_nothing_that_waits(cast: Cast) -> None:
    """Twenty people, each of whom is tapped, claimed and says STOP at once, in turns of who begins."""
    people = [await cast.add_contact(f"+1412555{3000 + n}", first_name="X", zip="15213") for n in range(20)]
    await cast.make()
    await cast.start(cast.amy)
    for n, person in enumerate(people):
        at_once = [cast.click(cast.amy, person), says_stop(cast, person), works(cast)]
        await asyncio.gather(*at_once[n % 3 :], *at_once[: n % 3])
        clock.freeze(clock.now() + timedelta(seconds=10))
        await claim_next(cast.number.id)
    stopped = {row.phone: row.at for row in await OptOut.all()}
    assert len(stopped) == len(people)
    for message in await texts():
        if message.ours:
            assert message.status != QUEUED
            assert message.status != SENDING or (message.claimed_at and message.claimed_at <= stopped[message.phone])
    assert await recount.differences() == []
