"""Claims a fact, sends it once, and notes the answer for that attempt only (SPEC B3). Without an answer the fact is in
doubt: staff decide, and it is never sent again without them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tortoise.queryset import QuerySet

from webapp import clock, database
from webapp.database import packed, transactional
from webapp.database.noting import van_sql
from webapp.database.packed import sql_time
from webapp.models.contacts.contact import Contact
from webapp.models.van import connection, kept, mapping, places
from webapp.models.van.fact import (
    DOUBT,
    NO_CODE,
    NO_ID,
    NO_VAN,
    NOTHING,
    REFUSED,
    SENDING,
    SENT,
    STAYS,
    WAITING,
    VanFact,
    VanPerson,
)
from webapp.rules.van import pauses, planning
from webapp.rules.van.planning import Nothing, Step, Target

GONE = timedelta(seconds=90)  # after its claim a worker without an answer is gone
AT_ONCE = 200  # facts a claim passes over that need nothing
SLICE = 2_000  # changes a sweep sees, so that no transaction is long
_SKIP = {"sqlite": "", "postgres": " FOR UPDATE SKIP LOCKED"}
LOST = "The program that sends ended before VAN's answer. VAN may have it."


@dataclass(frozen=True)
class Claimed:
    """``body``: the new part of the request's body. ``phone``: ten digits. ``phone_id``: VAN's id of it. ``asked``:
    whether VAN was asked for that id."""

    id: int
    attempt: str
    contact_id: int
    van_id: str
    phone: str
    at: datetime
    body: dict[str, Any]
    phone_id: int | None
    asked: bool


async def stamp() -> None:
    """Gives changes since the last sweep their VAN and the time they are due, when they have settled. The triggers that
    noted them read no clock. Writes nothing where nothing changed, since on SQLite a transaction would keep everybody
    else waiting."""
    if await VanFact.exists(due_at=None):
        await _stamp()


@transactional
async def _stamp() -> None:
    now = clock.now()
    van = f"(SELECT {van_sql('c')} FROM contact c WHERE c.id = van_fact.contact_id)"
    await database.query(
        f"WITH seen AS MATERIALIZED (SELECT id FROM van_fact WHERE due_at IS NULL ORDER BY id LIMIT {SLICE}{_SKIP[database.dialect()]})"
        f" UPDATE van_fact SET changed_at = {packed.mark('timestamptz')}, due_at = {packed.mark('timestamptz')},"
        f" van = {van}, state = CASE WHEN state = '{WAITING}' AND {van} IS NULL THEN '{NO_VAN}' ELSE state END"
        " WHERE id IN (SELECT id FROM seen)",
        sql_time(now),
        sql_time(now + timedelta(seconds=pauses.SETTLE)),
    )


async def due() -> list[int]:
    """Campaigns with something to send."""
    rows = await database.query(
        "SELECT DISTINCT k.campaign_id FROM van_connection k WHERE k.key <> '' AND EXISTS"
        f" (SELECT 1 FROM van_fact f WHERE f.van = k.id AND f.state = '{WAITING}' AND f.due_at <= ?)",
        sql_time(clock.now()),
    )
    return [row["campaign_id"] for row in rows]


@transactional
async def claim(van: int, lease: str) -> Claimed | None:
    """The next fact that needs sending to this VAN. None where there is none, or where the lease ended."""
    if not await connection.keep_lease(van, lease):
        return None
    for _ in range(AT_ONCE):
        fact = await _next(van)
        if fact is None:
            return None
        if claimed := await _begin(fact):
            return claimed
    return None


async def _next(van: int) -> VanFact | None:
    found = VanFact.filter(van=van, state=WAITING, due_at__lte=clock.now()).order_by("due_at", "id")
    return await found.limit(1).select_for_update(skip_locked=True).first()


async def _begin(fact: VanFact) -> Claimed | None:
    """None where nothing is sent for it: its state says why."""
    contact, wanted = await Contact.get(id=fact.contact_id), await mapping.wanted(fact)
    if await places.of_contact(contact) != fact.van:
        await _lead_anew(fact)
        return None
    retired = wanted is not None and await mapping.retired(fact, wanted)
    whom = kept.number(contact.van_id) if places.has_id_of(contact, fact.van or 0) else ""
    if whom:
        await kept.turn_to(fact, whom)
    there, maybe = (fact.there, fact.maybe) if fact.there_van == fact.van else ("", "")
    step = planning.step(planning.read(there), maybe, wanted)
    if retired or isinstance(step, Nothing):
        await _rest(fact, _without_sending(fact, None if retired else wanted, step))
        return None
    if not whom:
        await _rest(fact, NO_ID)
        return None
    going = planning.text(step.to)
    if maybe.split()[-1:] == [going] and not fact.again:
        await _rest(fact, DOUBT)  # changed and changed back while nobody knew
        return None
    fact.state, fact.attempt, fact.claimed_at, fact.again = SENDING, str(uuid.uuid4()), clock.now(), False
    fact.claimed_version, fact.going = 0 if step.more else fact.version, going
    await fact.save()
    return await _claimed(fact, contact, step.body)


def _without_sending(fact: VanFact, wanted: Target | None, step: Step | Nothing) -> str:
    if wanted:
        return SENT
    if fact.value:
        return NO_CODE
    if fact.there and fact.there_van != fact.van:
        return STAYS  # in the VAN of the state before
    return STAYS if isinstance(step, Nothing) and step.why == planning.STAYS else NOTHING


async def _lead_anew(fact: VanFact) -> None:
    """The contact moved, or another VAN has their state now: the next sweep finds which VAN the fact goes to."""
    fact.due_at = None
    await fact.save(update_fields=["due_at"])


async def _claimed(fact: VanFact, contact: Contact, body: dict[str, Any]) -> Claimed:
    known = await VanPerson.get_or_none(contact_id=contact.id, van_id=contact.van_id, phone=contact.phone)
    return Claimed(
        id=fact.id,
        attempt=fact.attempt,
        contact_id=contact.id,
        van_id=contact.van_id,
        phone=contact.phone.removeprefix("+1"),
        at=fact.changed_at or clock.now(),
        body=body,
        phone_id=known.phone_id if known else None,
        asked=known is not None,
    )


async def _rest(fact: VanFact, state: str) -> None:
    fact.state = state
    await fact.save(update_fields=["state"])


@transactional
async def note_phone(claimed: Claimed, phone_id: int | None) -> None:
    contact = await Contact.get(id=claimed.contact_id)
    await VanPerson.filter(contact_id=contact.id).delete()
    await VanPerson.create(contact_id=contact.id, van_id=claimed.van_id, phone=contact.phone, phone_id=phone_id)


@transactional
async def sent(claimed: Claimed, answer: str) -> None:
    if fact := await _of(claimed):
        target = planning.read(fact.going or fact.maybe.split()[-1])
        fact.there, fact.maybe, fact.sent_at, fact.tries = str(target or ""), "", clock.now(), 0
        await _end(fact, SENT, answer)


@transactional
async def refused(claimed: Claimed, why: str) -> None:
    """VAN said no: nothing of it is there."""
    if fact := await _of(claimed):
        await _end(fact, REFUSED, why)


@transactional
async def in_doubt(claimed: Claimed, why: str) -> None:
    """VAN may have it."""
    if fact := await _of(claimed):
        fact.maybe = planning.also(fact.maybe, fact.going)
        await _end(fact, DOUBT, why)


@transactional
async def later(claimed: Claimed, why: str, seconds: float = 0) -> None:
    """Tries again what was not sent: after ``seconds``, or after a pause that grows with the tries."""
    if fact := await _of(claimed):
        fact.tries += 1
        fact.due_at = clock.now() + timedelta(seconds=seconds or pauses.again(fact.tries))
        await _end(fact, WAITING, why)


async def _of(claimed: Claimed) -> VanFact | None:
    """The fact's row, locked; None where the attempt is over. A late answer may only tell that VAN has it."""
    found = VanFact.filter(id=claimed.id, attempt=claimed.attempt, state__in=[SENDING, DOUBT])
    return await found.select_for_update().first()


async def _end(fact: VanFact, state: str, answer: str) -> None:
    """Ends the attempt. If the fact changed meanwhile, the change waits to be sent."""
    fact.answer, fact.going = answer[:400], ""
    fact.state = state
    if fact.version != fact.claimed_version and state != WAITING:
        fact.state, fact.due_at = WAITING, None
    await fact.save()


async def notice_gone() -> int:
    """Facts whose worker gave no answer are in doubt. Returns how many."""
    return await _notice_gone() if await _gone().exists() else 0


def _gone() -> QuerySet[VanFact]:
    return VanFact.filter(state=SENDING, claimed_at__lt=clock.now() - GONE)


@transactional
async def _notice_gone() -> int:
    rows = await _gone().order_by("id").limit(500).select_for_update(skip_locked=True)
    for fact in rows:
        fact.maybe = planning.also(fact.maybe, fact.going)
        await _end(fact, DOUBT, LOST)
    return len(rows)
