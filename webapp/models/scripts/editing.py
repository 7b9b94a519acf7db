"""Scripts of an action saved, copied, archived, restored and ordered, each with its audit note (SPEC A2 to A5).

A draft may hold almost anything. In a live action a script can't be saved, added, used again or ordered if that would
stop publishing, unless an owner overrules it with a reason (A7). When an initial script comes, goes or changes, scripts
are picked again for unsent conversations (A2), and each is checked again for missing values (section 4).
"""

from __future__ import annotations

from dataclasses import dataclass

from webapp.database import transactional
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.actions import audience
from webapp.models.actions.action import Action
from webapp.models.actions.pictures import Picture
from webapp.models.actions.script import INITIAL, RESPONSE, Script, put_in_order
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.conversations import making
from webapp.models.scripts import publishing, rendering, shortfalls
from webapp.rules import edited, script_lint
from webapp.rules.edited import Meanwhile
from webapp.rules.speech.sentences import said

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


@dataclass(frozen=True)
class Refused:
    """The script may not be in the action like this; nothing was changed. ``overrulable``: an owner may insist, with a
    reason. ``gone``: it was archived meanwhile."""

    sentences: list[str]
    overrulable: bool
    gone: bool = False


_GONE = Refused([said("Somebody archived this script meanwhile.")], overrulable=False, gone=True)


@transactional
async def save(
    action: Action, script: Script | None, draft: Draft, by: Membership, reason: str = "", seen: str = ""
) -> Script | Refused | Meanwhile:
    """Without a ``script`` a new one is added, as the last of its kind. ``reason``: an owner's, to overrule. ``seen``: the
    mark of the form (rules/edited.py)."""
    live = await _locked(action)
    if script and await _archived(script):
        return _GONE
    if script and (overtaken := edited.meanwhile(seen, await _stored_words(script), _words(draft))):
        return await audit.with_saver(overtaken, by.campaign_id, "script.saved", "script", script.id)
    if refused := await _refused(live, draft.kind, draft.body, draft.picture_id, by, reason):
        return refused
    stored = script or await Script.create(
        action=action, kind=draft.kind, position=await Script.next_position(action.id, draft.kind)
    )
    version = stored.version
    await stored.write(draft.name, draft.body, draft.picture_id)
    if stored.kind == RESPONSE:
        await stored.apply_on_send(draft.tags, draft.fields)
    if script is None:
        await _pick_again(live, stored)
    elif stored.version != version:
        await _fill_again(live, stored)
    await _note(action, stored, by, "script.saved", reason)
    return stored


@transactional
async def copy(action: Action, script: Script, by: Membership, reason: str = "") -> Script | Refused:
    """The same script once more, as the last of its kind."""
    live = await _locked(action)
    if await _archived(script):
        return _GONE
    if refused := await _refused(live, script.kind, script.body, script.picture_id, by, reason):
        return refused
    made = await script.copy()
    await _pick_again(live, script)
    await _note(action, script, by, "script.copied", reason)
    return made


@transactional
async def archive(action: Action, script: Script, by: Membership) -> None:
    """Nobody gets it any more: cards show another script; without another one first texts stop. Texts that were clicked
    before still leave. Results keep the texts sent of it."""
    live = await _locked(action)
    if await _archived(script):
        return
    await script.archive()
    await _pick_again(live, script, ended=True)
    await _note(action, script, by, "script.archived")


@transactional
async def restore(action: Action, script: Script, by: Membership, reason: str = "") -> Refused | None:
    live = await _locked(action)
    if not await _archived(script):  # by somebody else, just now
        return None
    if refused := await _refused(live, script.kind, script.body, script.picture_id, by, reason):
        return refused
    await script.restore()
    await _pick_again(live, script)
    await _note(action, script, by, "script.restored", reason)
    return None


@transactional
async def move(action: Action, script: Script, places: int, by: Membership, reason: str = "") -> Refused | None:
    """Moves a script down among its kind, or up where ``places`` is negative."""
    live = await _locked(action)
    if await _archived(script):
        return _GONE
    if refused := await _refused(live, script.kind, script.body, script.picture_id, by, reason):
        return refused
    ids = [row.id for row in await Script.of(action, script.kind)]
    at = ids.index(script.id)
    ids.insert(max(at + places, 0), ids.pop(at))
    await put_in_order(action, script.kind, ids)
    await audit.record(by, "script.moved", {"script": script.id, "action": action.id}, script.name or script.body)
    return None


@transactional
async def order_responses(action: Action, ids: list[int], by: Membership) -> Refused | None:
    """Puts the response scripts named first, in this order; the others follow as they were."""
    live = await _locked(action)
    for script in await Script.of(action, RESPONSE):
        if refused := await _refused(live, RESPONSE, script.body, script.picture_id, by, ""):
            return Refused([f"{script.name}: {sentence}" for sentence in refused.sentences], overrulable=False)
    await put_in_order(action, RESPONSE, ids)
    await audit.record(by, "scripts.ordered", {"action": action.id}, action.title)
    return None


async def _locked(action: Action) -> Action:
    """As it is now. Publishing locks it too, so that each sees what the other did."""
    return await Action.filter(id=action.id).select_for_update().get()


async def _archived(script: Script) -> bool:
    """Reads again, after the lock."""
    await script.refresh_from_db()
    return script.archived_at is not None


async def _refused(
    action: Action, kind: str, body: str, picture_id: int | None, by: Membership, reason: str
) -> Refused | None:
    campaign = await Campaign.get(id=action.campaign_id)
    found = script_lint.errors(script_lint.lint(body, kind, await rendering.known_names(campaign)))
    sentences = [f.sentence for f in found if action.live or f.code in NEVER_STORED]
    overrulable = all(f.code == "no_opt_out" for f in found)
    if action.live:
        gaps = publishing.nobody_has(await shortfalls.of_senders(campaign, body), body)
        gaps += await publishing.unfit(campaign, body)
        more = [check.sentence for check in gaps] + await _picture(picture_id)
        sentences, overrulable = sentences + more, overrulable and not more
    if not sentences or (overrulable and publishing.overrules(by, reason)):
        return None
    return Refused(sentences, overrulable)


async def _picture(picture_id: int | None) -> list[str]:
    picture = await Picture.get_or_none(id=picture_id) if picture_id else None
    return [finding.sentence for finding in script_lint.picture(bool(picture and not picture.intact()))]


async def _pick_again(action: Action, script: Script, ended: bool = False) -> None:
    if script.kind == INITIAL:
        await making.pick_again(action, script if ended else None)
        await _fill_again(action, script)


async def _fill_again(action: Action, script: Script) -> None:
    """Other texts need other values: a job, Start and the next card look at the conversations again."""
    if script.kind == INITIAL and action.live:
        await audience.look_again(action.id)


async def _note(action: Action, script: Script, by: Membership, what: str, reason: str = "") -> None:
    overruled = {"overruled": reason.strip()} if reason.strip() else {}
    about: audit.About = {"script": script.id, "action": action.id}
    await audit.record(by, what, about, script.name or script.body, action=action.title, **overruled)


async def _stored_words(script: Script) -> dict[str, str]:
    found = Script.filter(id=script.id).prefetch_related("script_tags__tag", "script_values__field")
    return words_from(await found.get())


def words_from(script: Script) -> dict[str, str]:
    """The stored values of a script's form, as `edited` compares them. Its tags and values are loaded."""
    fields = [(row.field, row.value) for row in script.script_values]
    tags = [row.tag for row in script.script_tags]
    return _words(Draft(script.kind, script.name, script.body, script.picture_id, tags, fields))


def _words(draft: Draft) -> dict[str, str]:
    return {
        "name": draft.name,
        "body": draft.body,
        "picture": str(draft.picture_id or ""),
        "tags": ", ".join(sorted(tag.name for tag in draft.tags)),
        "fields": ", ".join(sorted(f"{field.title}: {value}" for field, value in draft.fields if value)),
    }
