"""Scripts of an action that is running, and each way to change one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from tests.cast import Cast
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.actions.script import INITIAL, Script
from webapp.models.scripts import editing
from webapp.models.scripts.editing import Draft

NO_WAY_OUT = "Hi ##{{first_name}}, it's ##{{user.first_name}} with Meyer for Senate."


async def of(cast: Cast, **changes: object) -> Action:
    if changes:
        await transaction(lambda: Action.filter(id=cast.action.id).update(**changes))
    return await Action.get(id=cast.action.id).select_related("campaign")


async def stored(cast: Cast, body: str, **values: Any) -> Script:
    """A script as an older version of the product left it."""
    kind: dict[str, Any] = {"kind": INITIAL, "position": 5, **values}
    return await transaction(lambda: Script.create(action=cast.action, body=body, **kind))


async def add(cast: Cast, action: Action, body: str, by: Membership, why: str) -> object:
    return await editing.save(action, None, Draft(INITIAL, "", body, None, [], []), by, why)


async def save(cast: Cast, action: Action, body: str, by: Membership, why: str) -> object:
    return await editing.save(action, cast.hello, Draft(INITIAL, "", body, None, [], []), by, why)


async def copy(cast: Cast, action: Action, body: str, by: Membership, why: str) -> object:
    return await editing.copy(action, await stored(cast, body), by, why)


async def use_again(cast: Cast, action: Action, body: str, by: Membership, why: str) -> object:
    return await editing.restore(action, await stored(cast, body, archived_at=clock.now()), by, why)


async def move(cast: Cast, action: Action, body: str, by: Membership, why: str) -> object:
    return await editing.move(action, await stored(cast, body), -1, by, why)


Deed = Callable[[Cast, Action, str, Membership, str], Awaitable[object]]
