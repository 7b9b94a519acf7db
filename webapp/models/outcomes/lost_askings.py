"""After a restore, no opt-in form's text leaves a second time (SPEC X2, B2)."""

from __future__ import annotations

from webapp import clock, database
from webapp.database import packed
from webapp.database.packed import sql_time
from webapp.models.conversations.message import Message
from webapp.models.opt_in_forms.sign_up import FOLLOW_UP, INITIAL, SignUp
from webapp.rules import errors


async def give_up(phones: set[str] | None = None) -> None:
    """Gives up the wanted texts of sign-ups in the backup, or by a keyword that is listed again: each may have left
    after the backup. That includes a text that was refused for now, since it would be wanted again (texting.due).
    ``phones``: only theirs; None for all. Inside a transaction."""
    theirs, values = "", []
    if phones is not None:
        theirs = f" AND contact_id IN (SELECT id FROM contact WHERE {packed.among('phone', 'text')})"
        values = [packed.values(sorted(phones))]
    for wants, column in ((INITIAL, "asked_id"), (FOLLOW_UP, "answered_id")):
        await database.query(
            f"UPDATE sign_up SET wants = ?, {column} = NULL WHERE wants = '' AND wants_until > ?{theirs} AND {column} IN"
            f" (SELECT m.id FROM message m WHERE m.id = sign_up.{column} AND m.status = 'refused') RETURNING id",
            wants,
            sql_time(clock.now()),
            *values,
        )
    await database.query(
        f"UPDATE sign_up SET wants = '', try_at = NULL, why_not = {errors.RESTORED} WHERE wants <> ''{theirs} RETURNING id",
        *values,
    )


async def note(message: Message) -> None:
    """Notes on its sign-up that a form's lost text was found at Twilio, so that a YES confirms. Inside a
    transaction."""
    column = "asked_id" if message.kind == INITIAL else "answered_id"
    found = await SignUp.filter(form__action_id=message.action_id or 0, contact_id=message.contact_id).first()
    if found:
        its = {column: message.id, "wants": "", "try_at": None, "why_not": None}
        await SignUp.filter(id=found.id).update(**its)
