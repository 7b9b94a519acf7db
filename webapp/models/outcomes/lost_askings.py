"""After a restore, no opt-in form's text leaves a second time (SPEC X2, B2)."""

from __future__ import annotations

from webapp import clock, database
from webapp.database import packed
from webapp.database.packed import sql_time
from webapp.models.conversations.message import Message
from webapp.models.opt_in_forms.sign_up import FOLLOW_UP, INITIAL, SignUp
from webapp.rules import errors


async def give_up(phones: set[str] | None = None) -> None:
    """No sign-up of the backup, or of a keyword that is listed again, wants a text any more: it may have left after the backup.
    Also none that was refused for now, for it would be wanted again (texting.due). ``phones``: only theirs; None for all.
    Inside a transaction."""
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
    """A lost text of a form is found: its sign-up knows that it left, so that a YES confirms. Inside a transaction."""
    column = "asked_id" if message.kind == INITIAL else "answered_id"
    found = await SignUp.filter(form__action_id=message.action_id or 0, contact_id=message.contact_id).first()
    if found:
        its = {column: message.id, "wants": "", "try_at": None, "why_not": None}
        await SignUp.filter(id=found.id).update(**its)
