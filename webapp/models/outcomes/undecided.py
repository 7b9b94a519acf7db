"""Texts that nobody could settle, and the staff's decision on each (SPEC X2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from webapp import clock, database
from webapp.database import transactional
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.conversations import attention
from webapp.models.conversations.message import DROPPED, INITIAL, UNKNOWN, Message
from webapp.models.outcomes import answers, doubt

DECISIONS = ("arrived", "again", "drop")
MANY = 100  # of which staff decide at a time
_UNDECIDED = "+campaign_id = ? AND next_look_at IS NULL"  # with the plus SQLite does not read all texts of the campaign


async def texts(campaign_id: int, among: Sequence[int] = ()) -> list[Message]:
    """The first MANY texts that wait for the staff's decision, with contact and number. ``among``: of these ids alone."""
    ids = await doubt.open_ids(UNKNOWN, f"{_UNDECIDED} ORDER BY id", campaign_id)
    found = Message.filter(id__in=[one for one in ids if not among or one in among][:MANY])
    return await found.order_by("id").select_related("contact", "number")


async def how_many(campaign_id: int) -> int:
    [row] = await database.query(
        f"SELECT COUNT(*) AS n FROM message WHERE status IN ('sending', 'unknown') AND status = 'unknown' AND {_UNDECIDED}",
        campaign_id,
    )
    return int(row["n"])


@transactional
async def decide(message_id: int, what: str, by: Membership | None = None, attempts: int | None = None) -> bool:
    """The staff's decision on a text nobody could settle: "arrived", "again" or "drop". ``attempts``: how many there were
    when they looked. False where it is settled by now, was tried again since, or could not leave again."""
    contact, message = await Message.locked(message_id)
    if message.status != UNKNOWN or message.next_look_at is not None or attempts not in (None, message.attempts):
        return False
    if what == "again" and await _is_over(message):
        return False
    if what == "again":
        message.decided_at = clock.now()
        await message.save(update_fields=["decided_at"])
        await message.try_again()
    elif what == "arrived":
        await answers.taken(message.id)
    else:
        message.status, message.error_code = DROPPED, None
        await message.save(update_fields=["status", "error_code"])
        await attention.reconsider(message.conversation_id, contact)
    if by:
        await audit.record(by, "message.decided", {"contact": contact.id}, what, message=message.id)
    return True


async def _is_over(message: Message) -> bool:
    """Has the action of this first text ended? Workers would withdraw it, and staff would have to decide once more."""
    found = Action.filter(id=message.action_id or 0).select_related("campaign")
    action = await found.first() if message.kind == INITIAL else None
    return action is not None and action.over(clock.now())


async def any_over(campaign_id: int, ids: Collection[int]) -> bool:
    """Can one of these texts not be sent again, because its action has ended?"""
    asked = await Message.filter(id__in=list(ids)[:MANY], campaign_id=campaign_id, status=UNKNOWN)
    return any([await _is_over(message) for message in asked])


async def decide_many(by: Membership, seen: Mapping[int, int], what: str) -> set[int]:
    """Makes the same decision on each of these texts of the member's campaign; those settled or tried again meanwhile
    are left alone. ``seen``: text -> number of attempts when they looked. Returns the ids of the numbers by which some
    may leave now."""
    numbers = set()
    for message in await Message.filter(id__in=list(seen)[:MANY], campaign_id=by.campaign_id).order_by("id"):
        if await decide(message.id, what, by, seen[message.id]) and message.number_id:
            numbers.add(message.number_id)
    return numbers
