"""Makes an action's conversations from its lists: a job does it while Start already works (SPEC A1, A2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from webapp import clock, database
from webapp.database import packed, transactional
from webapp.database.packed import sql_time
from webapp.database.statements import column
from webapp.models import tallies
from webapp.models.accounts.users import who_may_text
from webapp.models.actions import audience, gaps, outsiders
from webapp.models.actions.action import Action, ActionList
from webapp.models.actions.script import INITIAL, Script
from webapp.models.contacts import many_at_once
from webapp.models.contacts.contact import never_texted_sql
from webapp.models.conversations.conversation import AssignmentEvent, Conversation
from webapp.rules.scripts import script_choice

SLICE = 500  # conversations per transaction
WINDOW = 5_000  # list members that one step looks at


async def make_all(action_id: int, seconds: float = 3_600) -> None:
    """Makes all that are missing, in one pass over the lists that ends after so many seconds."""
    place: Place | None = Place()
    deadline = clock.steady() + seconds
    while place is not None and clock.steady() < deadline:
        place = await make_some(action_id, place)


@dataclass(frozen=True)
class Place:
    """How far a pass over an action's lists has come: the least id of the next list, and the last contact seen there."""

    list_id: int = 0
    after: int = 0


async def make_some(action_id: int, place: Place) -> Place | None:
    """Makes missing conversations for the next window of a list. Returns where to go on, None after the last list.

    The missing ones are looked up outside of any transaction: mostly there are none."""
    lists = await ActionList.filter(action_id=action_id, contact_list_id__gte=place.list_id).order_by("contact_list_id")
    if not lists:
        return None
    list_id = lists[0].contact_list_id
    after = place.after if list_id == place.list_id else 0
    window = await database.query(
        "SELECT contact_id FROM list_membership WHERE contact_list_id = ? AND contact_id > ? ORDER BY contact_id LIMIT ?",
        list_id,
        after,
        WINDOW,
    )
    ids = [row["contact_id"] for row in window]
    missing = await _missing(action_id, ids)
    for start in range(0, len(missing), SLICE):
        await _make(action_id, missing[start : start + SLICE])
    return Place(list_id, ids[-1]) if len(ids) == WINDOW else Place(list_id + 1)


async def _missing(action_id: int, contact_ids: list[int]) -> list[int]:
    """Contacts in the action that have no conversation in it yet, in order."""
    rows = await database.query(
        f"SELECT c.id FROM contact c WHERE {packed.among('c.id')} AND NOT EXISTS (SELECT 1 FROM conversation v"
        f" WHERE v.action_id = {int(action_id)} AND v.contact_id = c.id) AND {audience.is_in(str(int(action_id)), 'c.id')} ORDER BY c.id",
        packed.values(contact_ids),
    )
    return [row["id"] for row in rows]


@transactional
async def _make(action_id: int, contact_ids: list[int]) -> None:
    """Makes conversations for these contacts. Taking a contact out of an action locks the contact first, so the audience
    is asked again here, after the lock."""
    action = await Action.filter(id=action_id).select_for_update().get()
    scripts = await Script.filter(action=action, kind=INITIAL, archived_at=None).order_by("id")
    if action.archived_at or action.state == "draft" or not scripts:
        return
    await many_at_once.lock_contacts(contact_ids)
    people = await _people(await _missing(action_id, contact_ids), action.published_at)
    keepers = await _keepers(action, people)
    now, seed = clock.now(), _seed(action, scripts)
    rows = []
    for n, person in enumerate(people):
        pick = script_choice.pick(seed, action.conversations_made + n, len(scripts))
        holder = person["keeper_id"] if person["keeper_id"] in keepers else None
        rows.append(_conversation(action, person, scripts[pick].id, holder, now))
    await Conversation.bulk_create(rows)
    action.conversations_made += len(rows)
    await action.save(update_fields=["conversations_made"])
    await _count(action_id, rows)
    if people:
        ids = [row.contact_id for row in rows]
        await gaps.close_lacking(await gaps.needs(ids[0], action_id), ids)
    await _note_keepers(action_id, [row.contact_id for row in rows if row.user_id], now)


async def _note_keepers(action_id: int, contact_ids: list[int], now: datetime) -> None:
    """The history of holders begins with the contact's keeper."""
    held = await Conversation.filter(action_id=action_id, contact_id__in=contact_ids or [0]).values_list(
        "id", "user_id"
    )
    await AssignmentEvent.bulk_create(
        [AssignmentEvent(conversation_id=n, to_user_id=user, how="keeper", at=now) for n, user in held]
    )


async def actions_of_list(list_id: int | None) -> list[int]:
    """The actions that text this list."""
    rows = await ActionList.filter(contact_list_id=list_id or 0)
    return [row.action_id for row in rows]


async def unfinished() -> list[int]:
    """Running actions: their lists may have grown, so the sweep makes what is missing."""
    return [action.id for action in await Action.filter(archived_at=None).exclude(state="draft")]


async def _people(contact_ids: list[int], published_at: datetime | None) -> list[dict[str, Any]]:
    """``lost_at``: the time of a text to this contact that Twilio has but a restored backup lacks. Nobody knows its
    action, so it counts as the first text of every action published before it."""
    return await database.query(
        f"SELECT c.id, c.zone_set_id, c.keeper_id, {never_texted_sql('c', packed.mark('timestamptz'))} AS closed_code,"
        " CASE WHEN c.last_claimed_at IS NOT NULL THEN (SELECT MAX(m.created_at) FROM message m WHERE m.contact_id = c.id"
        " AND m.direction = 'out' AND m.kind = 'follow_up' AND m.conversation_id IS NULL AND m.created_at >= ?) END AS lost_at"
        f" FROM contact c WHERE {packed.among('c.id')} ORDER BY c.id",
        sql_time(clock.now()),
        sql_time(published_at or clock.now()),
        packed.values(contact_ids),
    )


async def _keepers(action: Action, people: list[dict[str, Any]]) -> set[int]:
    """The contacts' keepers who may text in this action."""
    wanted = {person["keeper_id"] for person in people if person["keeper_id"]}
    able = set(await who_may_text(action.campaign_id, wanted, lock=True)) if wanted else set()
    return able - (await outsiders.of_actions(action.campaign_id, [action.id], able)).get(action.id, set())


def _conversation(
    action: Action, person: dict[str, Any], script_id: int, holder: int | None, now: datetime
) -> Conversation:
    return Conversation(
        campaign_id=action.campaign_id,
        action_id=action.id,
        contact_id=person["id"],
        zone_set_id=person["zone_set_id"],
        script_id=script_id,
        user_id=holder,
        held_since=now if holder else None,
        closed_code=person["closed_code"],
        texted_at=packed.instant(person["lost_at"]),
        created_at=now,
    )


async def _count(action_id: int, rows: list[Conversation]) -> None:
    for row in rows:
        tallies.count_new(row)
    for code in {row.closed_code for row in rows if row.closed_code}:
        ids = [row.contact_id for row in rows if row.closed_code == code]
        made = await column(Conversation.filter(action_id=action_id, contact_id__in=ids), "id")
        await tallies.hits([(action_id, int(n)) for n in made], code)


@transactional
async def pick_again(action: Action, ended: Script | None = None) -> None:
    """Picks scripts again for untexted conversations that nobody holds (A2). After a script ``ended``, also for those
    with it that somebody holds; other cards stay as they are. Conversations made later continue the blocks begun here,
    so that the counts stay even.

    Locks conversations in order of id and no contact afterwards: whoever locks a contact locks it first (the click)."""
    await Action.filter(id=action.id).select_for_update().get()
    scripts = await Script.filter(action=action, kind=INITIAL, archived_at=None).order_by("id")
    if not scripts:
        return
    free = "user_id IS NULL AND NOT with_staff"
    which = f"texted_at IS NULL AND ({free}{f' OR script_id = {int(ended.id)}' if ended else ''})"
    rows = await database.query(
        f"SELECT id, CASE WHEN {free} THEN 1 ELSE 0 END AS free FROM conversation WHERE action_id = ? AND {which} ORDER BY id",
        action.id,
    )
    seed = _seed(action, scripts)
    held_first = sorted(rows, key=lambda row: row["free"])  # each part is even in itself
    picks = {row["id"]: scripts[script_choice.pick(seed, n, len(scripts))].id for n, row in enumerate(held_first)}
    for start in range(0, len(rows), SLICE):
        await _give_scripts({row["id"]: picks[row["id"]] for row in rows[start : start + SLICE]}, which)
    await Action.filter(id=action.id).update(conversations_made=len(rows))


async def _give_scripts(picks: dict[int, int], which: str) -> None:
    """``picks``: conversation -> script, in order of id. ``which``: SQL of what the choice assumed; a conversation that
    was texted or taken meanwhile keeps its script."""
    still = await database.query(
        f"SELECT id FROM conversation WHERE {packed.among('id')} AND {which} ORDER BY id{packed.for_update()}",
        packed.values(list(picks)),
    )
    ids = {row["id"] for row in still}
    for script_id in dict.fromkeys(picks.values()):
        mine = [n for n in picks if n in ids and picks[n] == script_id]
        await (
            Conversation.filter(id__in=mine or [0])
            .exclude(script_id=script_id)
            .update(script_id=script_id, script_version=None)
        )


@transactional
async def pick_one(conversation: Conversation) -> bool:
    """Picks another script for a conversation whose own is archived, as when its first text was taken back or refused
    afterwards. False where the action has no initial script in use. Locks the contact first, as the click does."""
    await many_at_once.lock_contacts([conversation.contact_id])
    action = await Action.get(id=conversation.action_id)
    scripts = await Script.filter(action=action, kind=INITIAL, archived_at=None).order_by("id")
    if not scripts:
        return False
    script = scripts[script_choice.pick(_seed(action, scripts), conversation.id, len(scripts))]
    await Conversation.filter(id=conversation.id, texted_at=None).update(script_id=script.id, script_version=None)
    await audience.sync_conversations([conversation.contact_id], action.id)
    return True


def _seed(action: Action, scripts: list[Script]) -> str:
    """The seed of the order within the blocks: it differs by action and by set of scripts."""
    return f"{action.id}:{','.join(str(script.id) for script in scripts)}"
