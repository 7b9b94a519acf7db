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
    await audit.record(by, what, ", ".join(changed), **detail)


@transactional
async def stop_everything(by: Membership) -> None:
    """A person's Stop Everything (S11); `Campaign.stop_everything` alone is the system's."""
    await by.campaign.stop_everything()
    await audit.record(by, "campaign.stopped")


@transactional
async def register(kind: str, cap: int | None, by: Membership) -> None:
    """``kind``: one of REGISTRATIONS, or "" for none. ``cap``: texts a day, None for no limit."""
    await by.campaign.register(kind, cap)
    await audit.record(by, "campaign.registered", kind, cap=cap)


@transactional
async def renew_join_code(by: Membership) -> None:
    await by.campaign.renew_join_code()
    await audit.record(by, "join_code.renewed")
