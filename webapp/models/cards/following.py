"""The answer to a tap where the page shows its next card already (SPEC V4): the counter, the text just sent, Undo, and one more
card for the end of the deck. On PostgreSQL the statement that stores the text reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from webapp import clock
from webapp.database import Row
from webapp.database.packed import sql_time
from webapp.database.statements import Joined, Statement
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.actions.script import Script
from webapp.models.assignments import start
from webapp.models.cards.card import AHEAD, Card, Sent, always_as_many, card_of, known_of_next, mark_of, undo_of
from webapp.models.contacts.contact import Contact
from webapp.models.conversations import buckets, hours
from webapp.models.conversations.buckets import Counter
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message


@dataclass(frozen=True)
class OnPage:
    """A page, as the press on it describes it. ``ahead``: at most AHEAD conversations whose cards it has, the one it shows now first.
    ``mark``: as the server gave it, of its counter and the zones that are open. The resting lock is not in it."""

    ahead: Sequence[int] = ()
    mark: str = ""


@dataclass(frozen=True)
class Following:
    """Of a `Queue` what changed by the text. ``just_sent``: it alone; the page has those before it."""

    card: Card | None
    progress: Counter
    just_sent: list[Sent]
    undoable: Sent | None
    undo_seconds: int
    mark: str


_ROW = Joined(v=Conversation, k=Contact, kept={"s": Script})


async def beside_sending(
    member: Membership, action: Action, sending: Conversation, ahead: Sequence[int]
) -> Statement | None:
    """A SELECT of one row, for the statement that stores the first text of ``sending`` and does not see it yet. ``ahead``: as of
    `OnPage`. None where `card.queue_of` has to ask by itself: the text is in no bucket, or a job still closes people of the
    action."""
    if action.audience_cursor is not None or not sending.bucket_id:
        return None
    now = clock.now()
    since = sql_time(hours.locked_since(action.campaign, now))
    text = _sql(tuple(await hours.awake_lately(action.campaign, now)))
    passed_over = [*always_as_many(ahead), sending.id]
    ours = [action.id, member.user_id, sending.bucket_id, sending.id]
    return text, [*ours, member.user_id, action.id, since, *passed_over]


@lru_cache(maxsize=200)
def _sql(awake: tuple[int | None, ...]) -> str:
    """The same text each time: PostgreSQL's driver looks up by it what it prepared."""
    return (
        f"SELECT {_ROW.columns}, {known_of_next()}, stand.texted, stand.open,"
        " (SELECT id FROM bucket WHERE action_id = ? AND user_id = ? ORDER BY id DESC LIMIT 1) AS newest_bucket"
        f" FROM (SELECT {buckets.COUNTER} FROM conversation v WHERE v.bucket_id = ? AND v.id <> ?) AS stand"
        f" LEFT JOIN conversation v ON v.id = ({start.next_sql(list(awake), None, AHEAD + 1)})"
        " LEFT JOIN contact k ON k.id = v.contact_id LEFT JOIN script s ON s.id = v.script_id"
    )


async def after_sending(
    campaign: Campaign, row: Row, message: Message, contact: Contact, shown: str
) -> Following | None:
    """``row``: as the statement gave it. ``shown``: the page's mark. None where the page shows more that is old now, and where the
    text is not of the member's newest bucket, which is the one the page counts: its contact slept when the bucket was begun."""
    awake = tuple(await hours.awake_lately(campaign, clock.now()))
    texted, total = row["texted"] + 1, row["texted"] + row["open"] + 1
    before, after = Counter(total, texted - 1), Counter(total, texted)
    if row["newest_bucket"] != message.bucket_id or shown != mark_of(before, awake):
        return None
    sent = Sent(message.id, message.created_at, contact.first_name, contact.place, message.due_at)
    undoable, undo_seconds = undo_of([sent])
    return Following(
        card=await card_of(campaign, row, await _ROW.whole(row)),
        progress=after,
        just_sent=[sent],
        undoable=undoable,
        undo_seconds=undo_seconds,
        mark=mark_of(after, awake),
    )
