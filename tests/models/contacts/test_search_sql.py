"""A filter is served by indexes at any size, and knows its campaign only."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from tests.cast import Cast
from tests.cast.bulk import on, work
from tests.cast.database.plans import explained, statements, whole_tables
from tests.cast.lists import many_lists
from tests.cast.texting import texted
from webapp import clock
from webapp.database import transaction
from webapp.models import tallies
from webapp.models.bulk.job import LIST
from webapp.models.contacts import search, search_boxes
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.lists import ContactList, ListMembership
from webapp.models.contacts.search_sql import ContactQuery
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.rules.contacts import contact_filter
from webapp.rules.contacts.contact_filter import Filter

FILTERS = [
    {},
    {"q": "mey"},
    {"q": "ana mey"},
    {"q": "412-555-0101"},
    {"list": 1},
    {"tag": 1},
    {"not_tag": 1},
    {"field": 1},
    {"field": 1, "value": "x"},
    {"action": 1},
    {"script": 1},
    {"texted": "yes"},
    {"texted": "no"},
    {"replied": "yes"},
    {"replied": "no"},
    {"attention": "yes"},
    {"opted_out": "yes"},
    {"assigned": "7"},
    {"assigned": "nobody"},
    {"assigned": "staff"},
    {"action": 1, "assigned": "7", "replied": "yes"},
    {"state": "PA"},
    {"since": "2026-11-01"},
    {"sort": "recent"},
    {"any_lists": "1,2", "no_lists": "3"},
    {"all_lists": "1,2"},
    *({"action": 1, "box": box} for box in contact_filter.BOXES),
    *({"action": 1, "box": box, "sender": 3} for box in contact_filter.OF_SENDERS),
    {"action": 1, "code": 30003},
    {"action": 1, "code": 1301},
]


@pytest.mark.postgres
@pytest.mark.parametrize("asked", FILTERS, ids=str)
async def test_no_filter_reads_a_whole_table(cast: Cast, asked: dict[str, Any]) -> None:
    """PostgreSQL explains each statement of the page: with sequential scans off, one shows only where no index serves."""
    wanted = contact_filter.read(asked)
    query = ContactQuery(cast.meyer, wanted)
    if query.sources:
        assert not await whole_tables(*query.leader_sql())
    for text, values in (
        await search.page_sql(cast.meyer, wanted),
        await search.page_sql(cast.meyer, wanted, before="7"),
        await search.count_sql(cast.meyer, wanted),
        await search.count_sql(cast.meyer, wanted, 1_000),
    ):
        assert not await whole_tables(text, values), text


@pytest.mark.postgres
async def test_a_statement_without_an_index_would_be_seen(cast: Cast) -> None:
    """The control of the test above."""
    assert await whole_tables("SELECT id FROM contact WHERE email = ?", ["x"]) == ["contact"]


async def test_another_campaign_s_lists_and_tags_find_nobody(cast: Cast) -> None:
    assert (await search.page(cast.ryan, Filter(list=cast.voters.id))).contacts == []
    assert await search.count(cast.ryan, Filter(action=cast.action.id)) == 0
    assert await search.own(cast.ryan, [cast.lisa.id]) == []


def test_an_address_makes_a_filter_and_a_filter_its_address() -> None:
    wanted = contact_filter.read(
        {
            "q": " li ",
            "list": "3",
            "tag": "x",
            "replied": "perhaps",
            "state": "pa",
            "since": "2026-02-30",
            "assigned": "7",
            "sort": "evil",
        }
    )
    assert wanted == Filter(q="li", list=3, state="PA", assigned="7")
    assert contact_filter.read(wanted.asked()) == wanted


@pytest.mark.both
async def test_a_filter_may_name_very_many_lists(cast: Cast) -> None:
    others = await many_lists(cast, 90)
    made = await transaction(lambda: ContactList.create(campaign=cast.meyer, name="T", created_at=clock.now()))
    which = Filter(any_lists=str(cast.voters.id), no_lists=",".join(str(row.id) for row in others))
    await work(cast, LIST, on(made), which)
    bo = await Contact.get(first_name="Bo")
    assert bo.id not in await ListMembership.filter(contact_list=made).values_list("contact_id", flat=True)


@pytest.mark.parametrize("box", contact_filter.BOXES)
async def test_the_people_of_a_number_are_walked_by_its_own_index(cast: Cast, box: str) -> None:
    """Few or many: they are not counted first. Not all people of the action, to look at each whether it is one of few."""
    with statements() as sent:
        text, _ = await search.page_sql(cast.meyer, Filter(action=cast.action.id, box=box))
    assert sent == []
    leader = text.split(" AS d ")[0]
    assert leader.count("x.action_id") == 1 and " AS d " in text
    assert search_boxes.source(cast.action.id, box, 0).where in leader


@pytest.mark.both
@pytest.mark.parametrize(
    "asked", [{"box": "initials"}, {"box": "opt_outs"}, {"code": 1301}, {"box": "initials", "sender": 3}]
)
async def test_a_number_of_people_is_not_counted_again(cast: Cast, asked: dict[str, Any]) -> None:
    with statements() as sent:
        assert await search.count(cast.meyer, Filter(action=cast.action.id, **asked)) == 0
    [(text, _)] = sent
    assert "tally" in text and "contact" not in text


# of Initial Messages by the one of all conversations
NUMBERS = [*({"box": box} for box in contact_filter.BOXES if box != "initials"), {"code": 30003}, {"code": 1301}]
NUMBERS += [{"box": box, "sender": 3} for box in contact_filter.OF_SENDERS]


@pytest.mark.postgres
@pytest.mark.parametrize("asked", NUMBERS, ids=str)
async def test_the_people_of_a_number_come_out_of_an_index_of_their_own(cast: Cast, asked: dict[str, Any]) -> None:
    """In the order of contacts, so that the first page and the count read no more than they need."""
    alone = search_boxes.asked_alone(Filter(action=cast.action.id, **asked))
    assert alone is not None
    plan = await explained(f"{alone.select()} ORDER BY id LIMIT 51", without=("seqscan", "bitmapscan"))
    assert "Index" in plan and "Sort" not in plan and "Hash" not in plan, plan


@pytest.mark.both
async def test_the_people_of_safeguards_and_errors_are_counted_once_each(cast: Cast) -> None:
    """With any number of texts and codes."""
    await texted(cast)
    conversation = await Conversation.get(action=cast.action, contact=cast.lisa)
    for code in (1301, 1302):
        await transaction(partial(tallies.hit, cast.action.id, conversation.id, code))
    await transaction(lambda: Message.all().update(delivery="undelivered", error_code=30003))
    for asked in ({"box": "safeguards"}, {"code": 1302}, {"box": "twilio_errors"}, {"code": 30003}):
        wanted = Filter(action=cast.action.id, **asked)
        assert [one.id for one in (await search.page(cast.meyer, wanted)).contacts] == [cast.lisa.id]
        assert await search.count(cast.meyer, wanted) == 1
    for asked in ({"box": "carrier_filtering"}, {"code": 1303}, {"code": 30007}):
        wanted = Filter(action=cast.action.id, **asked)
        assert (await search.page(cast.meyer, wanted)).contacts == [] and await search.count(cast.meyer, wanted) == 0


@pytest.mark.both
async def test_the_people_of_a_number_are_of_one_campaign(cast: Cast) -> None:
    await texted(cast)
    for box in ("initials", "follow_ups"):
        wanted = Filter(action=cast.action.id, box=box)
        assert await search.count(cast.ryan, wanted) == 0 and (await search.page(cast.ryan, wanted)).contacts == []
    assert await search.count(cast.meyer, Filter(action=cast.action.id, box="initials")) == 1
