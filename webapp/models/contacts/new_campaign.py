"""Creates a campaign with the tags and fields of SPEC C4."""

from __future__ import annotations

from typing import Any

from webapp import clock
from webapp.database import transactional
from webapp.models.accounts.campaign import Campaign, new_join_code
from webapp.models.contacts.labels import create_first_labels


@transactional
async def create_campaign(name: str, slug: str, timezone: str, **info: Any) -> Campaign:
    """``info``: more columns of Campaign (S9)."""
    code = await new_join_code(bool(info.get("approval_needed")))
    campaign = await Campaign.create(
        name=name, slug=slug, timezone=timezone, join_code=code, created_at=clock.now(), **info
    )
    await create_first_labels(campaign)
    return campaign
