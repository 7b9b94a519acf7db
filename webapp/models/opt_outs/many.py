"""Many phones opted out at once: the same as `opting_out.opt_out`, in a handful of statements a slice (SPEC C7, X6).

Each contact with a queued text, or whose thread needs attention, takes some statements more.
"""

from __future__ import annotations

from tortoise.expressions import Q

from webapp import clock, database
from webapp.database import packed, transactional
from webapp.database.locks import Lock
from webapp.database.packed import sql_time
from webapp.database.statements import column
from webapp.models import tallies
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import User
from webapp.models.contacts import labels, many_at_once
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import Tag
from webapp.models.conversations import attention, closing
from webapp.models.conversations.conversation import Conversation
from webapp.models.opt_outs.opt_out import FROM_SHARED, note_said_again
from webapp.rules import errors


@transactional
async def opt_out_many(campaign: Campaign, phones: list[str], source: str, by: User | None, words: str = "") -> int:
    """Opts phones out for good, contacts or not. Returns how many were not opted out before.

    Some phones are not contacts yet: the lock keeps anybody from creating one without seeing the opt-out. The rows of
    contacts are locked before the opt-outs are written, so a claim sees them or came before them.
    """
    await database.lock(Lock.MAKING_CONTACTS, campaign.id)
    rows = await database.query(
        f"SELECT id FROM contact WHERE campaign_id = ? AND {packed.among('phone', 'text')} ORDER BY id{packed.for_update()}",
        campaign.id,
        packed.values(phones),
    )
    new = await _write(campaign, phones, source, by, words)
    await mark_opted_out(campaign, [row["id"] for row in rows], by)
    return new


@transactional
async def opt_out_contacts(campaign: Campaign, ids: list[int], source: str, by: User | None, words: str = "") -> int:
    """The same for contacts whose rows are locked."""
    phones = await column(Contact.filter(id__in=ids or [0]), "phone")
    new = await _write(campaign, phones, source, by, words)
    await mark_opted_out(campaign, ids, by)
    return new


@transactional
async def tag_contacts(
    campaign: Campaign, tagged: dict[int, list[Tag]], source: str, by: User | None, words: str = ""
) -> tuple[list[int], int]:
    """Sets tags on contacts whose rows are locked; the Opt Out tag opts out (X6). ``tagged``: contact -> tags.

    Returns the contacts to whom a tag (other than Opt Out) is new, and how many contacts were newly opted out.
    """
    rows = [{"contact_id": n, "tag_id": tag.id} for n, tags in tagged.items() for tag in tags if not tag.opts_out]
    new = await many_at_once.add_tags(rows, by.id if by else None)
    gone = [n for n, tags in tagged.items() if any(tag.opts_out for tag in tags)]
    return new, await opt_out_contacts(campaign, gone, source, by, words) if gone else 0


async def _write(campaign: Campaign, phones: list[str], source: str, by: User | None, words: str) -> int:
    new = await database.query(
        f"INSERT INTO opt_out (campaign_id, phone, source, at, user_id, words) SELECT {packed.mark('integer')}, r.phone,"
        f" {packed.mark('text')}, {packed.mark('timestamptz')}, {packed.mark('integer')}, {packed.mark('text')}"
        f" FROM {packed.table('phone')} WHERE true ON CONFLICT (campaign_id, phone) DO NOTHING RETURNING phone",
        campaign.id,
        source,
        sql_time(clock.now()),
        by.id if by else None,
        words[:200],
        packed.rows({"phone": phone} for phone in sorted(phones)),
    )
    if len(new) < len(phones) and source != FROM_SHARED:
        await note_said_again(campaign.id, phones)
    return len(new)


async def mark_opted_out(campaign: Campaign, ids: list[int], by: User | None) -> None:
    """Brings contacts in line with their opt-outs: row, tag, queued texts, conversations. Their rows are locked."""
    if not ids:
        return
    await database.query(
        f"UPDATE contact SET opted_out_at = COALESCE(opted_out_at, {packed.mark('timestamptz')}), possible_opt_out_at = NULL,"
        f" possible_opt_out_message_id = NULL WHERE {packed.among('id')}",
        sql_time(clock.now()),
        packed.values(ids),
    )
    if tag := await Tag.get_or_none(campaign=campaign, slug=labels.OPT_OUT, system=True):
        await many_at_once.add_tags([{"contact_id": n, "tag_id": tag.id} for n in ids], by.id if by else None)
    await _cancel_queued(ids)
    await _close(ids)


async def _cancel_queued(ids: list[int]) -> None:
    rows = await database.query(
        f"SELECT DISTINCT contact_id FROM message WHERE {packed.among('contact_id')} AND status = 'queued'"
        " AND direction = 'out' ORDER BY contact_id",
        packed.values(ids),
    )
    for row in rows:
        await closing.cancel_queued(await Contact.get(id=row["contact_id"]))


async def _close(ids: list[int]) -> None:
    """Ends first texts to them in every action; none of their threads needs attention."""
    await many_at_once.lock_conversations(ids)
    closed = await database.query(
        f"UPDATE conversation SET closed_code = {errors.OPTED_OUT} WHERE {packed.among('contact_id')} AND texted_at IS NULL"
        " AND closed_code IS NULL RETURNING id, action_id, user_id",
        packed.values(ids),
    )
    tallies.closed(closed)
    await tallies.hits([(row["action_id"], row["id"]) for row in closed], errors.OPTED_OUT)
    noisy = Conversation.filter(Q(needs_attention=True) | Q(unread=True), contact_id__in=ids).order_by("id")
    for conversation in await noisy.select_for_update():
        async with tallies.moving(conversation):
            attention.nobody_waits(conversation)
