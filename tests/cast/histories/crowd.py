"""A crowd of volunteers, contacts, carriers and admins, who do what somebody else's dice say: for random histories."""

from __future__ import annotations

import random
import uuid
from collections import defaultdict
from datetime import timedelta

from tests.cast import Cast, opt_out_phone, send_card, starts_again, suspend
from tests.cast.histories import carrier, steps
from tests.cast.texting import new_sid, second_action, shows
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.actions import audience
from webapp.models.actions.action import Action
from webapp.models.actions.script import INITIAL, RESPONSE, Script
from webapp.models.assignments import assigning, going_back, start
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.lists import ListMembership
from webapp.models.conversations import inbox
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.models.opt_outs import blocking, possible
from webapp.models.opt_outs.opt_out import FROM_ADMIN
from webapp.models.outcomes import answers, doubt, undecided
from webapp.models.reports import filing
from webapp.models.scripts import editing
from webapp.models.sending import click, undo
from webapp.models.sending.claim import claim_next
from webapp.models.sending.leaving import Claimed


class Crowd(steps.Steps):
    """``turned_away``: action -> (conversation, code) of each refusal that a click was answered with. ``ever_blocked``:
    contacts. ``pressed_start``: action -> users."""

    def __init__(self, cast: Cast, dice: random.Random, second: Action) -> None:
        self.cast, self.dice, self.actions = cast, dice, (cast.action, second)
        self.turned_away: dict[int, set[tuple[int, int]]] = defaultdict(set)
        self.ever_blocked: set[int] = set()
        self.pressed_start: dict[int, set[int]] = defaultdict(set)

    @classmethod
    async def gather(cls, cast: Cast, dice: random.Random, contacts: int = 10) -> Crowd:
        """Two actions over one list, with buckets so small that they are finished."""
        await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(bucket_size=2))
        for n in range(contacts):
            await cast.add_contact(f"+1412555{5000 + n}", first_name=f"C{n}", zip="15213")
        await cast.make()
        crowd = cls(cast, dice, await transaction(lambda: second_action(cast)))
        await steps.add_script_that_opts_out(cast)
        await steps.add_link(cast, crowd.actions)
        return crowd

    async def does(self, step: str) -> None:
        """A second later: no two things happen at the same instant."""
        clock.freeze(clock.now() + timedelta(seconds=1))
        await getattr(self, step)()

    async def conversation(self) -> Conversation:
        return self.dice.choice(await Conversation.all().order_by("id"))

    def volunteer(self) -> Membership:
        return self.dice.choice((self.cast.amy, self.cast.dan))

    async def start(self) -> None:
        action = await Action.get(id=self.dice.choice(self.actions).id).select_related("campaign")
        user = self.volunteer().user
        await start.assign_bucket(action, user)
        self.pressed_start[action.id].add(user.id)

    async def click(self) -> None:
        """Of any contact, mostly of one whom somebody has in their bucket."""
        held = await Conversation.exclude(user_id=None).filter(texted_at=None, closed_code=None).order_by("id")
        conversation = self.dice.choice(held) if held and self.dice.randrange(3) else await self.conversation()
        holder = self.cast.dan if conversation.user_id == self.cast.dan.user_id else self.cast.amy
        outcome = await send_card(holder, conversation)
        if isinstance(outcome, click.Declined):
            self.turned_away[conversation.action_id].add((conversation.id, outcome.code))

    async def skip(self) -> None:
        conversation = await self.conversation()
        if conversation.user_id:
            await going_back.skip(conversation)

    async def claim(self) -> None:
        found = await claim_next(self.cast.number.id)
        if not isinstance(found, Claimed):
            return
        sid, outcome = new_sid(), self.dice.randrange(8)
        if outcome < 4:
            if self.dice.randrange(4) == 0:  # the callback comes before the call's own answer
                await carrier.tells_something(self.dice, sid, (await Message.get(id=found.message_id)).public_id)
            await answers.taken(found.message_id, sid, found.attempt_id)
        elif outcome < 6:
            await answers.rejected(found.message_id, found.attempt_id, self.dice.choice(carrier.CODES))
        elif outcome == 6:
            await answers.later(found.message_id, found.attempt_id, 0)
        else:
            await answers.unknown(found.message_id, found.attempt_id)

    async def refused(self, code: int, late: bool) -> None:
        """The newest contact is texted; the call is refused with this code, or the text is reported lost by it ``late``. Where that stops
        everything, Selina goes on and nothing of it is left in the queue."""
        await self.cast.make()
        contact = await Contact.filter(campaign=self.cast.meyer).order_by("-id").first()
        conversation = await self.cast.conversation(contact)
        await self._give(conversation, self.cast.amy, assigning.ALL)
        await self.cast.click(self.cast.amy, contact)
        found = await claim_next(self.cast.number.id)
        assert isinstance(found, Claimed)
        if late:
            sid = new_sid()
            await answers.taken(found.message_id, sid, found.attempt_id)
            assert await carrier.tells(sid, "undelivered", str(code))
        else:
            await answers.rejected(found.message_id, found.attempt_id, code)
        await self.go_on()
        await self.undo()

    async def go_on(self) -> None:
        """An error of the account had stopped everything; Selina, the owner, goes on."""
        await starts_again(self.cast.selina)

    async def look_up(self) -> None:
        for message in await Message.filter(status="unknown").order_by("id"):
            clock.freeze(max(clock.now(), message.next_look_at or clock.now()))
            await doubt.looked_up(message.id, [])

    async def undo(self) -> None:
        for message in await Message.filter(status="queued").order_by("id").limit(1):
            member = self.cast.amy if message.user_id == self.cast.amy.user_id else self.cast.dan
            await undo.take_back(member, message.id)

    async def receive(self) -> None:
        contact = await Contact.get(id=(await self.conversation()).contact_id)
        await carrier.brings(contact.phone, self.cast.number.e164, self.dice.choice(carrier.SAID))

    async def deliver(self) -> None:
        """Of any text, also long after others; a late one may contradict what was told before."""
        taken = await Message.filter(status="taken", sid__isnull=False).order_by("-id").limit(8)
        if taken:
            message = self.dice.choice(taken)
            await carrier.tells_something(self.dice, message.sid or "", message.public_id)

    async def reply(self) -> None:
        conversation = await self.conversation()
        member = self.cast.dan if conversation.user_id == self.cast.dan.user_id else self.cast.amy
        scripts = await Script.filter(action_id=conversation.action_id, kind=RESPONSE, archived_at=None).order_by("id")
        script = self.dice.choice([None, None, *scripts])
        typed = "" if script else f"words {self.dice.randrange(10_000)}"
        outcome = await click.send_reply(
            member, conversation.id, uuid.uuid4(), click.Chosen(script) if script else None, typed
        )
        if isinstance(outcome, click.Declined):
            self.turned_away[conversation.action_id].add((conversation.id, outcome.code))

    async def report(self) -> None:
        """Filed, or corrected by the other volunteer."""
        conversation = await self.conversation()
        await conversation.fetch_related("action")
        ticked = {slug for slug in ("will_vote", "wrong_number") if self.dice.randrange(2)}
        rating = self.dice.choice(({}, {"support_rating": "Supporter"}, {"support_rating": "Against", "notes": "Hm"}))
        await filing.file(
            conversation, self.volunteer().user, await filing.questions(conversation.action), ticked, rating
        )

    async def read(self) -> None:
        await inbox.read(await self.conversation(), self.volunteer())

    async def hand(self) -> None:
        await assigning.hand_to_staff((await self.conversation()).id, self.cast.amy.user)

    async def block(self) -> None:
        conversation = await self.conversation()
        self.ever_blocked.add(conversation.contact_id)
        await blocking.block(conversation, self.cast.gary.user)

    async def unblock(self) -> None:
        await blocking.unblock((await self.conversation()).contact_id, self.cast.gary.user)

    async def decide(self) -> None:
        conversation = await self.conversation()
        shown = await shows(conversation.contact_id)
        await possible.decide(conversation, self.cast.gary.user, self.dice.randrange(2) == 0, shown)

    async def opt_out(self) -> None:
        contact = await Contact.get(id=(await self.conversation()).contact_id)
        await opt_out_phone(self.cast.meyer, contact.phone, FROM_ADMIN)

    async def archive(self) -> None:
        action = self.dice.choice(self.actions)
        scripts = await Script.filter(action=action, kind=INITIAL, archived_at=None).order_by("id")
        if len(scripts) > 1:
            await editing.archive(action, self.dice.choice(scripts), self.cast.gary)

    async def restore(self) -> None:
        for script in await Script.filter(kind=INITIAL).exclude(archived_at=None).order_by("-id").limit(1):
            action = next(one for one in self.actions if one.id == script.action_id)
            await editing.restore(action, script, self.cast.gary)

    async def leave_or_come(self) -> None:
        """A contact leaves the actions' list, or is put on it again."""
        contact_id = (await self.conversation()).contact_id

        async def change() -> None:
            if not await ListMembership.filter(contact_list=self.cast.voters, contact_id=contact_id).delete():
                await ListMembership.create(contact_list=self.cast.voters, contact_id=contact_id)
            await audience.sync_conversations([contact_id])

        await transaction(change)

    async def reassign(self) -> None:
        await self._give(await self.conversation(), self.volunteer(), self.dice.choice(assigning.MODES))

    async def _give(self, conversation: Conversation, to: Membership, mode: str) -> None:
        async def give() -> None:
            await Contact.locked(conversation.contact_id)
            given = {conversation.contact_id: to.user_id}
            await assigning.give(given, [conversation.action_id], mode, self.cast.gary.user, clock.now())

        await transaction(give)

    async def suspend(self) -> None:
        await suspend(self.cast.dan)
        await transaction(lambda: Membership.filter(id=self.cast.dan.id).update(suspended_at=None))

    async def night(self) -> None:
        """The worker refuses texts clicked before, as people are asleep."""
        day = clock.now()
        clock.freeze(day.replace(hour=8))
        await claim_next(self.cast.number.id)
        clock.freeze(day)

    async def sweep(self) -> None:
        """The jobs that look at conversations again after a script or the list changed."""
        for action_id in await audience.unfinished():
            await audience.sync_slice(action_id)

    async def settle(self) -> None:
        for message in await Message.filter(status="unknown", next_look_at=None).order_by("id").limit(1):
            await undecided.decide(message.id, self.dice.choice(undecided.DECISIONS))

    async def wait(self) -> None:
        clock.freeze(clock.now() + timedelta(minutes=self.dice.choice((1, 10, 65))))
        await going_back.return_unsent(self.cast.meyer)
