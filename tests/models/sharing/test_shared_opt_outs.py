"""Opt-outs go over where both campaigns say so, and not otherwise (SPEC B9)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import MORNING, Cast
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts.contact import Contact
from webapp.models.opt_outs.many import opt_out_many
from webapp.models.opt_outs.opt_out import FROM_SHARED, OptOut
from webapp.models.sharing import sharing
from webapp.models.sharing.sharing import OptOutSharing

pytestmark = pytest.mark.both
EARLY, LATE = "+14125550198", "+14125550199"


async def phones(campaign: Campaign) -> set[str]:
    return {one.phone for one in await OptOut.filter(campaign=campaign)}


async def test_both_have_to_say_so(cast: Cast) -> None:
    await opt_out_many(cast.ryan, [EARLY, cast.lisa.phone], "admin", None)
    clock.freeze(MORNING + timedelta(minutes=1))
    await sharing.say(cast.selina, "ryan")
    await sharing.say(cast.selina, "ryan")
    assert await sharing.pass_on() == 0 and await phones(cast.meyer) == set()
    assert [one.both for one in await sharing.of(cast.meyer.id)] == [False]
    await sharing.say(cast.jonah, "meyer")
    assert await sharing.pass_on() == 2 and await phones(cast.meyer) == {EARLY, cast.lisa.phone}
    assert (await Contact.get(id=cast.lisa.id)).opted_out_at is not None
    row = await OptOut.get(campaign=cast.meyer, phone=EARLY)
    assert (row.source, row.words) == (FROM_SHARED, cast.ryan.name)
    assert await sharing.pass_on() == 0, "what came is not sent back"
    await opt_out_many(cast.meyer, [LATE], "admin", None)
    clock.freeze(MORNING + timedelta(minutes=2))
    assert await sharing.pass_on() == 1 and LATE in await phones(cast.ryan)


async def test_after_an_end_nothing_goes_over_and_what_came_stays(cast: Cast) -> None:
    await sharing.say(cast.selina, "ryan")
    await sharing.say(cast.jonah, "meyer")
    await opt_out_many(cast.ryan, [EARLY], "admin", None)
    clock.freeze(MORNING + timedelta(minutes=1))
    await sharing.pass_on()
    await sharing.end(cast.jonah, await OptOutSharing.get(with_slug="meyer"))
    await opt_out_many(cast.ryan, [LATE], "admin", None)
    clock.freeze(MORNING + timedelta(minutes=2))
    assert await sharing.pass_on() == 0 and await phones(cast.meyer) == {EARLY}


async def test_what_came_from_a_third_campaign_is_not_passed_on(cast: Cast) -> None:
    third = await transaction(lambda: Campaign.create(name="Third", slug="third", created_at=MORNING))
    await sharing.say(cast.selina, "ryan")
    await sharing.say(cast.jonah, "meyer")
    await sharing.say(cast.jonah, "third")
    await transaction(
        lambda: OptOutSharing.create(campaign=third, user=cast.dan.user, with_slug="ryan", said_at=MORNING)
    )
    await opt_out_many(third, [EARLY], "admin", None)
    for minute in range(1, 4):
        clock.freeze(MORNING + timedelta(minutes=minute))
        await sharing.pass_on()
    assert EARLY in await phones(cast.ryan) and EARLY not in await phones(cast.meyer)


async def test_a_slice_that_brings_nobody_is_not_the_last(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "SLICE", 2)
    both = [f"+14125550{n}" for n in range(100, 105)]
    await opt_out_many(cast.meyer, both, "admin", None)
    await opt_out_many(cast.ryan, both, "admin", None)
    await opt_out_many(cast.ryan, [LATE], "admin", None)
    await sharing.say(cast.selina, "ryan")
    await sharing.say(cast.jonah, "meyer")
    clock.freeze(MORNING + timedelta(minutes=1))
    assert await sharing.pass_on() == 1 and LATE in await phones(cast.meyer)
