"""The steps left before a campaign texts for the first time: the office's first page shows it until then (SPEC S9)."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.models.accounts.campaign import Campaign
from webapp.models.actions.action import DRAFT, Action
from webapp.models.actions.script import INITIAL, Script
from webapp.models.contacts.lists import ContactList
from webapp.models.numbers.number import PhoneNumber

INFO, NUMBERS, SETUP, LIST, SCRIPT, PUBLISH = "info", "numbers", "setup", "list", "script", "publish"


@dataclass(frozen=True)
class Step:
    """``name``: one of those above. ``action_id``: the draft to go on with, None where none is made yet."""

    name: str
    done: bool
    action_id: int | None = None


async def of(campaign: Campaign) -> list[Step]:
    """In the order in which they are done; empty once an action was published."""
    if await Action.filter(campaign=campaign, of_opt_in=False).exclude(state=DRAFT).exists():
        return []
    draft = await Action.filter(campaign=campaign, archived_at=None, of_opt_in=False).order_by("-id").first()
    written = await Script.exists(action__campaign=campaign, action__of_opt_in=False, kind=INITIAL, archived_at=None)
    draft_id = draft.id if draft else None
    return [
        Step(INFO, bool(campaign.description)),
        Step(NUMBERS, await PhoneNumber.exists(campaign=campaign, retired_at=None)),
        Step(SETUP, campaign.set_up),
        Step(LIST, await ContactList.exists(campaign=campaign, size__gt=0)),
        Step(SCRIPT, written, draft_id),
        Step(PUBLISH, False, draft_id),
    ]
