"""The texts of an opt-in form: the one that asks for a YES, and the follow-up after it (SPEC B2, X3).

They pass the same safeguards as every text, here as at a click and again in the worker. A text that may not leave now
is not queued: the sign-up waits, and the text is made when it may leave, with the words of that time. S1 does not
forbid that. S1 keeps a volunteer's tap from ringing a phone hours later. Here the person asked for this one text, the
law's hours are kept, and after a day nothing is sent.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from webapp import clock, database
from webapp.database import transactional
from webapp.database.packed import sql_time
from webapp.models import tallies
from webapp.models.actions import script as scripts
from webapp.models.actions.action import Action
from webapp.models.actions.script import Script
from webapp.models.contacts.contact import Contact
from webapp.models.conversations import message as messages
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.models.numbers import choice
from webapp.models.numbers.number import PhoneNumber
from webapp.models.opt_in_forms.form import OPEN, OptInForm
from webapp.models.opt_in_forms.sign_up import FOLLOW_UP, INITIAL, SignUp
from webapp.models.opt_ins import talk
from webapp.models.scripts import rendering
from webapp.models.sending import click_sql, facts
from webapp.models.sending.click_sql import Draft
from webapp.models.sending.facts import Text
from webapp.rules import errors, safeguards

AT_ONCE = 100  # sign-ups of one run
SOON, LATER = timedelta(minutes=1), timedelta(minutes=5)
CLOSED, STOPPED = (
    1,
    2,
)  # why nothing leaves that no safeguard says: the form was closed; texting is stopped, paused or capped
OF_KIND = {INITIAL: scripts.INITIAL, FOLLOW_UP: scripts.RESPONSE}


async def due() -> list[int]:
    """Sign-ups whose text is to be tried now. Those that the worker refused for now are among them again."""
    if await SignUp.exists(wants="", wants_until__gt=clock.now()):
        await _want_again()
    rows = await database.query(
        f"SELECT id FROM sign_up WHERE wants <> '' AND try_at <= ? ORDER BY try_at, id LIMIT {AT_ONCE}",
        sql_time(clock.now()),
    )
    return [row["id"] for row in rows]


@transactional
async def _want_again() -> None:
    codes = ", ".join(str(code) for code in sorted(errors.NOT_NOW))
    for wants, column, open_ in ((INITIAL, "asked_id", "AND confirmed_at IS NULL"), (FOLLOW_UP, "answered_id", "")):
        await database.query(
            f"UPDATE sign_up SET wants = ?, try_at = ?, {column} = NULL WHERE wants = '' AND wants_until > ? {open_}"
            f" AND {column} IN (SELECT m.id FROM message m WHERE m.id = sign_up.{column} AND m.status = 'refused'"
            f" AND m.error_code IN ({codes})) RETURNING id",
            wants,
            sql_time(clock.now() + SOON),
            sql_time(clock.now()),
        )


@transactional
async def text(sign_up_id: int) -> int | None:
    """Queues the text that is wanted. Returns the number to drain; None where nothing was queued. A second worker waits for the
    contact's row and then finds that nothing is wanted any more."""
    contact = await Contact.locked((await SignUp.get(id=sign_up_id)).contact_id)
    row = await SignUp.filter(id=sign_up_id).select_for_update().get()
    now = clock.now()
    if not row.wants or row.try_at is None or row.try_at > now:
        return None
    form = await OptInForm.filter(id=row.form_id).select_related("campaign", "action").get()
    if row.wants_until and now > row.wants_until:
        return await _give_up(row, row.why_not)
    if row.wants == INITIAL and form.state != OPEN:
        return await _give_up(row, CLOSED)
    form.action.campaign = form.campaign
    if not form.campaign.can_text or form.action.first_texts_stopped(now):
        return await _wait(row, STOPPED, SOON)
    return await _queue(row, form, contact)


async def _queue(row: SignUp, form: OptInForm, contact: Contact) -> int | None:
    script = await form.script(OF_KIND[row.wants], row.language)
    if script is None:  # the follow-up was taken away meanwhile
        return await _give_up(row, None)
    conversation = await talk.of(form, contact)
    number = await choice.number_of(form.campaign, contact, first=True, among=await form.number_ids())
    made = await rendering.render(form.campaign, script, contact, None, conversation.id)
    its = _text(row, conversation, made)
    asked = await facts.gather(form.campaign, contact, number, its)
    verdict = safeguards.may_send(asked, clock.now())
    if isinstance(verdict, safeguards.Refused):
        return await _refused(row, verdict)
    message = await _store(row, conversation, contact, form.action, number, script, made.text)
    return message.number_id


def _text(row: SignUp, conversation: Conversation, made: rendering.Rendering) -> Text:
    return Text(
        kind="opt_in" if row.wants == INITIAL else "follow_up",
        body=made.text,
        message_id=None,
        conversation_id=conversation.id,
        picture_id=None,
        unfilled=made.unfilled,
        texted_already=conversation.texted_at is not None,
        confirms_opt_out=False,
        clicked_at=None,
    )


async def _store(
    row: SignUp,
    conversation: Conversation,
    contact: Contact,
    action: Action,
    number: PhoneNumber | None,
    script: Script,
    body: str,
) -> Message:
    first = row.wants == INITIAL
    with tallies.counting(conversation) as changed:
        if first:
            conversation.texted_at, conversation.script_version = clock.now(), script.version
            conversation.closed_code = None
    kind = messages.INITIAL if first else messages.FOLLOW_UP
    draft = Draft(None, contact, conversation, action, number, uuid.uuid4(), kind, body, script)
    if first and conversation.script_id != script.id:
        await Conversation.filter(id=conversation.id).update(script_id=script.id)
    message = await click_sql.store_text(draft, changed)
    await mark(row, message)
    return message


async def mark(row: SignUp, message: Message) -> None:
    """Notes the text on its sign-up, in the same transaction, so that no other worker makes it again."""
    column = "asked_id" if row.wants == INITIAL else "answered_id"
    row.wants, row.try_at, row.why_not = "", None, None
    setattr(row, column, message.id)
    await row.save(update_fields=["wants", "try_at", "why_not", column])


async def _refused(row: SignUp, verdict: safeguards.Refused) -> int | None:
    if not verdict.not_now:
        return await _give_up(row, verdict.code)
    pause = LATER if verdict.code in (errors.OUT_OF_HOURS, errors.LOCKED) else SOON
    return await _wait(row, verdict.code, pause)


async def _wait(row: SignUp, why: int, pause: timedelta) -> int | None:
    row.why_not, row.try_at = why, clock.now() + pause
    await row.save(update_fields=["why_not", "try_at"])
    return None


async def _give_up(row: SignUp, why: int | None) -> int | None:
    row.wants, row.try_at, row.why_not = "", None, why
    await row.save(update_fields=["wants", "try_at", "why_not"])
    return None


@transactional
async def failed(sign_up_id: int) -> None:
    """Puts off a sign-up whose try raised an error, so that it never blocks the others."""
    await SignUp.filter(id=sign_up_id).update(try_at=clock.now() + LATER)
