"""How PostgreSQL finds the people whom the form of a follow-up counts: never by a join of each contact (SPEC R6)."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.database.plans import explained, statements
from webapp.models.bulk import people_of
from webapp.rules.results.people_behind import People

PEOPLE_OF_AN_INDEX = [
    (People("code", value="30007"), "result_codes"),
    (People("error", value="carrier"), "result_errors"),
    (People("error", value="twilio"), "result_errors"),
    (People("error", value="safeguard"), "result_safeguards"),
    (People("clicked"), "result_clicks"),
]


@pytest.mark.postgres
@pytest.mark.parametrize(("people", "index"), PEOPLE_OF_AN_INDEX, ids=str)
async def test_people_with_an_index_of_their_own_are_counted_by_it_alone(
    cast: Cast, people: People, index: str
) -> None:
    """No conversation of the action is read, and no contact is joined: an array of them is looked up."""
    with statements() as asked:
        await people_of.counted(cast.action, people, 500)
    [(text, values)] = asked
    plan = await explained(text, values, without=("seqscan", "bitmapscan"))
    assert index in plan and "conversation" not in plan and "Join" not in plan and "Nested Loop" not in plan, plan


IN_ORDER = [
    (People("replied"), "contact_replied"),
    (People("unreported"), "contact_replied"),
    (People("attention"), "contact_needs_attention"),
    (People("tag", "Will Vote"), "result_reported"),
    (People("field", "Support Rating", "Supporter"), "result_reported"),
]


@pytest.mark.postgres
@pytest.mark.parametrize(("people", "index"), IN_ORDER, ids=str)
async def test_who_answered_is_found_by_an_index_in_its_order(cast: Cast, people: People, index: str) -> None:
    """So that counting ends where the form has seen enough: they stand at the end of the table, which is not read up to there."""
    with statements() as asked:
        await people_of.counted(cast.action, people, 500)
    [(text, values)] = asked
    plan = await explained(text, values, without=("seqscan", "bitmapscan"))
    assert f"using {index} on conversation" in plan and "Sort" not in plan, plan
    assert "ORDER BY v.contact_id LIMIT" in text  # without it a large table is read, which this small one doesn't show


@pytest.mark.postgres
@pytest.mark.parametrize("people", [People("silent"), *(people for people, _ in IN_ORDER)], ids=str)
async def test_no_contact_is_joined_to_be_counted(cast: Cast, people: People) -> None:
    with statements() as asked:
        await people_of.counted(cast.action, people, 500)
    [(text, values)] = asked
    plan = await explained(text, values, without=("seqscan", "bitmapscan"))
    assert "Index Cond: (id = ANY (" in plan and "\n  ->  Index Scan" in plan, "an array, right below the sum: no join"
