"""Scripts of an action saved, copied, archived, restored and ordered, each with its audit note (SPEC A2 to A5).

An initial script that comes or goes picks anew which script unsent conversations get (A2).
"""

from __future__ import annotations

from dataclasses import dataclass

from webapp.database import transactional
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.actions.script import INITIAL, RESPONSE, Script, put_in_order
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.conversations import making
from webapp.models.scripts import rendering
from webapp.rules import script_lint

NEVER_STORED = ("unknown_variable", "unclosed", "empty", "too_long")  # findings that even a draft may not have


@dataclass(frozen=True)
class Draft:
    """A script to be stored. ``tags``, ``fields``: what sending a response script sets (A3); a blank value sets
    nothing."""

    kind: str
    name: str
    body: str
    picture_id: int | None
    tags: list[Tag]
    fields: list[tuple[CustomField, str]]


async def obstacles(campaign: Campaign, kind: str, body: str) -> list[str]:
    """Why this text can't be stored, in sentences."""
    findings = script_lint.lint(body, kind, await rendering.known_names(campaign))  # type: ignore[arg-type]
    return [finding.sentence for finding in findings if finding.code in NEVER_STORED]


@transactional
async def save(action: Action, script: Script | None, draft: Draft, by: Membership) -> Script:
    """Without a ``script`` a new one is added, as the last of its kind."""
    stored = script or await Script.create(
        action=action, kind=draft.kind, position=await Script.next_position(action.id, draft.kind)
    )
    await stored.write(draft.name, draft.body, draft.picture_id)
    if stored.kind == RESPONSE:
        await stored.apply_on_send(draft.tags, draft.fields)
    if script is None:
        await _pick_again(action, stored)
    await _note(action, stored, by, "script.saved")
    return stored


@transactional
async def copy(action: Action, script: Script, by: Membership) -> Script:
    """The same script once more, as the last of its kind."""
    made = await script.copy()
    await _pick_again(action, script)
    await _note(action, script, by, "script.copied")
    return made


@transactional
async def archive(action: Action, script: Script, by: Membership) -> None:
    """Nobody gets it any more; Results keep the texts sent of it."""
    await script.archive()
    await _pick_again(action, script)
    await _note(action, script, by, "script.archived")


@transactional
async def restore(action: Action, script: Script, by: Membership) -> None:
    await script.restore()
    await _pick_again(action, script)
    await _note(action, script, by, "script.restored")


@transactional
async def move(action: Action, script: Script, places: int, by: Membership) -> None:
    """Moves a script down among its kind, or up where ``places`` is negative."""
    ids = [row.id for row in await Script.of(action, script.kind)]
    at = ids.index(script.id)
    ids.insert(max(at + places, 0), ids.pop(at))
    await put_in_order(action, script.kind, ids)
    await audit.record(by, "script.moved", script.name or script.body)


@transactional
async def order_responses(action: Action, ids: list[int], by: Membership) -> None:
    """Puts the response scripts named first, in this order; the others follow as they were."""
    await put_in_order(action, RESPONSE, ids)
    await audit.record(by, "scripts.ordered", action.title)


async def _pick_again(action: Action, script: Script) -> None:
    if script.kind == INITIAL:
        await making.pick_again(action)


async def _note(action: Action, script: Script, by: Membership, what: str) -> None:
    await audit.record(by, what, script.name or script.body, action=action.title)
