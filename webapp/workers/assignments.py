"""The job that returns unsent contacts to the pool (SPEC S8)."""

from __future__ import annotations

from typing import Any

from webapp.models.accounts.campaign import Campaign
from webapp.models.assignments import going_back


async def return_unsent(ctx: dict[str, Any]) -> None:
    for campaign in await Campaign.all():
        await going_back.return_unsent(campaign)
