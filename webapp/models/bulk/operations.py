"""What can be done to many contacts at once (SPEC C5): each deed takes the ids of a slice, inside its transaction, their
rows locked."""

from __future__ import annotations

from typing import Any

from webapp import clock, database
from webapp.database import packed
from webapp.database.packed import sql_time
from webapp.models.accounts.users import who_may_text
from webapp.models.actions import audience
from webapp.models.bulk import export
from webapp.models.bulk.job import ASSIGN, EXPORT, FIELD, LIST, OPT_OUT, TAG, UNLIST, UNTAG, BulkJob
from webapp.models.contacts import many_at_once
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.conversations import assigning
from webapp.models.opt_outs.many import opt_out_contacts, tag_contacts
from webapp.models.opt_outs.opt_out import FROM_ADMIN


async def apply(work: BulkJob, ids: list[int]) -> int:
    """Returns for how many it made a difference."""
    return await _OPERATIONS[work.kind](work, ids)


async def _assign(work: BulkJob, ids: list[int]) -> int:
    """``what``: users, mode, action (0: all that run). Shared out by position among those who move, so that each user
    gets as many conversations; who has none to move is shared out beside them, as a keeper's, where all are meant."""
    users = await who_may_text(work.campaign_id, work.what["users"], lock=True)
    if not users:
        raise Impossible("Nobody of those chosen may text any more. Choose someone else.")
    actions, mode = await assigning.actions_of(work.campaign_id, work.what["action"]), work.what["mode"]
    moving = await assigning.with_conversations(ids, actions, mode)
    resting = [n for n in ids if n not in moving] if mode == assigning.ALL else []
    shares = {n: assigning.pick(f"assign:{work.id}", work.changed + at, users) for at, n in enumerate(moving)}
    shares |= {
        n: assigning.pick(f"keep:{work.id}", work.done - work.changed + at, users) for at, n in enumerate(resting)
    }
    touched = await assigning.give(shares, actions, mode, work.user)
    work.what["touched"] = sorted(touched | set(work.what.get("touched", [])))[:500]
    return len(moving)


async def _tag(work: BulkJob, ids: list[int]) -> int:
    tag = await Tag.get(id=work.what["tag"], campaign_id=work.campaign_id)
    new, opted_out = await tag_contacts(work.campaign, {n: [tag] for n in ids}, FROM_ADMIN, work.user)
    await _note(new, work, "tag_set", tag.name)
    await audience.sync_after_tag(new, tag.id)
    return len(new) + opted_out


async def _untag(work: BulkJob, ids: list[int]) -> int:
    tag = await Tag.get(id=work.what["tag"], campaign_id=work.campaign_id)
    if tag.opts_out:
        raise Impossible("An opt-out is for good: nothing takes the Opt Out tag away.")
    taken = await many_at_once.remove_tag(ids, tag.id)
    await _note(taken, work, "tag_taken", tag.name)
    await audience.sync_after_tag(taken, tag.id)
    return len(taken)


async def _field(work: BulkJob, ids: list[int]) -> int:
    field, value = await CustomField.get(id=work.what["field"], campaign_id=work.campaign_id), work.what["value"]
    if value:
        rows = [{"contact_id": n, "field_id": field.id, "value": value} for n in ids]
        changed = await many_at_once.set_values(rows, work.user_id)
    else:
        changed = await many_at_once.clear_value(ids, field.id)
    await _note(changed, work, "field_set", f"{field.title}: {value or '-'}")
    await audience.sync_after_field(changed, field.id)
    return len(changed)


async def _list(work: BulkJob, ids: list[int]) -> int:
    new = await many_at_once.add_to_list(work.what["list"], ids)
    await _note(new, work, "listed", work.what["name"])
    await audience.sync_conversations(new)
    return len(new)


async def _unlist(work: BulkJob, ids: list[int]) -> int:
    taken = await many_at_once.remove_from_list(work.what["list"], ids)
    await _note(taken, work, "unlisted", work.what["name"])
    await audience.sync_conversations(taken)
    return len(taken)


async def _opt_out(work: BulkJob, ids: list[int]) -> int:
    return await opt_out_contacts(work.campaign, ids, FROM_ADMIN, work.user)


async def _export(work: BulkJob, ids: list[int]) -> int:
    await export.add(work, ids)
    return len(ids)


async def _note(ids: list[int], work: BulkJob, what: str, detail: str) -> None:
    if ids:
        await database.query(
            f"INSERT INTO contact_event (user_id, what, detail, at, contact_id) SELECT {packed.mark('integer')}, {packed.mark('text')},"
            f" {packed.mark('text')}, {packed.mark('timestamptz')}, r.contact_id FROM {packed.table('contact_id')} WHERE true",
            work.user_id,
            what,
            detail[:1000],
            sql_time(clock.now()),
            packed.rows({"contact_id": n} for n in ids),
        )


class Impossible(Exception):
    """The deed can't be done, with the sentence why. What was done before stays."""


_OPERATIONS: dict[str, Any] = {
    ASSIGN: _assign,
    TAG: _tag,
    UNTAG: _untag,
    FIELD: _field,
    LIST: _list,
    UNLIST: _unlist,
    OPT_OUT: _opt_out,
    EXPORT: _export,
}
