"""Puts a script of the library into an action that is still a draft (SPEC H3)."""

from __future__ import annotations

from webapp.database import transactional
from webapp.models.accounts.users import Membership
from webapp.models.actions import basics
from webapp.models.actions.action import DRAFT, Action
from webapp.models.actions.audience import Chosen
from webapp.models.actions.script import INITIAL, RESPONSE, Script
from webapp.models.contacts.labels import Tag
from webapp.models.scripts import editing
from webapp.models.scripts.editing import Draft, Refused
from webapp.rules.library.prepared import Prepared

MOST = 50  # drafts on offer


async def drafts(by: Membership) -> list[Action]:
    """The newest actions that nobody was shown yet."""
    own = Action.filter(campaign_id=by.campaign_id, of_opt_in=False, state=DRAFT, archived_at=None)
    return await own.order_by("-id").limit(MOST)


@transactional
async def use(prepared: Prepared, action: Action | None, by: Membership) -> Action | None:
    """Copies it into the action, or into a new draft with the library's title. Returns the action; None, and nothing is
    stored, where it was published meanwhile. A script that the action has already, word for word, is not added again. A
    tag that the campaign has archived is left out."""
    target = action or await _new(prepared, by)
    stored = await Action.filter(id=target.id).select_for_update().get()
    if stored.state != DRAFT or stored.archived_at:
        return None
    tags = {tag.slug: tag for tag in await Tag.filter(campaign_id=by.campaign_id, archived_at=None)}
    there = {(row.kind, row.body) for row in await Script.filter(action=stored, archived_at=None)}
    for draft in _drafts(prepared, tags):
        if (draft.kind, draft.body) not in there:
            saved = await editing.save(stored, None, draft, by)
            assert not isinstance(saved, Refused), saved.sentences
    return stored


def _drafts(prepared: Prepared, tags: dict[str, Tag]) -> list[Draft]:
    answers = [
        Draft(RESPONSE, answer.name, answer.body, None, [tags[slug] for slug in answer.tags if slug in tags], [])
        for answer in prepared.answers
    ]
    return [Draft(INITIAL, prepared.title, prepared.initial, None, [], []), *answers]


async def _new(prepared: Prepared, by: Membership) -> Action:
    values = {"title": prepared.title, "description": "", "instructions": "", "ends_on": None, "daily_cap": None}
    return await basics.create(values, Chosen([], [], [], []), by)
