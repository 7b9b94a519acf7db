"""An answer that is nothing special takes two round trips and leaves what the long way leaves; all else takes the long way."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.cast import Cast, opt_out_phone
from tests.cast.database.plans import statements
from tests.cast.texting import claimed, new_sid, says, texted
from webapp import clock, database
from webapp.models import kept_counts
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.models.opt_ins.answering import TALK_OVER
from webapp.models.opt_outs.opt_out import FROM_KEYWORD, OptOut
from webapp.models.receiving import applying, inbound
from webapp.models.receiving.event import INBOUND, News, TwilioEvent
from webapp.models.results import recount

pytestmark = pytest.mark.postgres  # on SQLite every text takes the long way

THEIR_OWN = {"id", "public_id", "sid", "payload", "created_at", "received_at", "applied_at"}
TIMES = {"last_message_at", "replied_at", "answered_at"}


def answer(cast: Cast, words: str = "Where do I vote?", **more: str) -> dict[str, Any]:
    return {"MessageSid": new_sid(), "From": cast.lisa.phone, "To": cast.number.e164, "Body": words, **more}


async def kept_and_applied(payload: dict[str, Any]) -> News:
    event = await applying.keep(INBOUND, payload)
    assert event
    return await applying.apply(event)


async def test_a_plain_answer_is_read_once_and_written_once(cast: Cast) -> None:
    await texted(cast)
    with statements() as asked:
        assert await applying.at_once(answer(cast))
    assert len(asked) == 2 and asked[1][0].startswith("WITH s0 AS (INSERT INTO message"), asked


async def test_it_leaves_what_the_long_way_leaves(cast: Cast) -> None:
    await texted(cast)
    await forget()
    await answered_by(applying.at_once, cast)
    quick = await left(cast)
    await forget()
    await answered_by(kept_and_applied, cast)
    assert quick == await left(cast) and quick["counts"]["responses"] == 2


async def answered_by(way: Callable[[dict[str, Any]], Awaitable[Any]], cast: Cast) -> None:
    for words in ("Where do I vote?", "And when?"):
        assert await way(answer(cast, words, NumMedia="0"))


async def left(cast: Cast) -> dict[str, Any]:
    """Each row it concerns, without what is new each time; of a time only whether there is one."""
    rows = {
        "texts": await Message.filter(direction="in").order_by("id").values(),
        "events": await TwilioEvent.all().order_by("id").values(),
        "talks": await Conversation.all().order_by("id").values(),
        "people": await Contact.all().order_by("id").values(),
    }
    plain = {name: [_plain(row) for row in found] for name, found in rows.items()}
    return {**plain, "counts": await kept_counts.totals(cast.action.id)}


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value is not None if name in TIMES else value for name, value in row.items() if name not in THEIR_OWN}


async def forget() -> None:
    """As before the answers, with nothing counted yet."""

    async def body() -> None:
        await Message.filter(direction="in").delete()
        await TwilioEvent.all().delete()
        blank = {"replied_at": None, "answered_at": None, "unread": False, "needs_attention": False}
        await Conversation.all().update(**blank)
        await Contact.all().update(last_inbound_conversation_id=None)
        for table in ("tally", "script_tally", "hour_tally"):
            await database.query(f"DELETE FROM {table}")

    await database.transaction(body)


SPECIAL: dict[str, dict[str, str]] = {
    "a keyword": {"words": "STOP"},
    "words that may mean one": {"words": "please leave me alone"},
    "Twilio's own word for it": {"words": "Yes", "OptOutType": "STOP"},
    "a question for help": {"words": "HELP"},
    "a picture": {"words": "Look", "NumMedia": "1"},
    "a strange number of files": {"words": "Look", "NumMedia": "many"},
    "a phone nobody knows": {"words": "Yes", "From": "+14125550177"},
    "a number nobody has": {"words": "Yes", "To": "+14125550178"},
}


@pytest.mark.parametrize("what", SPECIAL)
async def test_what_is_special_is_left_to_the_long_way(cast: Cast, what: str) -> None:
    await texted(cast)
    before = await Message.all().count()
    assert await applying.at_once(answer(cast, **SPECIAL[what])) is None
    assert await Message.all().count() == before and await TwilioEvent.all().count() == 0


async def test_so_is_an_answer_to_a_text_that_has_not_left(cast: Cast) -> None:
    assert await applying.at_once(answer(cast)) is None, "nobody texted them"
    claim = await claimed(cast)
    await database.transaction(lambda: Message.filter(id=claim.message_id).update(status="unknown"))
    assert await applying.at_once(answer(cast)) is None, "their answer shows that it arrived"
    await says(cast, "Yes")
    assert (await Message.get(id=claim.message_id)).status == "taken"


async def test_so_are_the_answer_to_a_test_and_texts_after_a_stop(cast: Cast) -> None:
    await texted(cast)
    await opt_out_phone(cast.meyer, cast.lisa.phone, FROM_KEYWORD)
    assert await applying.at_once(answer(cast)) is None
    await database.transaction(lambda: Campaign.all().update(round_trip_phone=cast.lisa.phone))
    assert await applying.at_once(answer(cast)) is None


async def test_so_is_an_answer_to_an_old_text_since_a_form_s_keyword_counts_again_then(cast: Cast) -> None:
    await texted(cast)
    clock.freeze(clock.now() + TALK_OVER + timedelta(hours=1))
    assert await applying.at_once(answer(cast, "join")) is None


async def test_the_same_text_twice_is_stored_once_whichever_way_came_first(cast: Cast) -> None:
    await texted(cast)
    first, second = answer(cast), answer(cast)
    assert await applying.at_once(first) and await applying.keep(INBOUND, first) is None
    assert await applying.at_once(first) is None
    await kept_and_applied(second)
    assert await applying.at_once(second) is None
    assert await Message.filter(direction="in").count() == 2
    assert await recount.differences() == []


async def a_stop(cast: Cast) -> None:
    await opt_out_phone(cast.meyer, cast.lisa.phone, FROM_KEYWORD)


async def a_hand_over(cast: Cast) -> None:
    await database.transaction(lambda: Conversation.all().update(user_id=cast.dan.user_id))


async def a_claim(cast: Cast) -> None:
    await database.transaction(lambda: Contact.all().update(last_claimed_at=clock.now()))


@pytest.mark.parametrize("change", [a_stop, a_hand_over, a_claim])
async def test_what_changed_while_it_was_judged_sends_it_the_long_way(
    cast: Cast, change: Callable[[Cast], Awaitable[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    await texted(cast)
    store = inbound.replied

    async def changed_meanwhile(*given: Any, **more: Any) -> Any:
        monkeypatch.undo()
        await _apart(change(cast))
        return await store(*given, **more)

    monkeypatch.setattr(inbound, "replied", changed_meanwhile)
    payload = answer(cast)
    assert await applying.at_once(payload) is None
    assert await Message.filter(direction="in").count() == 0 and await TwilioEvent.all().count() == 0
    await kept_and_applied(payload)
    talk = await cast.conversation()
    assert talk.needs_attention == (await OptOut.all().count() == 0)
    assert await recount.differences() == []


async def _apart(work: Awaitable[None]) -> None:
    """As another process does it: not inside the statement's own work."""
    await asyncio.get_running_loop().create_task(_awaited(work), context=contextvars.Context())


async def _awaited(work: Awaitable[None]) -> None:
    await work
