"""Steps of a crowd, by their names in `Crowd`, and a script that they may send."""

from __future__ import annotations

from tests.cast import Cast
from webapp.database import transaction
from webapp.models.actions.script import RESPONSE, Script
from webapp.models.contacts.labels import Tag

OFTEN = [
    "start",
    "click",
    "click",
    "click",
    "claim",
    "claim",
    "claim",
    "receive",
    "receive",
    "deliver",
    "reply",
    "report",
]
RARELY = ["skip", "undo", "look_up", "read", "hand", "block", "unblock", "decide", "opt_out", "wait", "edit", "archive"]
RARELY += ["restore", "leave_or_come", "reassign", "suspend", "night", "settle", "go_on", "sweep"]


async def add_script_that_opts_out(cast: Cast) -> None:
    async def add() -> None:
        sorry = await Script.create(action=cast.action, kind=RESPONSE, name="Sorry", body="You are off our list.")
        await sorry.apply_on_send([await Tag.get(campaign=cast.meyer, slug="opt_out")], [])

    await transaction(add)
