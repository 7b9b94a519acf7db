"""Looking up a contact of the campaign, to file a report without a text (SPEC B5).

Users with the right find people by their name or phone, and see no more of them than a volunteer does of a contact (V9).
Each look-up is a row of the audit log. Only people found in the last hour may be opened.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from webapp import clock, database
from webapp.database import packed, transactional
from webapp.database.locks import Lock
from webapp.models.accounts import audit
from webapp.models.accounts.audit import AuditEvent
from webapp.models.accounts.users import Membership
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.search_sql import ContactQuery
from webapp.rules import phone
from webapp.rules.contacts.contact_filter import Filter
from webapp.rules.contacts.places import Place

HOUR = timedelta(hours=1)
MOST = 30  # look-ups an hour
SHOWN = 10
_LOOKED_UP = "contact.looked_up"


@dataclass(frozen=True)
class Found:
    """``more``: there are others than these. ``left``: look-ups that this hour still has."""

    contacts: list[Contact]
    more: bool
    left: int


@transactional
async def look_up(member: Membership, who: str, where: str = "", place: Place | None = None) -> Found | None:
    """``who``: a phone, or the beginnings of a name; without it nobody is found. ``place``: what ``where``
    was read as. None where the member has no look-up left in this hour."""
    await database.lock(Lock.POWERS, member.id)
    left = MOST - len(await _of_this_hour(member)) - 1
    if left < 0:
        return None
    ids = await _ids(member, who, place)
    words = phone.masked_in(", ".join(filter(None, (who, where))))
    await audit.record(member, _LOOKED_UP, {"contact": ids[:SHOWN]}, words, found=ids[:SHOWN])
    contacts = {contact.id: contact for contact in await Contact.filter(id__in=ids[:SHOWN] or [0])}
    return Found([contacts[found] for found in ids[:SHOWN]], len(ids) > SHOWN, left)


async def _ids(member: Membership, who: str, place: Place | None) -> list[int]:
    if not who.strip():
        return []
    query = ContactQuery(member.campaign, Filter(q=who))
    if place:
        by_zip = packed.among("substr(c.zip, 1, 5)", "text")
        query.add(f"(c.state_abbrev = ? OR {by_zip})", place.state or "-", packed.values(place.zips))
    text, values = await query.sql("c.id", "c.id", f" LIMIT {SHOWN + 1}")
    return [row["id"] for row in await database.query(text, *values)]


async def _of_this_hour(member: Membership) -> list[AuditEvent]:
    own = AuditEvent.filter(campaign_id=member.campaign_id, user_id=member.user_id, what=_LOOKED_UP)
    return await own.filter(at__gt=clock.now() - HOUR)


async def opened(member: Membership, contact_id: int) -> Contact | None:
    """None where no look-up of this member's found the contact in the last hour."""
    if not any(contact_id in event.detail["found"] for event in await _of_this_hour(member)):
        return None
    return await Contact.get_or_none(id=contact_id, campaign_id=member.campaign_id)
