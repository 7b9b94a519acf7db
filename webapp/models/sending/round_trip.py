"""One text to an admin's own phone and its answer: the proof that texts leave and replies come in (SPEC S10)."""

from __future__ import annotations

import uuid
from datetime import timedelta

from webapp import clock
from webapp.database import transactional
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.message import SENDING, TAKEN, TEST, UNKNOWN, Message
from webapp.models.sending import click, to_own_phone
from webapp.models.sending.click import Declined, Queued, Reused

WORDS = "Set-up check of {name}: please answer this text with OK."
ANSWERED_WITHIN = timedelta(days=1)


async def begin(member: Membership, client_id: uuid.UUID) -> Queued | Reused | Declined:
    """Sends it, with every safeguard of a text. The same click twice is one text."""
    return await click.once(member, None, client_id, lambda: _begin(member, client_id))


@transactional
async def _begin(member: Membership, client_id: uuid.UUID) -> Queued | Reused | Declined:
    own = await to_own_phone.own_contact(member, await Campaign.get(id=member.campaign_id))
    if isinstance(own, Declined):
        return own
    campaign = await Campaign.filter(id=member.campaign_id).select_for_update().get()
    now = clock.now()
    outcome = await to_own_phone.store(member, WORDS.format(name=campaign.name), own, client_id)
    if isinstance(outcome, Queued) and not outcome.again:
        campaign.round_trip_phone, campaign.round_trip_asked_at = own.phone, now
        await campaign.save(update_fields=["round_trip_phone", "round_trip_asked_at"])
        await audit.note(campaign, member.user, "round_trip.begun", audit.NOTHING)
    return outcome


async def answered(campaign: Campaign, contact: Contact) -> None:
    """Notes a text that came in and is no STOP: it proves the round trip if ours had left. Inside the caller's
    transaction."""
    asked = campaign.round_trip_asked_at
    if campaign.round_trip_phone != contact.phone or asked is None or clock.now() - asked > ANSWERED_WITHIN:
        return
    left = Message.filter(contact=contact, kind=TEST, created_at__gte=asked, status__in=(SENDING, UNKNOWN, TAKEN))
    if not await left.exists():
        return
    campaign.round_trip_phone, campaign.round_trip_at = "", clock.now()
    await campaign.save(update_fields=["round_trip_phone", "round_trip_at"])
