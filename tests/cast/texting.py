"""Texts on their way: what the cast sends, what Lisa answers, and Twilio as a test wants it."""

from __future__ import annotations

from tests.cast import Cast, send_card
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.users import Membership, User
from webapp.models.actions.action import PUBLIC, Action
from webapp.models.actions.script import INITIAL, Script
from webapp.models.assignments import start
from webapp.models.contacts.contact import Contact
from webapp.models.conversations import making
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import IN, Message
from webapp.models.opt_outs import possible
from webapp.models.opt_outs.possible import Shown
from webapp.models.outcomes import answers
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND, News
from webapp.models.sending.claim import claim_next
from webapp.models.sending.click import Queued
from webapp.models.sending.leaving import Claimed

SID = "SM" + "1" * 32
WORDS = "Hi Lisa, it's Amy with Meyer for Senate. Will you vote? Reply STOP to opt out."  # of her card
SECOND = "+14125550199"  # another number, to be added

_numbers = iter(range(10_000))


def new_sid() -> str:
    return f"SM{next(_numbers):032x}"


async def next_in_queue(action: Action, user: User) -> Conversation | None:
    """The next contact this volunteer may text now: the conversation with contact and script."""
    found = await start.next_id(action, user, await start.still_held(action, user))
    return await Conversation.get(id=found).select_related("contact", "script") if found else None


async def clicked(cast: Cast) -> None:
    """Amy has pressed Start and sent Lisa's card; the text waits to leave."""
    await cast.start(cast.amy)
    await cast.click(cast.amy)


async def claimed(cast: Cast) -> Claimed:
    """Amy has texted Lisa, and a worker has the text in its hand."""
    await clicked(cast)
    found = await claim_next(cast.number.id)
    assert isinstance(found, Claimed)
    return found


async def texted(cast: Cast) -> None:
    """Amy has texted Lisa, and Twilio has it."""
    claim = await claimed(cast)
    await answers.taken(claim.message_id, new_sid(), claim.attempt_id)


async def says(cast: Cast, words: str, sid: str = "", **more: str) -> News:
    """Lisa writes; ``more`` are parts of Twilio's webhook."""
    payload = {"MessageSid": sid or new_sid(), "From": cast.lisa.phone, "To": cast.number.e164, "Body": words, **more}
    if news := await applying.at_once(payload):
        return news
    event = await applying.keep(INBOUND, payload)
    return await applying.apply(event) if event else News()


async def decides(cast: Cast, by: Membership, opts_out: bool, shown: Shown | None = None) -> str:
    """The member decides what Lisa's words meant, on a page that shows all of them, or on an older one that has ``shown``."""
    return await possible.decide(await cast.conversation(), by.user, opts_out, shown or await shows(cast.lisa.id))


async def shows(contact_id: int) -> Shown:
    """The state of the contact's thread that a page shows now."""
    theirs = await Message.filter(contact_id=contact_id, direction=IN).order_by("-id").first()
    return Shown((await Contact.get(id=contact_id)).flag_mark, theirs.id if theirs else 0)


async def second_action(cast: Cast) -> Action:
    """Another running action over the same list. Inside a transaction."""
    made = await Action.create(
        campaign=cast.meyer, title="Second", state=PUBLIC, published_at=clock.now(), created_at=clock.now()
    )
    await made.use_lists([cast.voters])
    await Script.create(action=made, kind=INITIAL, body="Old words, ##{{first_name}}. Reply STOP to opt out.")
    await making.make_all(made.id)
    return made


async def second_text_leaves(cast: Cast, action: Action) -> bool:
    """Amy presses Start in this action and sends Lisa's card if she gets it; does a text leave to Lisa?"""
    action = await Action.get(id=action.id).select_related("campaign")
    await start.assign_bucket(action, cast.amy.user)
    talk = await Conversation.get_or_none(action=action, contact=cast.lisa)
    if talk is None or talk.user_id != cast.amy.user_id:
        return False
    if not isinstance(await send_card(cast.amy, talk), Queued):
        return False
    return isinstance(await claim_next(cast.number.id), Claimed)


async def in_touch(cast: Cast) -> None:
    """Amy has texted Lisa, Twilio has it, and Lisa counts as one who answered."""
    claim = await claimed(cast)
    await answers.taken(claim.message_id, new_sid(), claim.attempt_id)
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(last_inbound_conversation_id=claim.message_id))
