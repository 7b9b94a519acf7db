"""Kinds of phone lines: looked up at Twilio where the campaign has switched it on, kept for 180 days (SPEC X7)."""

from __future__ import annotations

from dataclasses import dataclass

from webapp import clock, database
from webapp.database import packed, transactional
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts.contact import Contact
from webapp.models.conversations import closing
from webapp.models.outcomes import learning
from webapp.rules import errors
from webapp.rules.contacts import lines

WINDOW = 5_000  # contacts one statement looks at


@dataclass(frozen=True)
class Part:
    """``asked``: (contact, phone) to look up. ``after``: the contact past which the next window begins; None on the
    last."""

    asked: list[tuple[int, str]]
    after: int | None


async def campaigns() -> list[Campaign]:
    return await Campaign.filter(use_lookup=True, stopped_at=None).order_by("id")


async def window(campaign: Campaign, after: int) -> Part:
    """Contacts not looked up yet that are still to be texted in a running action."""
    rows = await database.query(
        "SELECT id, phone FROM contact WHERE campaign_id = ? AND looked_up_at IS NULL AND id > ? ORDER BY id LIMIT ?",
        campaign.id,
        after,
        WINDOW,
    )
    waiting = (
        await database.query(
            "SELECT DISTINCT v.contact_id AS id FROM conversation v JOIN action a ON a.id = v.action_id"
            f" WHERE {packed.among('v.contact_id')} AND v.texted_at IS NULL AND v.closed_code IS NULL AND a.archived_at IS NULL"
            " AND a.state <> 'draft'",
            packed.values([row["id"] for row in rows]),
        )
        if rows
        else []
    )
    wanted = {row["id"] for row in waiting}
    asked = [(row["id"], row["phone"]) for row in rows if row["id"] in wanted]
    return Part(asked, rows[-1]["id"] if len(rows) == WINDOW else None)


@transactional
async def found(contact_id: int, kind: str) -> None:
    """Stores the kind of line: Twilio's word, or lines.INVALID. It overrules what error codes taught."""
    contact = await Contact.locked(contact_id)
    contact.line_type, contact.looked_up_at = kind[:20], clock.now()
    was = contact.landline_until
    if not lines.textable(kind):
        contact.landline_until = clock.now() + learning.LANDLINE_FOR
    elif lines.surely_textable(kind):
        contact.landline_until = None
    await contact.save(update_fields=["line_type", "looked_up_at", "landline_until"])
    if not lines.textable(kind):
        await closing.close_conversations(contact, errors.LANDLINE)
    elif was and contact.landline_until is None:
        await closing.open_conversations(contact, errors.LANDLINE)


@transactional
async def forget_old() -> None:
    """After 180 days a phone may be another line."""
    before = clock.now() - learning.LANDLINE_FOR
    await Contact.filter(looked_up_at__lt=before).update(looked_up_at=None, line_type="")
