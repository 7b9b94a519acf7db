"""Gathers the facts of one text and its contact for the safeguards (SPEC X3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp import clock, database
from webapp.models.accounts.campaign import Campaign
from webapp.models.actions import pictures
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.zones import zones_of
from webapp.models.numbers.number import PhoneNumber
from webapp.models.scripts import rendering
from webapp.rules import safeguards


@dataclass(frozen=True, kw_only=True)
class Text:
    """The text to be judged. ``message_id``: its row, where it is stored; its own claim never counts against it.
    ``conversation_id``: None for a test. ``unfilled``: variables that nothing fills. ``clicked_at``: as in
    `Facts`."""

    kind: safeguards.Kind
    body: str
    message_id: int | None
    conversation_id: int | None
    picture_id: int | None
    unfilled: tuple[str, ...]
    texted_already: bool
    confirms_opt_out: bool
    clicked_at: datetime | None


async def gather(campaign: Campaign, contact: Contact, number: PhoneNumber | None, text: Text) -> safeguards.Facts:
    """``contact`` is locked, or is known to be unchanged when the text is stored. ``number``: the one the text leaves
    by; None where no number of the campaign can send."""
    in_their_conversation = contact.last_inbound_conversation_id == text.conversation_id
    return safeguards.Facts(
        kind=text.kind,
        body=text.body,
        phone=contact.phone,
        zones=await zones_of(campaign, contact.zone_set_id),
        start=campaign.opens,
        end=campaign.closes,
        lock=campaign.outbound_lock,
        landline=contact.landline(clock.now()),
        opted_out=contact.opted_out_at is not None,
        confirms_opt_out=text.confirms_opt_out,
        blocked=contact.blocked_at is not None,
        possible_opt_out=contact.possible_opt_out_at is not None,
        texted_already=text.texted_already,
        last_claim=await _last_claim(contact, text.message_id),
        their_conversation=text.conversation_id is not None and in_their_conversation,
        unanswered=await _unanswered(contact, text.message_id) if text.kind in ("follow_up", "opt_in") else 0,
        number_can_send=number is not None and number.can_send,
        unfilled=text.unfilled,
        fields=await rendering.fields_for(campaign.id, text.body),
        picture_missing=text.picture_id is not None and await pictures.missing(text.picture_id),
        clicked_at=text.clicked_at,
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
    """The number of our texts since their last one that are on their way or arrived."""
    [row] = await database.query(
        "SELECT COUNT(*) AS number FROM message WHERE contact_id = ? AND direction = 'out' AND id <> ?"
        " AND status IN ('queued', 'sending', 'unknown', 'taken')"
        " AND id > COALESCE((SELECT MAX(id) FROM message WHERE contact_id = ? AND direction = 'in'), 0)",
        contact.id,
        own_id or 0,
        contact.id,
    )
    return int(row["number"])
