"""Kept counts equal a recount, whatever people do in whatever order (SPEC R2)."""

from __future__ import annotations

import random
import uuid
from datetime import timedelta

import pytest

from tests.cast import Cast, opt_out_phone, send_card
from webapp import clock
from webapp.models.conversations import assigning, going_back, inbox
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.models.opt_outs import blocking, possible
from webapp.models.opt_outs.opt_out import FROM_ADMIN
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND, STATUS
from webapp.models.reports import filing
from webapp.models.results import recount
from webapp.models.sending import answers, click, doubt, undo
from webapp.models.sending.claim import Claimed, claim_next


class Crowd:
    """Random steps of volunteers, contacts, workers and carriers, from one seed."""

    def __init__(self, cast: Cast, dice: random.Random) -> None:
        self.cast, self.dice = cast, dice

    async def conversation(self) -> Conversation:
        return self.dice.choice(await Conversation.filter(action=self.cast.action))

    async def start(self) -> None:
        await self.cast.start(self.dice.choice((self.cast.amy, self.cast.dan)))

    async def click(self) -> None:
        await send_card(self.dice.choice((self.cast.amy, self.cast.dan)), await self.conversation())

    async def skip(self) -> None:
        conversation = await self.conversation()
        if conversation.user_id:
            await going_back.skip(conversation)

    async def claim(self) -> None:
        found = await claim_next(self.cast.number.id)
        if isinstance(found, Claimed):
            outcome = self.dice.randrange(5)
            if outcome < 2:
                await answers.taken(found.message_id, f"SM{uuid.uuid4().hex}", found.attempt_id)
            elif outcome == 2:
                await answers.rejected(found.message_id, found.attempt_id, self.dice.choice((21610, 21614, 21612)))
            elif outcome == 3:
                await answers.later(found.message_id, found.attempt_id, 0)
            else:
                await answers.unknown(found.message_id, found.attempt_id)

    async def look_up(self) -> None:
        for message in await Message.filter(status="unknown"):
            clock.freeze(max(clock.now(), message.next_look_at or clock.now()))
            await doubt.looked_up(message.id, [])

    async def undo(self) -> None:
        for message in await Message.filter(status="queued").limit(1):
            member = self.cast.amy if message.user_id == self.cast.amy.user_id else self.cast.dan
            await undo.take_back(member, message.id)

    async def receive(self) -> None:
        conversation = await self.conversation()
        await conversation.fetch_related("contact")
        words = self.dice.choice(("Yes", "No", "STOP", "HELP", "take me off your list"))
        payload = {
            "MessageSid": f"SM{uuid.uuid4().hex}",
            "From": conversation.contact.phone,
            "To": self.cast.number.e164,
            "Body": words,
        }
        event = await applying.keep(INBOUND, payload)
        assert event
        await applying.apply(event)

    async def deliver(self) -> None:
        for message in await Message.filter(status="taken", delivery="").limit(2):
            status = self.dice.choice(("delivered", "undelivered"))
            payload = {
                "MessageSid": message.sid,
                "MessageStatus": status,
                "ErrorCode": "30003" if status == "undelivered" else "",
            }
            if event := await applying.keep(STATUS, payload):
                await applying.apply(event)

    async def reply(self) -> None:
        conversation = await self.conversation()
        member = self.cast.amy if conversation.user_id == self.cast.amy.user_id else self.cast.dan
        await click.send_reply(member, conversation.id, uuid.uuid4(), None, f"words {self.dice.random()}")

    async def report(self) -> None:
        conversation = await self.conversation()
        await conversation.fetch_related("action")
        await filing.file(
            conversation, self.cast.amy.user, await filing.questions(conversation.action), {"will_vote"}, {}
        )

    async def read(self) -> None:
        await inbox.read(await self.conversation(), self.dice.choice((self.cast.amy, self.cast.dan)))

    async def hand(self) -> None:
        await assigning.hand_to_staff((await self.conversation()).id, self.cast.amy.user)

    async def block(self) -> None:
        conversation = await self.conversation()
        gary = self.cast.gary.user
        block = self.dice.random() < 0.5
        await (blocking.block(conversation, gary) if block else blocking.unblock(conversation.contact_id, gary))

    async def decide(self) -> None:
        await possible.decide(await self.conversation(), self.cast.amy.user, self.dice.random() < 0.5)

    async def opt_out(self) -> None:
        conversation = await self.conversation()
        await conversation.fetch_related("contact")
        await opt_out_phone(self.cast.meyer, conversation.contact.phone, FROM_ADMIN)

    async def wait(self) -> None:
        clock.freeze(clock.now() + timedelta(minutes=self.dice.choice((1, 10, 65))))
        await going_back.return_unsent(self.cast.meyer)


LIKELY = [
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
RARE = ["skip", "undo", "look_up", "read", "hand", "block", "decide", "opt_out", "wait"]


@pytest.mark.both
@pytest.mark.parametrize("seed", range(6))
async def test_after_a_hundred_random_steps_every_kept_count_is_right(cast: Cast, seed: int) -> None:
    for n in range(12):
        await cast.add_contact(f"+1412555{5000 + n}", first_name=f"C{n}", zip="15213")
    await cast.make()
    crowd, done = Crowd(cast, random.Random(seed)), []
    for _ in range(100):
        step = crowd.dice.choice(LIKELY * 2 + RARE)
        done.append(step)
        await getattr(crowd, step)()
        if len(done) % 10 == 0:
            assert await recount.differences() == [], f"seed {seed}: {' '.join(done)}"
    assert await Message.exists(direction="in") and await Message.exists(direction="out"), "the crowd did nothing"
