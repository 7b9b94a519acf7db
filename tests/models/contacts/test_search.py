"""A search, and its pages one after the other, on both databases."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from tests.cast import Cast
from tests.cast.histories.contacts import crowd
from tests.cast.texting import says, texted
from webapp import clock
from webapp.database import transaction
from webapp.models import tallies
from webapp.models.contacts import search
from webapp.models.conversations.conversation import Conversation
from webapp.rules.contacts import contact_filter
from webapp.rules.contacts.contact_filter import Filter


async def found(cast: Cast, **asked: Any) -> set[str]:
    page = await search.page(cast.meyer, contact_filter.read(asked))
    return {contact.first_name for contact in page.contacts}


@pytest.mark.both
async def test_last_message_is_theirs_or_ours_by_days_of_the_campaign(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "yes")
    day = cast.meyer.local(clock.now()).date()
    assert await found(cast, since=str(day), until=str(day)) == {"Lisa"}
    assert await found(cast, until=str(day - timedelta(days=1))) == set()


@pytest.mark.parametrize(
    ("q", "people"),
    [
        ("lis", {"Lisa"}),
        ("NG", {"Lisa"}),
        ("lisa n", {"Lisa"}),
        ("ng lisa", {"Lisa"}),
        ("jose", {"José"}),
        ("NÚÑEZ", {"José"}),
        ("nunez ri", {"José"}),
        ("oneil", {"Bo"}),
        ("o'n", {"Bo"}),
        ("412-555-0102", {"José"}),
        ("isa", set()),
        ("%", set()),
        ("", {"Lisa", "José", "Bo"}),
    ],
)
@pytest.mark.both
async def test_a_search_finds_beginnings_of_names_and_whole_phones(cast: Cast, q: str, people: set[str]) -> None:
    await cast.add_contact("+14125550102", first_name="José", last_name="Núñez Rivera")
    await cast.add_contact("+14125550103", first_name="Bo", last_name="O'Neil")
    assert await found(cast, q=q) == people


@pytest.mark.both
async def test_pages_follow_one_another_and_show_each_contact_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "PAGE", 7)
    await crowd(cast, random.Random(3))
    for wanted in (Filter(), Filter(sort="recent"), Filter(state="PA"), Filter(list=cast.voters.id), Filter(q="p")):
        everyone = await search.count(cast.meyer, wanted)
        pages = [await search.page(cast.meyer, wanted)]
        while pages[-1].more:
            pages.append(await search.page(cast.meyer, wanted, after=pages[-1].more))
        seen = [c for page in pages for c in page.contacts]
        assert len(seen) == len({c.id for c in seen}) == everyone
        times = [c.last_message_at for c in seen if c.last_message_at]
        assert not wanted.by_last_message or (len(times) == everyone and times == sorted(times, reverse=True))
        back = [pages[-1]]
        while back[-1].less:
            back.append(await search.page(cast.meyer, wanted, before=back[-1].less))
        assert [ids(page) for page in reversed(back)] == [ids(page) for page in pages], wanted
        assert [page.more for page in reversed(back)] == [page.more for page in pages]


def ids(page: search.Found) -> list[int]:
    return [contact.id for contact in page.contacts]


@pytest.mark.both
async def test_where_contacts_before_a_page_have_gone_the_first_page_is_shown(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "PAGE", 2)
    for n in range(4):
        await cast.add_contact(f"+1412555{n + 1200}")
    first = await search.page(cast.meyer, Filter())
    for place in (str(first.contacts[1].id), "nonsense"):
        assert ids(await search.page(cast.meyer, Filter(), before=place)) == ids(first)


@pytest.mark.both
async def test_the_people_of_a_number_are_counted_up_to_a_bound_but_where_the_results_know(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All refusals of safeguards may be of one person; those of one code are of as many as there are."""
    for phone in ("+14125550102", "+14125550103"):
        await cast.add_contact(phone)
    await cast.make()
    for one in await Conversation.filter(action=cast.action):
        await transaction(partial(tallies.hit, cast.action.id, one.id, 1301))
    any_code, one_code = Filter(action=cast.action.id, box="safeguards"), Filter(action=cast.action.id, code=1301)
    for most, number in ((3, search.Number(3)), (2, search.Number(2, more=True))):
        monkeypatch.setattr(search, "OF_A_NUMBER", most)
        assert await search.counted(cast.meyer, any_code) == number and await search.count(cast.meyer, any_code) == 3
        for other in (one_code, replace(any_code, opted_out="no")):
            assert await search.counted(cast.meyer, other) == search.Number(3)
