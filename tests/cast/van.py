"""Fixtures and words for tests about VAN: the simulator on a port of its own, Meyer's way to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from tests.cast import Cast
from webapp import clock, config
from webapp.config import Settings
from webapp.database import transaction
from webapp.models.accounts.users import Membership
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.reports import labelling
from webapp.models.van import connection, mapping, places, sending
from webapp.models.van.connection import VanConnection
from webapp.models.van.fact import VanFact
from webapp.models.van.mapping import VanMapping
from webapp.models.van.places import Wish
from webapp.models.van_lists import loading
from webapp.models.van_lists.listed import VanList
from webapp.models.van_lists.loading import VanLoad
from webapp.rules.van import pauses
from webapp.simulator.van import main as simulator
from webapp.simulator.van.store import KEY, Store
from webapp.workers import imports
from webapp.workers.van import asking, lists
from webapp.workers.van import sending as jobs

LISA = 101  # her VAN ID: the simulator knows her phone
SURELY = "Strong Supporter"
OTHER = 777  # somebody else of VAN's
WILL_VOTE, STRONG, LEAN, DO_NOT_TEXT = "activist_code:4003", "survey:1:7001", "survey:2:7001", "result:130"


@pytest.fixture
async def van(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Store]:
    """The simulator of VAN; `settings` lead to it."""
    monkeypatch.setattr(pauses, "PAUSE", 0.0)
    store = Store(":memory:")
    runner = web.AppRunner(simulator.application(store), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, shutdown_timeout=0.2).start()
    config.use(replace(config.settings(), van_api_url=f"http://127.0.0.1:{runner.addresses[0][1]}/v4"))
    yield store
    await runner.cleanup()


async def set_key(by: Membership, key: str, mode: int) -> VanConnection:
    """Of the campaign's only VAN, which has all states."""
    stored = await places.connect(by, None, Wish(key, mode))
    assert isinstance(stored, VanConnection)
    return stored


async def the_van(cast: Cast) -> VanConnection:
    """The first."""
    found = await connection.first_of(cast.meyer.id)
    assert found
    return found


async def connects(cast: Cast, by: Membership | None = None) -> None:
    """Meyer's campaign has a key, VAN's lists are read, Lisa has her VAN ID."""
    await set_key(by or cast.selina, KEY, connection.MY_CAMPAIGN)
    await asking.ask_van({}, cast.meyer.id)
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(van_id=str(LISA)))
    await cast.lisa.refresh_from_db()


async def tag_of(cast: Cast, slug: str = "will_vote") -> Tag:
    return await Tag.get(campaign=cast.meyer, slug=slug)


async def rating_of(cast: Cast) -> CustomField:
    return await CustomField.get(campaign=cast.meyer, slug="support_rating")


async def maps(cast: Cast, kind: str, target: str, subject_id: int = 0, value: str = "", van: int = 0) -> None:
    first = await connection.first_of(cast.meyer.id)
    van = van or (first.id if first else 0)
    await transaction(
        lambda: VanMapping.create(
            campaign_id=cast.meyer.id, van=van, kind=kind, subject_id=subject_id, value=value, target=target
        )
    )


async def maps_all(cast: Cast) -> None:
    """Will Vote, two answers of the rating, and opt-outs."""
    await maps(cast, mapping.TAG, WILL_VOTE, (await tag_of(cast)).id)
    rating = await rating_of(cast)
    await maps(cast, mapping.FIELD, STRONG, rating.id, "Strong Supporter")
    await maps(cast, mapping.FIELD, LEAN, rating.id, "Supporter")
    await maps(cast, mapping.OPT_OUT, DO_NOT_TEXT)


async def bring_in(cast: Cast, saved_list: int = 9_001) -> VanLoad:
    """Gary asks for one of VAN's saved lists, and workers do what is due until nothing more happens by itself."""
    load = await loading.start(cast.gary, await VanList.get(campaign_id=cast.meyer.id, saved_list_id=saved_list))
    return await go_on(load)


async def go_on(load: VanLoad, steps: int = 6) -> VanLoad:
    for _ in range(steps):
        await lists.bring_list({}, load.id)
        await load.refresh_from_db()
        if load.over:
            break
        clock.freeze(max(load.next_at, clock.now()) + timedelta(seconds=0.1))
    if load.import_id:
        await imports.run_import({}, load.import_id)
    return load


def wait(seconds: float) -> None:
    clock.freeze(clock.now() + timedelta(seconds=seconds))


async def settle() -> None:
    """The sweep sees what changed, and the changes have settled."""
    await sending.stamp()
    wait(pauses.SETTLE + 1)


async def send(cast: Cast) -> None:
    """Changes are seen, and facts that are due are sent."""
    await settle()
    await jobs.send_to_van({}, cast.meyer.id)


async def fact(**which: Any) -> VanFact:
    return await VanFact.get(**which)


def said(store: Store) -> list[Any]:
    """VAN took these, in order: (VAN ID, result code or answers)."""
    return [(one["vanId"], one.get("resultCodeId") or one["responses"]) for one in store.taken()]


def code(id: int, action: str = "Apply") -> dict[str, Any]:
    return {"type": "ActivistCode", "activistCodeId": id, "action": action}


def answer(id: int, question: int = 7_001) -> dict[str, Any]:
    return {"type": "SurveyResponse", "surveyQuestionId": question, "surveyResponseId": id}


async def tags(cast: Cast, on: bool = True) -> None:
    tag, contact = await tag_of(cast), await Contact.get(id=cast.lisa.id)
    if on:
        await labelling.set_tag(contact, tag, "volunteer", cast.amy.user)
    else:
        await labelling.take_tag(contact, tag, cast.amy.user)


async def rates(cast: Cast, value: str) -> None:
    await labelling.set_field(cast.lisa.id, await rating_of(cast), value, cast.amy.user_id)
