"""A text that is queued when the clock it goes by is changed: the campaign's zone, or the contact's own (SPEC S1)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from tests.cast import Cast, texts
from tests.cast.texting import clicked
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.zones import ZoneSet
from webapp.models.conversations import deriving_zones
from webapp.models.conversations.message import REFUSED, SENDING
from webapp.models.sending.claim import claim_next
from webapp.rules import errors

HALIFAX, CHICAGO = "America/Halifax", "America/Chicago"


async def of_nowhere(cast: Cast) -> None:
    """Nobody knows where Lisa is: the campaign's zone counts."""
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(zone_set_id=None))


async def campaign_moves(cast: Cast, zone: str) -> None:
    await of_nowhere(cast)
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(timezone=zone))


async def contact_moves(cast: Cast, zone: str) -> None:
    async def move() -> None:
        await Contact.filter(id=cast.lisa.id).update(zone_set_id=await ZoneSet.id_of((zone,)))

    await transaction(move)


async def derived_anew(cast: Cast, zone: str) -> None:
    """Her column says where she is; the tables had not known that place."""
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(timezone=zone, zip=""))
    while await deriving_zones.derive_some(5):
        pass


Moves = Callable[[Cast, str], Awaitable[None]]


@pytest.mark.both
@pytest.mark.parametrize("moves", [campaign_moves, contact_moves, derived_anew])
@pytest.mark.parametrize("zone", [HALIFAX, CHICAGO])
async def test_a_text_clicked_at_8_58_pm_leaves_by_the_clock_as_it_is_then(cast: Cast, moves: Moves, zone: str) -> None:
    """It is 8:58 pm in Pittsburgh. An hour to the east the day is over; to the west there is an hour left."""
    await cast.start(cast.amy)
    clock.freeze(clock.now().replace(hour=1, minute=58) + timedelta(days=1))
    await cast.click(cast.amy)
    await moves(cast, zone)
    clock.freeze(clock.now() + timedelta(seconds=30))
    await claim_next(cast.number.id)
    [message] = await texts()
    left = zone == CHICAGO
    assert (message.status, message.error_code) == ((SENDING, None) if left else (REFUSED, errors.OUT_OF_HOURS))


@pytest.mark.both
@pytest.mark.parametrize("moves", [campaign_moves, contact_moves])
async def test_a_text_whose_day_was_over_on_the_new_clock_at_the_click_needs_a_new_tap(
    cast: Cast, moves: Moves
) -> None:
    """It waited for the end of a stop: until nine the next morning."""
    clock.freeze(clock.now().replace(hour=1, minute=30) + timedelta(days=1))
    await clicked(cast)
    await moves(cast, HALIFAX)
    clock.freeze(clock.now() + timedelta(hours=12))
    await claim_next(cast.number.id)
    [message] = await texts()
    assert (message.status, message.error_code) == (REFUSED, errors.WAITED)
