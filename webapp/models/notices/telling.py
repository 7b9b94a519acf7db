"""Sends a notice to its people: each is claimed, tried once, and noted (SPEC P2, R4). A claim is committed before
anything leaves, so that a worker that dies tells nobody twice. People it had claimed may or may not have been told, and
the notice says so."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta

from tortoise.exceptions import IntegrityError

from webapp import clock, database
from webapp.database import packed, transactional
from webapp.database.packed import sql_time
from webapp.models import long_work
from webapp.models.accounts import audit
from webapp.models.accounts.teams import UserList
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.long_work import DONE, RUNNING
from webapp.models.notices import choices, push_device
from webapp.models.notices.choices import Choices
from webapp.models.notices.notice import FAILED, OUTSIDE, SENDING, SENT, UNKNOWN, Notice, Recipient
from webapp.models.notices.push_device import PushDevice

LOST = timedelta(minutes=2)  # after a claim: its worker is gone


@dataclass(frozen=True)
class Words:
    """The words that are told. ``title``: an e-mail's subject too. ``outside``: members who were chosen and are outside the action's
    limits; they get nothing, and the page says so."""

    kind: str
    title: str
    body: str = ""
    action: Action | None = None
    outside: tuple[int, ...] = ()


@dataclass(frozen=True)
class Claimed:
    """One person to tell now."""

    id: int
    member: Membership
    choices: Choices
    devices: list[PushDevice]


@dataclass(frozen=True)
class Told:
    """The outcome; ``why`` "": it was sent."""

    id: int
    why: str = ""
    detail: str = ""


async def on_list(users: UserList) -> list[Membership]:
    """Those on the list who may be told: nobody who is suspended, waits for approval or was removed."""
    return [one for one in await users.members() if one.active and one.removed_at is None]


async def begin(by: Membership, words: Words, members: list[int], whom: str, client_id: uuid.UUID) -> Notice:
    """Stores the notice with a row for each of these members who may text now. The same form again finds the first one."""
    try:
        return await store(by, words, members, whom, client_id)
    except IntegrityError:
        before = await of_form(by, client_id)
        return before or await store(by, words, members, whom, uuid.uuid4())  # the id stands in another campaign's form


@transactional
async def store(by: Membership, words: Words, members: list[int], whom: str, client_id: uuid.UUID) -> Notice:
    """The same within a transaction of the caller's; an IntegrityError where the form came before."""
    notice = await Notice.create(
        campaign=by.campaign,
        user=by.user,
        action=words.action,
        client_id=client_id,
        kind=words.kind,
        title=words.title,
        body=words.body,
        whom=whom[:200],
        created_at=clock.now(),
    )
    rows = await database.query(
        f"INSERT INTO notice_recipient (notice_id, member_id, status, why, detail) SELECT {packed.mark('integer')}, id,"
        f" 'waiting', '', '' FROM membership WHERE campaign_id = ? AND {packed.among('id')} AND approved_at IS NOT NULL"
        " AND suspended_at IS NULL AND removed_at IS NULL ORDER BY id RETURNING id",
        notice.id,
        by.campaign_id,
        packed.values(members),
    )
    out = [Recipient(notice=notice, member_id=n, status=FAILED, why=OUTSIDE) for n in sorted(words.outside)]
    await Recipient.bulk_create(out)
    notice.done, notice.total = len(out), len(rows) + len(out)
    await notice.save(update_fields=["done", "total"])
    about: audit.About = {"notice": notice.id, **({"action": words.action.id} if words.action else {})}
    await audit.record(by, f"notice.{words.kind}", about, words.title, users=len(rows))
    return notice


async def of_form(by: Membership, client_id: uuid.UUID | None) -> Notice | None:
    """The notice that this very form has made before."""
    return await Notice.get_or_none(client_id=client_id, campaign_id=by.campaign_id) if client_id else None


async def claim(notice_id: int, number: int) -> list[Claimed]:
    """The next people to tell, at most ``number``. Empty where nobody is left or someone cancelled it."""
    found = await _claim(notice_id, number)
    members = await Membership.filter(id__in=list(found.values()) or [0]).select_related("user", "campaign")
    by_id = {member.id: member for member in members}
    chosen = await choices.of_members(list(by_id))
    devices = await push_device.of_users([member.user_id for member in members])
    return [
        Claimed(
            id_,
            by_id[member_id],
            chosen.get(member_id) or Choices(member=by_id[member_id]),
            devices.get(by_id[member_id].user_id, []),
        )
        for id_, member_id in sorted(found.items())
    ]


@transactional
async def _claim(notice_id: int, number: int) -> dict[int, int]:
    notice = await Notice.filter(id=notice_id).select_for_update().get()
    if notice.over:
        return {}
    now = clock.now()
    rows = await database.query(
        "UPDATE notice_recipient SET status = 'sending', claimed_at = ? WHERE id IN (SELECT id FROM notice_recipient"
        " WHERE notice_id = ? AND status = 'waiting' ORDER BY id LIMIT ?) RETURNING id, member_id",
        sql_time(now),
        notice_id,
        number,
    )
    notice.status, notice.started_at, notice.seen_at = RUNNING, notice.started_at or now, now
    await notice.save(update_fields=["status", "started_at", "seen_at"])
    return {row["id"]: row["member_id"] for row in rows}


@transactional
async def note(notice_id: int, told: list[Told]) -> None:
    """The outcomes of people who were claimed, without those given up meanwhile."""
    notice = await Notice.filter(id=notice_id).select_for_update().get()
    now = clock.now()
    for one in told:
        became = {"status": FAILED, "why": one.why} if one.why else {"status": SENT, "sent_at": now}
        claimed = Recipient.filter(id=one.id, status=SENDING)
        notice.done += await claimed.update(**became, detail=one.detail[:200])
    notice.stumbles, notice.seen_at = 0 if told else notice.stumbles, now
    await notice.save(update_fields=["done", "stumbles", "seen_at"])


@transactional
async def give_back(notice_id: int, ids: list[int]) -> None:
    """Puts these people back: the server could not be reached, so nothing left for them. They are tried again."""
    await Recipient.filter(id__in=ids or [0], notice_id=notice_id, status=SENDING).update(
        status="waiting", claimed_at=None
    )


@transactional
async def finish(notice_id: int) -> None:
    """Ends the notice where nobody is left. People whom a worker claimed without noting an outcome may have been
    told."""
    notice = await Notice.filter(id=notice_id).select_for_update().get()
    lost = Recipient.filter(notice_id=notice_id, status=SENDING, claimed_at__lt=clock.now() - LOST)
    notice.done += await lost.update(status=FAILED, why=UNKNOWN)
    if not await Recipient.filter(notice_id=notice_id, status__in=("waiting", SENDING)).exists() and not notice.over:
        notice.status, notice.ended_at = DONE, clock.now()
    notice.seen_at = clock.now()
    await notice.save(update_fields=["status", "ended_at", "done", "seen_at"])


@transactional
async def cancel(notice: Notice, by: Membership) -> None:
    """People already told stay told; the others are not."""
    if await long_work.cancel(notice):
        await audit.record(by, "notice.cancelled", {"notice": notice.id}, notice.title)


async def stumbled(notice_id: int, message: str) -> None:
    """``message``: what an admin reads where it is given up after several tries."""
    await long_work.stumbled(Notice, notice_id, message)


async def unfinished() -> list[int]:
    """Notices whose worker is gone or waits for the mail server."""
    return await long_work.abandoned(Notice)
