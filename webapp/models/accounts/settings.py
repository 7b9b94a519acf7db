"""Saves a campaign's settings and its public details, and notes each change in the audit log (SPEC S1 to S12)."""

from __future__ import annotations

from typing import Any

from webapp.database import transactional
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign, new_join_code
from webapp.models.accounts.users import Membership
from webapp.rules import edited, spend
from webapp.rules.accounts import join_code
from webapp.rules.edited import Meanwhile

_MONEY = ("segment_price", "mms_price", "daily_cap")


async def save_texting(values: dict[str, Any], by: Membership, seen: str = "") -> Meanwhile | None:
    """``values``: columns of Campaign, ``daily_cap`` among them. ``seen``: the mark of the form (rules/edited.py); nothing
    is stored where somebody else changed one of them since."""
    return await _save(values, by, "settings.saved", seen)


async def save_info(values: dict[str, Any], by: Membership, seen: str = "") -> Meanwhile | None:
    """As `save_texting`, without a cap."""
    return await _save(values, by, "campaign.saved", seen)


async def _save(values: dict[str, Any], by: Membership, what: str, seen: str) -> Meanwhile | None:
    """Sets the new values on ``by.campaign`` once they are stored."""
    found = await _store(values, by, what, seen)
    await by.campaign.refresh_from_db()
    return found


@transactional
async def _store(values: dict[str, Any], by: Membership, what: str, seen: str) -> Meanwhile | None:
    """Writes and notes only what differs."""
    stored = await Campaign.filter(id=by.campaign_id).select_for_update().get()
    now = {name: word for name, word in words_of(stored).items() if name in values}
    if found := edited.meanwhile(seen, now, {name: _word(name, value) for name, value in values.items()}):
        return await audit.with_saver(found, by.campaign_id, what, "campaign", by.campaign_id)
    if "daily_cap" in values:
        values = values | spend.new_cap(stored.daily_cap, values["daily_cap"])
    changed = {name: value for name, value in values.items() if getattr(stored, name) != value}
    if changed.get("approval_needed") is False and join_code.easily_guessed(stored.join_code):
        changed["join_code"] = await new_join_code(approval_needed=False)
    if changed:
        await Campaign.filter(id=by.campaign_id).update(**changed)
        told = {name: str(value) for name, value in changed.items()}
        await audit.record(by, what, {"campaign": by.campaign_id}, ", ".join(changed), **told)
    return None


def words_of(campaign: Campaign) -> dict[str, str]:
    """All its columns, as `edited` compares them."""
    return {name: _word(name, getattr(campaign, name)) for name in Campaign._meta.db_fields}


def _word(name: str, value: Any) -> str:
    return spend.word(value) if name in _MONEY else edited.word(value)


@transactional
async def stop_everything(by: Membership) -> None:
    """A person's Stop Everything (S11); `Campaign.stop_everything` alone is the system's."""
    await by.campaign.stop_everything()
    await audit.record(by, "campaign.stopped", {"campaign": by.campaign_id})


@transactional
async def register(kind: str, cap: int | None, by: Membership) -> None:
    """``kind``: one of REGISTRATIONS, or "" for none. ``cap``: texts a day, None for no limit."""
    await by.campaign.register(kind, cap)
    await audit.record(by, "campaign.registered", {"campaign": by.campaign_id}, kind, cap=cap)


@transactional
async def renew_join_code(by: Membership) -> None:
    await by.campaign.renew_join_code()
    await audit.record(by, "join_code.renewed", {"campaign": by.campaign_id})


@transactional
async def note_audit_export(by: Membership) -> None:
    await audit.record(by, "export.audit_log", audit.NOTHING)
