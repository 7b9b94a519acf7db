"""One search finds everything of a campaign, and nothing of another's (SPEC H1)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast, add_contact
from tests.cast.database.plans import statements, whole_tables
from webapp import clock, database
from webapp.database import transaction
from webapp.models.actions.action import Action
from webapp.models.actions.script import INITIAL, Script
from webapp.models.contacts.labels import Tag
from webapp.models.contacts.lists import ContactList
from webapp.models.search import everywhere

pytestmark = pytest.mark.both


async def found(cast: Cast, q: str) -> dict[str, list[Any]]:
    return {kind.name: kind.rows for kind in (await everywhere.find(cast.meyer, q)).kinds}


async def numbers(cast: Cast, q: str) -> dict[str, int]:
    return {kind.name: kind.count for kind in (await everywhere.find(cast.meyer, q)).kinds}


async def invitation(cast: Cast) -> Action:
    async def make() -> Action:
        action = await Action.create(campaign=cast.meyer, title="Invitación a la marcha", created_at=clock.now())
        body = "Hola, ¿NOS ACOMPAÑAS el sábado? 100% gratis"
        await Script.create(action=action, kind=INITIAL, name="Saludo", body=body)
        return action

    return await transaction(make)


@pytest.mark.parametrize(
    ("q", "kinds"),
    [
        ("lisa", {"contacts"}),
        ("ng lisa", {"contacts"}),
        ("412-555-0101", {"contacts"}),
        ("amy", {"users"}),
        ("plan vote", {"actions"}),
        ("VOTE", {"actions", "scripts", "lists", "tags"}),
        ("thank", {"scripts"}),
        ("invitacion", {"actions"}),
        ("INVITACIÓN", {"actions"}),
        ("acompanas sabado", {"scripts"}),
        ("acompañas", {"scripts"}),
        ("100%", {"scripts"}),
        ("1_0%", set()),
        ("lisa vote", set()),
        ("", set()),
        ("   \x00 ", set()),
    ],
)
async def test_each_kind_is_found_by_its_words(cast: Cast, q: str, kinds: set[str]) -> None:
    await invitation(cast)
    assert set(await found(cast, q)) == kinds


async def test_nothing_of_another_campaign_is_found(cast: Cast) -> None:
    async def make() -> None:
        action = await Action.create(campaign=cast.ryan, title="Zebra", created_at=clock.now())
        await Script.create(action=action, kind=INITIAL, name="Zebra", body="Zebra")
        zebras = await ContactList.create(campaign=cast.ryan, name="Zebra", created_at=clock.now())
        await Tag.create(campaign=cast.ryan, name="Zebra", slug="zebra")
        await add_contact(cast.ryan, zebras, "+13125550101", first_name="Zebra")

    await transaction(make)
    assert await found(cast, "zebra") == {} == await found(cast, "jonah") == await found(cast, "312-555-0101")
    assert {kind.name for kind in (await everywhere.find(cast.ryan, "zebra")).kinds} == {
        "contacts",
        "actions",
        "scripts",
        "lists",
        "tags",
    }


async def test_a_kind_shows_six_and_says_how_many_there_are(cast: Cast) -> None:
    async def make() -> None:
        for n in range(everywhere.COUNTED + 5):
            await ContactList.create(campaign=cast.meyer, name=f"Ward {n}", created_at=clock.now())

    await transaction(make)
    shown, counted = (await found(cast, "ward"))["lists"], (await numbers(cast, "ward"))["lists"]
    assert len(shown) == everywhere.MOST and shown[0]["name"] == f"Ward {everywhere.COUNTED + 4}", "newest first"
    assert counted == everywhere.COUNTED + 1, "that is: more than a hundred"


async def test_an_opt_in_forms_own_action_is_not_found(cast: Cast) -> None:
    await transaction(lambda: Action.create(campaign=cast.meyer, title="Zoo", of_opt_in=True, created_at=clock.now()))
    assert await found(cast, "zoo") == {}


@pytest.mark.parametrize(
    "q", ["x" * 5_000, "%" * 500, "' OR 1=1 --", "{title}", "\\", "!!", "a!b%c_d", "💙" * 200, "ﷺ" * 90]
)
async def test_whatever_is_typed_is_searched_for_as_it_stands(cast: Cast, q: str) -> None:
    assert len(everywhere.typed(q)) <= everywhere.LONGEST
    assert await found(cast, q) == {}


@pytest.mark.postgres
async def test_each_kind_is_found_by_an_index_of_the_campaign(cast: Cast) -> None:
    with statements() as asked:
        await everywhere.find(cast.meyer, "vote lisa")
    asked = [(text, values) for text, values in asked if text.lstrip().upper().startswith("SELECT")]
    assert len(asked) > 5
    large = ("action", "script", "contact_list", "membership")
    assert [table for text, values in asked for table in await whole_tables(text, values, large)] == []
    assert database.dialect() == "postgres"
