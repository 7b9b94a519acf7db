"""Kept counts equal a recount, whatever people do in whatever order (SPEC R2)."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from tests.cast import Cast, opt_out_phone, send_card, suspend
from webapp import clock, database
from webapp.database import transaction
from webapp.models import kept_counts
from webapp.models.accounts.users import Membership
from webapp.models.actions import audience
from webapp.models.actions.script import INITIAL, Script
from webapp.models.contacts import search
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.lists import ListMembership
from webapp.models.conversations import assigning, going_back, inbox
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.models.opt_outs import blocking, possible
from webapp.models.opt_outs.opt_out import FROM_ADMIN
from webapp.models.outcomes import answers, doubt
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND, STATUS
from webapp.models.reports import filing
from webapp.models.results import recount, results
from webapp.models.scripts import editing
from webapp.models.sending import click, undo
from webapp.models.sending.claim import claim_next
from webapp.models.sending.leaving import Claimed
from webapp.rules.contacts import contact_filter
from webapp.rules.contacts.contact_filter import Filter


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
                code = self.dice.choice((21610, 21614, 21635, 21612, 30007))
                await answers.rejected(found.message_id, found.attempt_id, code)
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
        late = Message.filter(status="taken", delivery__in=("", "undelivered"), sid__isnull=False)
        for message in (await late.order_by("id"))[-3:]:
            status = self.dice.choice(("delivered", "undelivered"))
            code = self.dice.choice(("30003", "30006", "30007", "21610", "")) if status == "undelivered" else ""
            payload = {"MessageSid": message.sid, "MessageStatus": status, "ErrorCode": code}
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

    async def edit(self) -> None:
        """Gary changes a script, or adds one; some need what nobody has."""
        scripts = await Script.filter(action=self.cast.action, kind=INITIAL, archived_at=None)
        script = self.dice.choice([*scripts, None])
        needs = " ##{{email}}" if self.dice.random() < 0.3 else ""
        draft = editing.Draft(INITIAL, "", f"Hi {self.dice.random()}{needs}, reply STOP to opt out.", None, [], [])
        await editing.save(self.cast.action, script, draft, self.cast.gary)

    async def archive(self) -> None:
        scripts = await Script.filter(action=self.cast.action, kind=INITIAL, archived_at=None)
        if len(scripts) > 1:
            await editing.archive(self.cast.action, self.dice.choice(scripts), self.cast.gary)

    async def leave_or_come(self) -> None:
        """A contact leaves the action's list, or is put on it again."""
        contact_id = (await self.conversation()).contact_id

        async def change() -> None:
            if not await ListMembership.filter(contact_list=self.cast.voters, contact_id=contact_id).delete():
                await ListMembership.create(contact_list=self.cast.voters, contact_id=contact_id)
            await audience.sync_conversations([contact_id])

        await transaction(change)

    async def reassign(self) -> None:
        to, by = self.dice.choice((self.cast.amy, self.cast.dan)).user_id, self.cast.gary.user
        contact_id = (await self.conversation()).contact_id

        async def give() -> None:
            await Contact.locked(contact_id)
            await assigning.give({contact_id: to}, [self.cast.action.id], assigning.ALL, by, clock.now())

        await transaction(give)

    async def suspend(self) -> None:
        await suspend(self.cast.dan)
        await transaction(lambda: Membership.filter(id=self.cast.dan.id).update(suspended_at=None))

    async def night(self) -> None:
        """What was clicked is refused by the worker, as people are asleep."""
        day = clock.now()
        clock.freeze(day.replace(hour=8))
        await claim_next(self.cast.number.id)
        clock.freeze(day)

    async def settle(self) -> None:
        for message in await Message.filter(status="unknown", next_look_at=None).limit(1):
            await doubt.decide(message.id, self.dice.choice(doubt.DECISIONS))

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
RARE = ["skip", "undo", "look_up", "read", "hand", "block", "decide", "opt_out", "wait", "edit", "archive"]
RARE += ["leave_or_come", "reassign", "suspend", "night", "settle"]


@pytest.mark.both
@pytest.mark.parametrize("seed", range(6))
async def test_after_a_hundred_random_steps_every_kept_count_is_right(cast: Cast, seed: int) -> None:
    for n in range(12):
        await cast.add_contact(f"+1412555{5000 + n}", first_name=f"C{n}", zip="15213")
    await cast.make()
    crowd, done = Crowd(cast, random.Random(seed)), []
    for step in ["start", "click", "claim", *(crowd.dice.choice(LIKELY * 2 + RARE) for _ in range(100))]:
        done.append(step)
        await getattr(crowd, step)()
        if len(done) % 10 == 0:
            assert await recount.differences() == [], f"seed {seed}: {' '.join(done)}"
    assert await Message.exists(direction="in") and await Message.exists(direction="out"), "the crowd did nothing"
    await each_text_is_in_one_box(cast)


async def each_text_is_in_one_box(cast: Cast) -> None:
    """Initial Messages and Follow-Ups are what Twilio took; Twilio Errors, Carrier Filtering and Safeguards what it or a
    carrier refused, each once; and the table of codes adds up to the boxes above it."""
    totals, codes = await kept_counts.totals(cast.action.id), await results.by_code(cast.action)
    for box, kind in (("twilio_errors", "twilio"), ("carrier_filtering", "carrier"), ("safeguards", "safeguard")):
        assert sum(number for told, number in codes if told.kind == kind) == totals[box]
    ours = await Message.filter(action_id=cast.action.id, direction="out")
    assert totals["initials"] + totals["follow_ups"] == sum(m.status == "taken" for m in ours)
    turned_down = [m for m in ours if m.status == "rejected" or (m.delivery == "undelivered" and m.status == "taken")]
    shown = {told.code: number for told, number in codes}
    for code in {m.error_code for m in turned_down}:
        of_it = [m.conversation_id for m in turned_down if m.error_code == code]
        by_contact = code in (21610, 21614, 21635)  # a safeguard counts a contact once, and keeps it
        assert code and (len(set(of_it)) <= shown[code] if by_contact else len(of_it) == shown[code])
    await each_number_leads_to_its_people(cast, totals)
    rows = await results.side_by_side(cast.action)
    assert sum(row.sent for row in rows) == totals["initials"]
    sent = {m.body for m in ours if m.kind == "initial" and m.status == "taken" and "##" not in m.body}
    assert {body for body in sent if body.startswith("Hi 0")} <= {row.words for row in rows}


async def each_number_leads_to_its_people(cast: Cast, totals: Counter[str]) -> None:
    """The link under a number finds the people it counts: a number of people as many, a number of texts whoever got them."""
    found = {}
    for box in contact_filter.BOXES:
        found[box] = await search.count(cast.meyer, Filter(action=cast.action.id, box=box))
        page = await search.page(cast.meyer, Filter(action=cast.action.id, box=box))
        assert len(page.contacts) == found[box] and (found[box] > 0) == (totals[box] > 0), box
    one_each = ("initials", "remaining", "reported", "opt_outs")
    assert {box: found[box] for box in one_each} == {box: totals[box] for box in one_each}
    for told, number in await results.by_code(cast.action):
        people = await search.count(cast.meyer, Filter(action=cast.action.id, code=told.code))
        assert 0 < people <= number and (people == number or told.kind != "safeguard")
    texted = await Message.filter(action_id=cast.action.id, direction="out", status="taken")
    assert found["follow_ups"] == len({m.contact_id for m in texted if m.kind != "initial"})


@pytest.mark.both
async def test_a_tap_moves_one_row_of_counts(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a script sent is counted when Twilio took the text, in the worker: no volunteer waits for it."""
    asked, rows = list[str](), database.rows

    async def noted(sqlite: str, postgres: str | None = None, values: list[Any] | None = None) -> list[dict[str, Any]]:
        asked.append(sqlite)
        return await rows(sqlite, postgres, values)

    await cast.start(cast.amy)
    monkeypatch.setattr(database, "rows", noted)
    assert isinstance(await cast.click(cast.amy), click.Queued)
    moves = [text for text in asked if "tally" in text]
    assert len(moves) == 1 and moves[0].count("INSERT INTO tally") == 1 and "_tally" not in moves[0]
