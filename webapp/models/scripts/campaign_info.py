"""Saves the campaign's public details, which scripts of published actions may send (SPEC S9, A7, section 4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from webapp.database import transactional
from webapp.models.accounts import settings
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import DRAFT
from webapp.models.actions.script import Script
from webapp.rules import variables
from webapp.rules.edited import Meanwhile
from webapp.rules.speech.sentences import said

# Columns that may be blank, and the variables they fill
_MAY_BE_BLANK = {"description": "campaign.description", "broadcast_phone_number": "broadcast_phone_number"}


@dataclass(frozen=True)
class InUse:
    """These columns can't be emptied: nobody could send the scripts that name them. Nothing was stored. ``sentences``: by
    column."""

    sentences: dict[str, str]


@transactional
async def save(values: dict[str, Any], by: Membership, seen: str = "") -> Meanwhile | InUse | None:
    """As `settings.save_info`. Refuses to blank what a script of a published action names."""
    stored = await Campaign.filter(id=by.campaign_id).select_for_update().get()
    emptied = [name for name in _MAY_BE_BLANK if getattr(stored, name).strip() and not values.get(name, "x").strip()]
    if emptied and (sentences := await _used(by.campaign_id, emptied)):
        return InUse(sentences)
    return await settings.save_info(values, by, seen)


async def _used(campaign_id: int, columns: list[str]) -> dict[str, str]:
    """Column -> why it can't be emptied, of those that a script in use of a published action names."""
    live = Script.filter(archived_at=None, action__campaign_id=campaign_id, action__archived_at=None)
    scripts = await live.exclude(action__state=DRAFT).select_related("action").order_by("id")
    found: dict[str, str] = {}
    for script in scripts:
        named = {variable.name for variable in variables.found(script.body)}
        for column in columns:
            if _MAY_BE_BLANK[column] in named:
                sentence = said(
                    "The texts of “%(title)s” name it, so it can't be empty. Change its scripts first.",
                    title=script.action.title,
                )
                found.setdefault(column, sentence)
    return found
