"""Conversations of an action, made from its lists by a job while Start works already (SPEC A1, A2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from webapp import clock, database
from webapp.database import packed, transactional
from webapp.models import audience, tallies
from webapp.models.actions import Action
from webapp.models.conversations import Conversation
from webapp.models.people import Membership
from webapp.models.scripts import INITIAL, Script
from webapp.rules import errors, script_choice

SLICE = 500  # conversations a transaction


@transactional
async def make_some(action_id: int, after: int = 0) -> int | None:
    """A slice of the conversations that are missing, of contacts past ``after``; where to go on, or None at the end."""
    action = await Action.filter(id=action_id).select_for_update().get()
    scripts = await Script.filter(action=action, kind=INITIAL, archived_at=None).order_by("id")
    if action.archived_at or action.state == "draft" or not scripts:
        return None
    people = await _without_conversation(action, after)
    holders = await _keepers(action, people)
    now = clock.now()
    rows = []
    for n, person in enumerate(people):
        pick = script_choice.pick(str(action_id), action.conversations_made + n, len(scripts))
        rows.append(_conversation(action, person, scripts[pick].id, holders.get(person["keeper_id"]), now))
    await Conversation.bulk_create(rows)
    action.conversations_made += len(rows)
    await action.save(update_fields=["conversations_made"])
    await _count(action_id, rows)
    return people[-1]["id"] if len(rows) == SLICE else None


async def unfinished() -> list[int]:
    """Running actions whose lists may have grown; the sweep looks at them now and then."""
    return [action.id for action in await Action.filter(archived_at=None).exclude(state="draft")]


async def _without_conversation(action: Action, after: int) -> list[dict[str, Any]]:
    """In order of contacts, so that a pass over a long list reads it once."""
    return await database.query(
        "SELECT c.id, c.zone_set_id, c.opted_out_at, c.blocked_at, c.landline_until, c.keeper_id FROM contact c"  # noqa: S608
        f" WHERE c.campaign_id = ? AND c.id > ? AND {audience.is_in(str(int(action.id)), 'c.id')} AND NOT EXISTS"
        f" (SELECT 1 FROM conversation v WHERE v.action_id = {int(action.id)} AND v.contact_id = c.id) ORDER BY c.id LIMIT ?",
        action.campaign_id, after, SLICE,
    )  # fmt: skip


async def _keepers(action: Action, people: list[dict[str, Any]]) -> dict[int, int]:
    """Those of the contacts' keepers who may text in this campaign."""
    wanted = {person["keeper_id"] for person in people if person["keeper_id"]}
    found = Membership.filter(campaign_id=action.campaign_id, user_id__in=list(wanted) or [0], suspended_at=None)
    return {member.user_id: member.user_id for member in await found if member.approved_at}


def _conversation(
    action: Action, person: dict[str, Any], script_id: int, holder: int | None, now: datetime
) -> Conversation:
    return Conversation(
        campaign_id=action.campaign_id, action_id=action.id, contact_id=person["id"], zone_set_id=person["zone_set_id"],
        script_id=script_id, user_id=holder, held_since=now if holder else None, closed_code=_closed(person, now),
        created_at=now,
    )  # fmt: skip


def _closed(person: dict[str, Any], now: datetime) -> int | None:
    if person["opted_out_at"]:
        return errors.OPTED_OUT
    if person["blocked_at"]:
        return errors.BLOCKED
    until = packed.instant(person["landline_until"])
    return errors.LANDLINE if until and until > now else None


async def _count(action_id: int, rows: list[Conversation]) -> None:
    for row in rows:
        tallies.put(row)
    left_out = {row.contact_id: row.closed_code for row in rows if row.closed_code}
    if left_out:
        made = Conversation.filter(action_id=action_id, contact_id__in=list(left_out))
        for conversation in await made:
            await tallies.hit(action_id, conversation.id, left_out[conversation.contact_id])  # type: ignore[arg-type]


@transactional
async def pick_again(action: Action) -> None:
    """A script came or went: who is held by nobody and was not texted gets a new pick (A2)."""
    await Action.filter(id=action.id).select_for_update().get()
    scripts = await Script.filter(action=action, kind=INITIAL, archived_at=None).order_by("id")
    if not scripts:
        return
    free = await database.query(
        "SELECT id FROM conversation WHERE action_id = ? AND user_id IS NULL AND NOT with_staff AND texted_at IS NULL"
        " ORDER BY id",
        action.id,
    )
    seed = f"{action.id}:{','.join(str(script.id) for script in scripts)}"
    picks: dict[int, list[int]] = {script.id: [] for script in scripts}
    for n, row in enumerate(free):
        picks[scripts[script_choice.pick(seed, n, len(scripts))].id].append(row["id"])
    for script_id, ids in picks.items():
        for start in range(0, len(ids), SLICE):
            await Conversation.filter(id__in=ids[start : start + SLICE]).update(script_id=script_id)
