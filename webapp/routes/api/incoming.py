"""Data that a program brings: contacts, lists and opt-outs, each batch whole or not at all (SPEC B6)."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated, Any

import msgspec
from litestar import Request, post
from litestar.params import Parameter

from webapp import queue
from webapp.access import api as asking
from webapp.models.api import answer, taking_in
from webapp.models.conversations import making
from webapp.routes.api import shapes
from webapp.routes.problems import Problem
from webapp.rules.api import scopes

Key = Annotated[
    str,
    Parameter(
        header="Idempotency-Key",
        max_length=answer.LONGEST_KEY,
        description="The same request with the same key is answered the same for a week, and done once.",
    ),
]


@post("/contacts", opt={"scope": scopes.CONTACTS_IN}, status_code=200)
async def add_contacts(request: Request, data: shapes.ContactsIn, key: Key = "") -> shapes.ContactsTaken:
    """At most 500 people, onto a list. A phone that is there is updated: values that are not blank replace, blank ones never do.
    The rules are those of an uploaded list; who is refused is named with the reason."""
    token = asking.token_of(request)
    people = [{_plain(name): _text(value) for name, value in one.items()} for one in data.contacts]
    asked = b"contacts " + await request.body()
    told = await _done(taking_in.contacts(token, _plain(data.list_name).strip(), people, key, asked))
    for action_id in await making.actions_of_list(told["list_id"]):
        await queue.make_conversations(action_id)
    return msgspec.convert(told, shapes.ContactsTaken)


def _text(value: shapes.Value) -> str:
    """As a cell of an uploaded list."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        value = "; ".join(value)
    return "" if value is None else _plain(str(value))


def _plain(text: str) -> str:
    """No database stores a NUL; a file's are left out too (reader/text.py)."""
    return text.replace("\x00", "")


@post("/lists", opt={"scope": scopes.CONTACTS_IN})
async def new_list(request: Request, data: shapes.ListIn, key: Key = "") -> shapes.ListOut:
    """A contact list that nobody is on yet. 409 where there is one of this name, with its `list_id`."""
    token = asking.token_of(request)
    told = await _done(taking_in.new_list(token, _plain(data.name).strip(), key, b"lists " + await request.body()))
    return msgspec.convert(told, shapes.ListOut)


@post("/opt-outs", opt={"scope": scopes.OPT_OUTS_IN}, status_code=200)
async def add_opt_outs(request: Request, data: shapes.OptOutsIn, key: Key = "") -> shapes.OptOutsTaken:
    """At most 500 phones, contacts or not, opted out for good: queued texts to them are cancelled at once."""
    token = asking.token_of(request)
    told = await _done(taking_in.opt_outs(token, data.phones, key, b"opt-outs " + await request.body()))
    return msgspec.convert(told, shapes.OptOutsTaken)


async def _done(asked: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    try:
        return await asked
    except answer.OtherRequest:
        raise Problem(422, "This Idempotency-Key came with another request before. Nothing was changed.") from None
    except taking_in.NameTaken as error:
        raise Problem(409, "There is a list of this name. Nothing was changed.", list_id=error.list_id) from None
    except taking_in.Unclear as error:
        raise Problem(422, f"{error} Nothing was stored.") from None


HANDLERS = [add_contacts, new_list, add_opt_outs]
