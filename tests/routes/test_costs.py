"""Pages of many rows cost a fixed number of queries."""

from __future__ import annotations

import pytest

from tests.cast import Cast, member
from tests.cast.database.plans import statements
from tests.cast.site import OFFICE, Browser
from tests.cast.texting import says, texted
from webapp import clock
from webapp.database import transaction
from webapp.models.actions.action import Action
from webapp.models.contacts.lists import ContactList
from webapp.models.outcomes import answers
from webapp.models.sending.claim import claim_next
from webapp.models.sending.leaving import Claimed


@pytest.mark.parametrize(
    "path", ["/c/meyer/", "/c/meyer/admin", "/c/meyer/admin/actions", "/c/meyer/admin/users", "/c/meyer/admin/lists"]
)
async def test_pages_of_many_rows_cost_a_fixed_number_of_queries(cast: Cast, browse: Browser, path: str) -> None:
    gary = await browse(cast.gary)

    async def queries() -> int:
        assert (await gary.get(path)).status_code == 200  # what is noted once is noted now
        found = []
        for _ in range(3):  # what is asked again after some seconds may fall into one of them
            with statements() as asked:
                assert (await gary.get(path)).status_code == 200
            found.append(len(asked))
        return min(found)

    async def more() -> None:
        for n in range(12):
            await Action.create(campaign=cast.meyer, title=f"Action {n}", state="public", created_at=clock.now())
            await ContactList.create(campaign=cast.meyer, name=f"List {n}", created_at=clock.now())
            await member(cast.meyer, f"User{n}", "More", "volunteer")

    few = await queries()
    await transaction(more)
    assert few > 2 and await queries() <= few


async def test_the_page_of_scripts_costs_the_same_queries_however_many_there_are(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    await gary.get(f"{OFFICE}/actions/{cast.action.id}/scripts")
    numbers = []
    for _ in range(2):
        for _ in range(3):
            await cast.thanks.copy()
        with statements() as asked:
            await gary.get(f"{OFFICE}/actions/{cast.action.id}/scripts")
        numbers.append(len(asked))
    assert numbers[0] == numbers[1] > 3


async def test_lists_cost_a_fixed_number_of_queries(cast: Cast, browse: Browser) -> None:
    amy = await browse(cast.amy)
    await texted(cast)
    await says(cast, "Yes")

    async def queries() -> int:
        with statements() as asked:
            assert (await amy.get("/c/meyer/inbox?show=all")).status_code == 200
        return len(asked)

    few = await queries()
    for n in range(15):
        contact = await cast.add_contact(f"+1412555{4000 + n}", first_name="Y", zip="15213")
        await cast.make()
        await cast.start(cast.amy)
        await cast.click(cast.amy, contact)

        claim = await claim_next(cast.number.id)
        assert isinstance(claim, Claimed)
        await answers.taken(claim.message_id, f"SM{n + 5000:032x}", claim.attempt_id)
        cast.lisa = contact
        await says(cast, "Hello")
    assert few > 3 and await queries() <= few


@pytest.mark.parametrize(
    ("path", "statements_"),
    [("threads/{id}", 4), ("threads/{id}?follow=0", 4), ("inbox?show=all", 4), ("inbox", 4), ("badges", 1)],
)
async def test_what_a_volunteer_reads_costs_a_few_statements(
    cast: Cast, browse: Browser, path: str, statements_: int
) -> None:
    """A thread: the login with the number unread, the conversation, its texts, its tags. The inbox: the login, which threads,
    their lines, the numbers above them."""
    amy = await browse(cast.amy)
    await texted(cast)
    await says(cast, "Yes")
    where = f"/c/meyer/{path.format(id=(await cast.conversation()).id)}"
    assert (await amy.get(where)).status_code == 200  # marks it as read, and learns the zones
    with statements() as asked:
        assert (await amy.get(where)).status_code == 200
    assert len(asked) == statements_, [text[:120] for text, _ in asked]
