"""Saves a campaign's settings and its public details, and notes each change in the audit log (SPEC S1 to S12)."""

from __future__ import annotations

from typing import Any

from webapp.database import transactional
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.rules import spend


async def save_texting(values: dict[str, Any], by: Membership) -> None:
    """``values``: columns of Campaign, ``daily_cap`` among them."""
    await _save(values | spend.new_cap(by.campaign.daily_cap, values["daily_cap"]), by, "settings.saved")


async def save_info(values: dict[str, Any], by: Membership) -> None:
    """``values``: columns of Campaign."""
    await _save(values, by, "campaign.saved")


async def _save(values: dict[str, Any], by: Membership, what: str) -> None:
    """Writes and notes only what differs, and sets it on ``by.campaign`` once it is stored."""
    changed = {name: value for name, value in values.items() if getattr(by.campaign, name) != value}
    if changed:
        await _store(changed, by, what)
    by.campaign.update_from_dict(changed)


@transactional
async def _store(changed: dict[str, Any], by: Membership, what: str) -> None:
    await Campaign.filter(id=by.campaign_id).update(**changed)
    detail = {name: str(value) for name, value in changed.items()}
    await audit.note(by.campaign, by.user, what, ", ".join(changed), **detail)


@transactional
async def renew_join_code(by: Membership) -> None:
    await by.campaign.renew_join_code()
    await audit.note(by.campaign, by.user, "join_code.renewed")
