"""Opt-outs go over where both campaigns say so, and not otherwise (SPEC B9)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from tests.cast import MORNING, Cast, opt_out_phone
from tests.cast.database.moments import beside, held_open
from tests.cast.opt_outs import from_third, phones, with_third
from tests.cast.texting import says, texted
from webapp import clock, database
from webapp.database import transaction
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import OPT_OUT, Tag
from webapp.models.opt_outs import opting_out
from webapp.models.opt_outs.many import opt_out_many, tag_contacts
from webapp.models.opt_outs.opt_out import FROM_SHARED, OptOut, OptOutSaidAgain
from webapp.models.sharing import sharing
from webapp.models.sharing.sharing import OptOutSharing

pytestmark = pytest.mark.both
EARLY, LATE = "+14125550198", "+14125550199"


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
    await from_third(cast, [EARLY])
    await sharing.say(cast.jonah, "meyer")
    assert await sharing.pass_on() == 0 and await phones(cast.ryan) == set()


async def by_text(cast: Cast) -> None:
    await says(cast, "STOP")


async def by_hand(cast: Cast) -> None:
    await opt_out_phone(cast.meyer, cast.lisa.phone, "volunteer", cast.amy.user)


async def by_strike_list(cast: Cast) -> None:
    await opt_out_many(cast.meyer, [LATE, cast.lisa.phone], "import", None)


async def by_tag(cast: Cast) -> None:
    tag = await Tag.get(campaign=cast.meyer, slug=OPT_OUT)
    await transaction(lambda: tag_contacts(cast.meyer, {cast.lisa.id: [tag]}, "import", None))


WAYS = [by_text, by_hand, by_strike_list, by_tag]


@pytest.mark.parametrize("says_so", WAYS)
@pytest.mark.parametrize("first", ["shares", "says"])
async def test_whoever_opts_out_here_too_is_opted_out_where_this_campaign_shares(
    cast: Cast, says_so: Callable[[Cast], Awaitable[None]], first: str
) -> None:
    """A third campaign's opt-out had come before. Said twice, it is passed on once; the third one's word is not."""
    await texted(cast)
    await from_third(cast, [cast.lisa.phone, EARLY])
    if first == "shares":
        await sharing.say(cast.jonah, "meyer")
        assert await sharing.pass_on() == 0
    await says_so(cast)
    await says_so(cast)
    await sharing.say(cast.jonah, "meyer")
    await sharing.pass_on()
    assert await phones(cast.ryan) - {LATE} == {cast.lisa.phone}
    row = await OptOut.get(campaign=cast.ryan, phone=cast.lisa.phone)
    assert (row.source, row.words) == (FROM_SHARED, cast.meyer.name)
    assert await OptOutSaidAgain.filter(campaign=cast.meyer).count() == 1
    assert await sharing.pass_on() == 0


async def test_what_comes_from_two_campaigns_is_nobodys_word_here(cast: Cast) -> None:
    """Ryan and the third campaign both have the opt-out: neither is passed on to the other by Meyer."""
    third = await from_third(cast, [EARLY])
    await sharing.say(cast.jonah, "meyer")
    await opt_out_many(cast.ryan, [EARLY, LATE], "admin", None)
    for _ in range(2):
        await sharing.pass_on()
    assert await phones(cast.meyer) == {EARLY, LATE} and await phones(third) == {EARLY}
    assert not await OptOutSaidAgain.exists()


@pytest.mark.parametrize("first", ["stop", "shared"])
async def test_a_stop_beside_the_opt_out_that_comes_over_is_passed_on(cast: Cast, first: str) -> None:
    """Whichever is first. On PostgreSQL one has written and not committed when the other begins."""
    await texted(cast)
    third = await with_third(cast)
    await sharing.say(cast.jonah, "meyer")
    await opt_out_many(third, [cast.lisa.phone], "admin", None)
    stop, coming = says(cast, "STOP"), sharing.pass_on()
    in_turn = (stop, coming) if first == "stop" else (coming, stop)
    await (asyncio.gather(*in_turn) if database.dialect() == "sqlite" else beside("opt_out", "INSERT", *in_turn))
    await sharing.pass_on()
    assert await phones(cast.ryan) == {cast.lisa.phone}


@pytest.mark.postgres
@pytest.mark.parametrize("before", ["nothing", "shared"])
async def test_a_word_in_a_long_transaction_is_not_passed_by(cast: Cast, before: str) -> None:
    """Its row has the smaller id and comes an hour later."""
    await (from_third(cast, [EARLY, LATE]) if before == "shared" else with_third(cast))
    await sharing.say(cast.jonah, "meyer")
    async with held_open(lambda: said_to_a_stranger(cast, EARLY)):
        await transaction(lambda: said_to_a_stranger(cast, LATE))
        clock.freeze(MORNING + timedelta(hours=1))
        await sharing.pass_on()
    await sharing.pass_on()
    assert await phones(cast.ryan) == {EARLY, LATE}


async def said_to_a_stranger(cast: Cast, phone: str) -> None:
    """The contact is created again, and then they opt out."""
    contact = await Contact.create(campaign=cast.meyer, phone=phone, created_at=clock.now())
    await opting_out.opt_out(contact, "keyword")


@pytest.mark.parametrize("statement", ["UPDATE opt_out_said_again SET phone = '1'", "DELETE FROM opt_out_said_again"])
async def test_the_database_keeps_what_was_said_again(cast: Cast, statement: str) -> None:
    await from_third(cast, [cast.lisa.phone])
    await by_hand(cast)
    with pytest.raises(Exception, match="an opt-out can not be"):
        await transaction(lambda: database.rows(statement))


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
