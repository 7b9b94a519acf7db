"""What the database knows of one text and the contact it is for, gathered for the safeguards (SPEC X3)."""

from __future__ import annotations

from typing import cast

from webapp import clock, database
from webapp.models.accounts.campaign import Campaign
from webapp.models.actions import pictures
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.zones import zones_of
from webapp.models.conversations.message import Message
from webapp.models.numbers.number import PhoneNumber
from webapp.rules import safeguards


async def gather(
    campaign: Campaign,
    contact: Contact,
    conversation_id: int | None,
    number: PhoneNumber | None,
    kind: str,
    body: str,
    message: Message | None = None,
    confirms_opt_out: bool = False,
    unfilled: tuple[str, ...] = (),
    picture_id: int | None = None,
) -> safeguards.Facts:
    """``contact`` is locked. ``message`` is the text itself where it is stored already: its own claim never counts. A test
    belongs to no conversation."""
    own_id = message.id if message else None
    return safeguards.Facts(
        kind=cast(safeguards.Kind, kind),
        body=body,
        zones=await zones_of(campaign, contact.zone_set_id),
        start=campaign.opens,
        end=campaign.closes,
        lock=campaign.outbound_lock,
        landline=contact.landline(clock.now()),
        opted_out=contact.opted_out_at is not None,
        confirms_opt_out=confirms_opt_out,
        blocked=contact.blocked_at is not None,
        possible_opt_out=contact.possible_opt_out_at is not None,
        last_claim=await _last_claim(contact, own_id),
        their_conversation=conversation_id is not None and contact.last_inbound_conversation_id == conversation_id,
        unanswered=await _unanswered(contact, own_id) if kind == "follow_up" else 0,
        number_can_send=number is not None and number.can_send,
        unfilled=unfilled,
        picture_missing=picture_id is not None and await pictures.missing(picture_id),
    )


async def _last_claim(contact: Contact, own_id: int | None) -> safeguards.Claim | None:
    at, message_id = contact.last_claimed_at, contact.last_claimed_message_id
    if message_id == own_id:
        at, message_id = contact.earlier_claimed_at, contact.earlier_claimed_message_id
    if at is None or message_id is None:
        return None
    found = await database.query("SELECT body FROM message WHERE id = ?", message_id)
    return safeguards.Claim(at, found[0]["body"] if found else "")


async def _unanswered(contact: Contact, own_id: int | None) -> int:
    """Texts of ours since they wrote last that are on their way or arrived."""
    [row] = await database.query(
        "SELECT COUNT(*) AS number FROM message WHERE contact_id = ? AND direction = 'out' AND id <> ?"
        " AND status IN ('queued', 'sending', 'unknown', 'taken')"
        " AND id > COALESCE((SELECT MAX(id) FROM message WHERE contact_id = ? AND direction = 'in'), 0)",
        contact.id,
        own_id or 0,
        contact.id,
    )
    return int(row["number"])
