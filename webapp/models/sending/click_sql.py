"""The statements of one click, one round trip each: plain SQL, because volunteers wait for it.

first_text.py and click.py ask the rules in between. A test compares both with the ORM.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from webapp import clock, database
from webapp.database import Row, packed
from webapp.database.statements import Joined, Statement, Versions, insert, new, tie, together, update
from webapp.models import tallies
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.sessions import Beside
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.actions.script import Script
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import INITIAL, OUT, QUEUED, UNDOABLE, Message
from webapp.models.links import links
from webapp.models.numbers.number import PhoneNumber
from webapp.rules import segments


@dataclass(frozen=True)
class ClickRows:
    """Of `read`: ``contact``, ``conversation`` and the membership are locked and fresh, so a suspension either came before or
    finds this click's text and cancels it. ``earlier_id``: the text stored with this client id, whoever sent it to whom. Of
    `with_login`: nothing is locked, and ``earlier_id`` is not asked for. ``same``: the SELECT that locks them; it gives the phone
    where contact and conversation are as they were read and the member may text, else null.

    ``active``: the member may text. ``number``: the contact's, if chosen."""

    contact: Contact
    conversation: Conversation
    action: Action
    script: Script | None
    number: PhoneNumber | None
    active: bool
    earlier_id: int | None
    same: Statement | None = None


_ROWS = Joined(k=Contact, v=Conversation, n=PhoneNumber, kept={"a": Action, "s": Script})
_WITH_CAMPAIGN = _ROWS.plus(Joined({"c": Campaign}))
_FROM = "FROM conversation v JOIN contact k ON k.id = v.contact_id CROSS JOIN membership m"
_AND_OTHERS = (
    "JOIN action a ON a.id = v.action_id LEFT JOIN script s ON s.id = v.script_id"
    " LEFT JOIN phone_number n ON n.id = k.number_id"
)
_ACTIVE = "(m.approved_at IS NOT NULL AND m.suspended_at IS NULL AND m.removed_at IS NULL)"
_VERSIONS = Versions("v", "k")


def beside(conversation_id: int) -> Beside | None:
    """The rows of a click, for the statement that reads the login: without locks. `with_login` makes ClickRows of them. None on
    SQLite, where the transaction is the lock."""
    if database.dialect() == "sqlite":
        return None
    return Beside(
        _ROWS,
        f"{_ACTIVE} AS active, {_VERSIONS.columns}",
        f"LEFT JOIN (conversation v JOIN contact k ON k.id = v.contact_id {_AND_OTHERS}) ON v.id = ? AND v.campaign_id = m.campaign_id",
        (conversation_id,),
    )


def with_login(row: Row, found: dict[str, Any], member: Membership) -> ClickRows | None:
    """The rows that `beside` read. None: no such conversation in the campaign."""
    if found.get("v") is None:
        return None
    return _rows(row, found, member.campaign, _same(row, found["v"].id, member.id))


async def read(member: Membership, conversation_id: int, client_id: uuid.UUID) -> ClickRows | None:
    """Locks and reads, inside a transaction. None: no such conversation in the campaign, or no such member any more."""
    rows = await database.wide(
        _reading(database.dialect()), packed.uuid(client_id), conversation_id, member.campaign_id, member.id
    )
    if not rows:
        return None
    found = await _WITH_CAMPAIGN.whole(rows[0])
    return _rows(rows[0], found, found["c"], None)


def _rows(row: Row, found: dict[str, Any], campaign: Campaign, same: Statement | None) -> ClickRows:
    tie(found["a"], campaign=campaign)
    active, earlier_id = bool(row["active"]), row.get("earlier_id")
    return ClickRows(found["k"], found["v"], found["a"], found["s"], found["n"], active, earlier_id, same)


@lru_cache
def _reading(_: str) -> str:
    """Once for each dialect: their words differ."""
    return (
        f"SELECT {_WITH_CAMPAIGN.columns}, {_ACTIVE} AS active, e.id AS earlier_id {_FROM} {_AND_OTHERS}"
        " JOIN campaign c ON c.id = v.campaign_id LEFT JOIN message e ON e.client_id = ?"
        f" WHERE v.id = ? AND v.campaign_id = ? AND m.id = ?{_locks()}"
    )


def _locks() -> str:
    """In this order. A click that waited reads what the one before it wrote."""
    return f"{packed.for_update('m', 'SHARE')}{packed.for_update('k')}{packed.for_update('v')}"


def _same(row: Row, *ids: int) -> Statement:
    """``ids``: of the conversation and the membership. PostgreSQL compares a row that another transaction held with what that
    one made of it, so a row that was waited for is another one. Of the membership, which also notes when its user was here,
    only what the click asks of it has to be so still."""
    same, versions = _VERSIONS.same(row)
    return f"SELECT k.phone {_FROM} WHERE v.id = ? AND m.id = ? AND {same} AND {_ACTIVE}{_locks()}", [*ids, *versions]


@dataclass(frozen=True)
class Draft:
    """Everything a queued text is made of. A test has no conversation and no action. A text that a safeguard allowed has
    a number. An opt-in form's has no member: nobody tapped it, the person asked for it (B2)."""

    member: Membership | None
    contact: Contact
    conversation: Conversation | None
    action: Action | None
    number: PhoneNumber | None
    client_id: uuid.UUID
    kind: str
    body: str
    script: Script | None

    @property
    def undo_seconds(self) -> int:
        return self.action.campaign.undo_seconds if self.action and self.member and self.kind in UNDOABLE else 0


async def store_text(
    draft: Draft, changed: Sequence[str], count_now: bool = True, picture_id: int | None = None
) -> Message:
    """Queues the text, due when the time for Undo is over. The number is the contact's from now on. ``changed``: the
    conversation's columns to be saved with it. ``count_now``: the tallies move in the same round trip; else at the end of
    the transaction, since the caller still locks and changes other rows (tallies.py)."""
    message = _message(draft, draft.script.picture_id if draft.script else picture_id)
    await write(message, draft.conversation, draft.contact, changed, tallies.due() if count_now else [])
    if draft.script and draft.conversation:
        await links.join(message, draft.script)
    return message


async def store_as_read(
    draft: Draft, changed: Sequence[str], same: Statement, beside: Statement | None
) -> tuple[Message, Row]:
    """The same in one statement, for a script without links. ``same``: as in `ClickRows`. Raises IntegrityError where the rows are
    not the same any more, or where a text has this client id already; then nothing is stored. Returns also the row of ``beside``,
    a SELECT that does not see the text."""
    message = _message(draft, draft.script.picture_id if draft.script else None)
    row = await write(message, draft.conversation, draft.contact, changed, tallies.due(), same, beside)
    return message, row


def _message(draft: Draft, picture_id: int | None) -> Message:
    assert draft.number is not None
    now, counted = clock.now(), segments.count(draft.body)
    conversation, action, script = draft.conversation, draft.action, draft.script
    return new(
        Message,
        campaign_id=draft.contact.campaign_id,
        contact_id=draft.contact.id,
        conversation_id=conversation.id if conversation else None,
        number_id=draft.number.id,
        user_id=draft.member.user_id if draft.member else None,
        action_id=action.id if action else None,
        script_id=script.id if script else None,
        script_version=script.version if script else None,
        picture_id=picture_id,
        bucket_id=conversation.bucket_id if conversation and draft.kind == INITIAL else None,
        direction=OUT,
        kind=draft.kind,
        phone=draft.contact.phone,
        body=draft.body,
        segments=segments.billed(counted, bool(picture_id)),
        encoding=counted.encoding,
        status=QUEUED,
        created_at=now,
        client_id=draft.client_id,
        public_id=uuid.uuid4(),
        priority=1 if draft.kind == INITIAL and draft.member else 0,
        due_at=now + timedelta(seconds=draft.undo_seconds),
    )


async def write(
    message: Message,
    conversation: Conversation | None,
    contact: Contact,
    changed: Sequence[str],
    counts: list[Statement],
    same: Statement | None = None,
    beside: Statement | None = None,
) -> Row:
    """One round trip: the new text, the ``changed`` columns of its conversation, and the ``counts``, last as everywhere.
    Returns the row of ``beside``."""
    statements = [insert(message, phone=same) if same else insert(message)]  # no text is without a phone
    if contact.number_id != message.number_id:
        contact.number_id = message.number_id
        statements.append(update(contact, "number_id"))
    if conversation and changed:
        statements.append(update(conversation, *changed))
    if message.bucket_id:
        statements.append(("UPDATE bucket SET last_used_at = ? WHERE id = ?", [message.created_at, message.bucket_id]))
    [row] = await together(*statements, *counts, beside=beside)
    message.id = row["id"]
    return row
