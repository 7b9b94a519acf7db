"""A new campaign, with the tags and fields of SPEC C4."""

from __future__ import annotations

from webapp import clock
from webapp.database import transactional
from webapp.models.campaign import Campaign, new_join_code
from webapp.models.labels import start_labels


@transactional
async def found(name: str, slug: str, timezone: str) -> Campaign:
    campaign = await Campaign.create(
        name=name, slug=slug, timezone=timezone, join_code=await new_join_code(), created_at=clock.now()
    )
    await start_labels(campaign)
    return campaign
