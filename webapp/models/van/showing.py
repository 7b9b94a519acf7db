"""The facts as the office sees them: filtered, counted, sent again by hand (SPEC B3)."""

from __future__ import annotations

from dataclasses import dataclass

from tortoise.queryset import QuerySet

from webapp import database
from webapp.database import transactional
from webapp.database.statements import column
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.van import matching
from webapp.models.van.connection import VanConnection
from webapp.models.van.fact import DOUBT, NO_CODE, NO_ID, REFUSED, SENT, STATES, VanFact
from webapp.models.van.mapping import FIELD, TAG
from webapp.rules.van import planning

PAGE = 50
MANY = 10_000  # counted up to there: more is "10,000+"
AGAIN = (REFUSED, DOUBT, NO_CODE)  # facts that may be sent again by hand


@dataclass(frozen=True)
class Row:
    """``what``: the tag's name or the field's title; blank for an opt-out. ``match``: the state of the search for the
    contact in VAN, as VanMatch has it; blank where nobody searched. ``elsewhere``: the VAN that their VAN ID belongs
    to, where another VAN has their state."""

    fact: VanFact
    contact: Contact
    what: str
    match: str = ""
    elsewhere: int | None = None


async def page(
    campaign_id: int, state: str = "", kind: str = "", van: int = 0, before: int = 0
) -> tuple[list[Row], int]:
    """The newest PAGE facts, of one state, kind or VAN only where given, older than the row ``before``; and the ``before`` of the
    next page, 0 on the last."""
    found = _only(campaign_id, state, kind, van).order_by("-id")
    facts = await (found.filter(id__lt=before) if before else found).limit(PAGE + 1)
    more = facts[PAGE - 1].id if len(facts) > PAGE else 0
    return await _with_names(facts[:PAGE]), more


def _only(campaign_id: int, state: str, kind: str, van: int) -> QuerySet[VanFact]:
    found = VanFact.filter(campaign_id=campaign_id)
    if state in STATES:
        found = found.filter(state=state)
    if kind:
        found = found.filter(kind=kind)
    return found.filter(van=van) if van else found


async def _with_names(facts: list[VanFact]) -> list[Row]:
    contacts = {c.id: c for c in await Contact.filter(id__in=[f.contact_id for f in facts] or [0])}
    tags = await Tag.filter(id__in=[f.subject_id for f in facts if f.kind == TAG] or [0])
    fields = await CustomField.filter(id__in=[f.subject_id for f in facts if f.kind == FIELD] or [0])
    names = {**{(TAG, t.id): t.name for t in tags}, **{(FIELD, f.id): f.title for f in fields}}
    looked = await matching.states([f.contact_id for f in facts if f.state == NO_ID])
    return [
        Row(
            f,
            contact := contacts[f.contact_id],
            names.get((f.kind, f.subject_id), ""),
            looked.get(f.contact_id, ""),
            contact.van if f.state == NO_ID and contact.van != f.van else None,
        )
        for f in facts
    ]


async def names(campaign_id: int) -> dict[int, str]:
    """VAN -> its name, of all that the campaign has or had."""
    return {one.id: one.name for one in await VanConnection.filter(campaign_id=campaign_id)}


async def totals(campaign_id: int) -> dict[str, int]:
    """State -> number of facts, MANY + 1 at most."""
    each = " UNION ALL ".join(
        f"SELECT '{state}' AS state, COUNT(*) AS n FROM"
        f" (SELECT 1 FROM van_fact WHERE campaign_id = {int(campaign_id)} AND state = '{state}' LIMIT {MANY + 1}) AS some_{state}"
        for state in STATES
    )
    return {row["state"]: int(row["n"]) for row in await database.query(each)}


@transactional
async def send_again(by: Membership, fact_id: int) -> bool:
    """Sends one fact again. False where its state doesn't allow that."""
    done = await _wait_again(by.campaign_id, [fact_id])
    if done:
        await audit.record(by, "van.sent_again", await _about([fact_id]), facts=done)
    return bool(done)


@transactional
async def send_all_again(by: Membership, state: str, kind: str = "", van: int = 0) -> int:
    """Up to MANY facts of a state, of one kind or VAN only where given. Returns how many."""
    if state not in AGAIN:
        return 0
    own = _only(by.campaign_id, state, kind, van).order_by("id").limit(MANY)
    ids = await column(own, "id")
    done = await _wait_again(by.campaign_id, ids)
    if done:
        await audit.record(by, "van.sent_again", await _about(ids), facts=done)
    return done


async def _about(ids: list[int]) -> audit.About:
    """The VANs of these facts, and the contact of one fact."""
    facts = VanFact.filter(id__in=ids)
    vans = await column(facts.exclude(van=None).order_by("van").distinct(), "van")
    return {"van": vans, "contact": await column(facts, "contact_id") if len(ids) == 1 else []}


async def _wait_again(campaign_id: int, ids: list[int]) -> int:
    """Makes these facts wait again. Locks them in order of id, so that two such calls don't block each other."""
    own = VanFact.filter(campaign_id=campaign_id, id__in=ids or [0], state__in=AGAIN)
    there = await column(own.order_by("id").select_for_update(), "id")
    await VanFact.filter(id__in=there or [0]).update(state="waiting", again=True, tries=0, due_at=None)
    return len(there)


@transactional
async def is_there(by: Membership, fact_id: int) -> bool:
    """Staff looked: VAN has what was in doubt. False where it is not in doubt."""
    fact = await VanFact.filter(campaign_id=by.campaign_id, id=fact_id, state=DOUBT).select_for_update().first()
    if fact is None:
        return False
    fact.there, fact.maybe, fact.state = str(planning.read(fact.maybe.split()[-1]) or ""), "", SENT
    await fact.save(update_fields=["there", "maybe", "state"])
    await audit.record(by, "van.found_there", {"contact": fact.contact_id, "van": [fact.van] if fact.van else []})
    return True
