"""An action becomes public at its time, once, and not while anything stops publishing (SPEC A9)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.cast import Cast
from tests.cast.database.moments import beside
from tests.cast.site import audited
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.audit import AuditEvent
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import DRAFT, PRIVATE, PUBLIC, Action
from webapp.models.actions.script import Script
from webapp.models.scripts import publishing, scheduling

HOUR = timedelta(hours=1)


async def draft(cast: Cast, state: str = DRAFT) -> Action:
    """The cast's action, not public yet."""
    await transaction(lambda: Action.filter(id=cast.action.id).update(state=state, published_at=None))
    return await fresh(cast)


async def fresh(cast: Cast) -> Action:
    return await Action.get(id=cast.action.id).select_related("campaign")


async def scheduled(cast: Cast, by: Membership | None = None) -> Action:
    """In an hour."""
    action = await draft(cast)
    assert await scheduling.schedule(action, clock.now() + HOUR, by or cast.gary) is None
    return await fresh(cast)


def later(minutes: int = 60) -> None:
    clock.freeze(clock.now() + timedelta(minutes=minutes))


@pytest.mark.both
async def test_it_becomes_public_at_its_time_and_not_before(cast: Cast) -> None:
    await scheduled(cast)
    later(59)
    assert await scheduling.due() == []
    assert await scheduling.publish_due(cast.action.id) is None and (await fresh(cast)).state == DRAFT
    later(1)
    assert await scheduling.due() == [cast.action.id]
    done = await scheduling.publish_due(cast.action.id)
    assert done and done.why_not == []
    action = await fresh(cast)
    assert (action.state, action.publish_at, action.published_at) == (PUBLIC, None, clock.now())
    assert [a.id for a in await Action.open_to(cast.amy)] == [action.id]


@pytest.mark.both
async def test_a_time_that_was_called_off_meanwhile_does_not_come_back(cast: Cast) -> None:
    """Somebody publishes it as private from a page that still showed the time."""
    page = await scheduled(cast)
    assert await scheduling.call_off(await fresh(cast), cast.gary)
    assert await publishing.publish(page, cast.selina, PRIVATE)
    assert ((await fresh(cast)).state, (await fresh(cast)).publish_at) == (PRIVATE, None)


@pytest.mark.both
async def test_an_archived_action_is_not_published(cast: Cast) -> None:
    page = await draft(cast)
    await transaction(lambda: Action.filter(id=page.id).update(archived_at=clock.now()))
    assert not await publishing.publish(page, cast.selina, PUBLIC) and (await fresh(cast)).state == DRAFT


@pytest.mark.both
async def test_a_private_action_can_become_public_at_a_time_too(cast: Cast) -> None:
    action = await draft(cast, PRIVATE)
    assert await scheduling.schedule(action, clock.now() + HOUR, cast.gary) is None
    later()
    await scheduling.publish_due(action.id)
    assert (await fresh(cast)).state == PUBLIC


@pytest.mark.both
async def test_two_workers_at_the_same_moment_publish_it_once(cast: Cast) -> None:
    await scheduled(cast)
    later()
    done = await asyncio.gather(*(scheduling.publish_due(cast.action.id) for _ in range(8)))
    assert sum(one is not None for one in done) == 1 and await audited("action.published") == 1


@pytest.mark.postgres
async def test_a_worker_that_has_written_and_not_committed_makes_the_other_wait(cast: Cast) -> None:
    await scheduled(cast)
    later()
    both = await beside(
        "action", "UPDATE", scheduling.publish_due(cast.action.id), scheduling.publish_due(cast.action.id)
    )
    assert sum(one is not None for one in both) == 1 and await audited("action.published") == 1


@pytest.mark.postgres
async def test_a_time_changed_while_a_worker_publishes_is_refused(cast: Cast) -> None:
    action = await scheduled(cast)
    later()
    change = scheduling.schedule(action, clock.now() + HOUR, cast.gary)
    done, refused = await beside("action", "UPDATE", scheduling.publish_due(action.id), change)
    assert done and refused == "public"
    assert (await fresh(cast)).publish_at is None


@pytest.mark.both
async def test_the_time_can_be_changed_and_called_off_until_it_is_live(cast: Cast) -> None:
    action = await scheduled(cast)
    assert await scheduling.schedule(action, clock.now() + 2 * HOUR, cast.selina) is None
    later(61)
    assert await scheduling.publish_due(action.id) is None
    assert await scheduling.call_off(action, cast.gary)
    later(120)
    assert await scheduling.due() == [] and (await fresh(cast)).state == DRAFT
    assert not await scheduling.call_off(action, cast.gary)


@pytest.mark.parametrize(
    ("change", "why"),
    [({"state": PUBLIC}, "public"), ({"archived_at": True}, "archived"), ({"ends_on": True}, "ended"), ({}, "past")],
)
async def test_a_time_that_can_not_be_is_refused(cast: Cast, change: dict, why: str) -> None:
    today = {"archived_at": clock.now(), "ends_on": clock.now().date()}
    values = {name: today.get(name, value) for name, value in change.items()}
    await draft(cast)
    if values:
        await transaction(lambda: Action.filter(id=cast.action.id).update(**values))
    at = clock.now() + (timedelta(days=2) if change else timedelta())
    assert await scheduling.schedule(await fresh(cast), at, cast.gary) == why
    assert (await fresh(cast)).publish_at is None


STOPS: dict[str, tuple[Callable[[Cast], Awaitable[Any]], str]] = {
    "no script": (lambda cast: Script.filter(id=cast.hello.id).update(archived_at=clock.now()), "no initial script"),
    "no opt-out wording": (lambda cast: Script.filter(id=cast.hello.id).update(body="Hi"), "opt out"),
    "set-up check": (lambda cast: Campaign.filter(id=cast.meyer.id).update(webhooks_ok=False), "set-up check"),
    "suspended": (
        lambda cast: Membership.filter(id=cast.gary.id).update(suspended_at=clock.now()),
        "Gary Walsh, who chose the time, may not publish any more.",
    ),
    "volunteer": (lambda cast: Membership.filter(id=cast.gary.id).update(role="volunteer"), "may not publish"),
    "end date": (
        lambda cast: Action.filter(id=cast.action.id).update(ends_on=clock.now().date() - timedelta(days=1)),
        "The end date has passed.",
    ),
}


@pytest.mark.both
@pytest.mark.parametrize("name", sorted(STOPS))
async def test_what_stops_publishing_is_asked_again_at_the_time_and_staff_learn_why(cast: Cast, name: str) -> None:
    change, why = STOPS[name]
    await scheduled(cast)
    await transaction(lambda: change(cast))
    later()
    done = await scheduling.publish_due(cast.action.id)
    assert done and any(why in sentence for sentence in done.why_not), done
    action = await fresh(cast)
    assert (action.state, action.publish_at, action.missed_at) == (DRAFT, None, clock.now())
    [told] = await scheduling.missed(cast.meyer.id)
    assert why in told.missed_why and await audited("action.not_published") == 1
    assert await scheduling.publish_due(cast.action.id) is None, "it is tried once"


async def test_an_owner_s_reason_holds_at_the_time_too(cast: Cast) -> None:
    action = await draft(cast)
    await transaction(lambda: Script.filter(id=cast.hello.id).update(body="Hi ##{{first_name}}, Amy with Meyer"))
    assert await scheduling.schedule(action, clock.now() + HOUR, cast.gary, "because") == "checks"
    assert await scheduling.schedule(action, clock.now() + HOUR, cast.selina, "Members asked") is None
    later()
    await scheduling.publish_due(action.id)
    assert (await fresh(cast)).opt_out_overruled == "Members asked"
    assert (await AuditEvent.get(what="action.published")).detail["overruled"] == "Members asked"


@pytest.mark.parametrize("what", ["published", "archived", "scheduled again", "read"])
async def test_a_missed_time_is_told_until_something_was_done_about_it(cast: Cast, what: str) -> None:
    action = await scheduled(cast)
    await transaction(
        lambda: Action.filter(id=action.id).update(missed_at=clock.now(), missed_why="x", publish_at=None)
    )
    action = await fresh(cast)
    if what == "published":
        assert await publishing.publish(action, cast.gary, PUBLIC)
    elif what == "archived":
        await publishing.archive(action, cast.gary)
    elif what == "scheduled again":
        await scheduling.schedule(action, clock.now() + HOUR, cast.gary)
    else:
        await scheduling.call_off(action, cast.gary)
    assert await scheduling.missed(cast.meyer.id) == []


async def test_publishing_now_or_archiving_takes_the_time_off(cast: Cast) -> None:
    action = await scheduled(cast)
    await publishing.publish(action, cast.gary, PRIVATE)
    assert (await fresh(cast)).publish_at, "sent to some first, it still becomes public"
    await publishing.publish(await fresh(cast), cast.gary, PUBLIC)
    assert (await fresh(cast)).publish_at is None
    action = await scheduled(cast)
    await publishing.archive(action, cast.gary)
    later()
    assert await scheduling.due() == []
