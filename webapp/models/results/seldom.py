"""Warnings that the office rarely sees. Every page asks in one statement which of them there are, and reads only
those."""

from __future__ import annotations

from typing import Any

from webapp import database
from webapp.models.carriers import warning
from webapp.models.opt_outs import bounds
from webapp.models.scripts import scheduling

_THERE_IS = (
    f"SELECT EXISTS ({scheduling.MISSED}) AS missed, EXISTS ({bounds.PAUSED}) AS paused,"
    f" EXISTS ({warning.STANDING}) AS filtering FROM campaign c WHERE c.id = ?"
)


async def there_is(campaign_id: int) -> dict[str, Any]:
    """Are there actions that missed their time, volunteers who are paused, carriers that filter more?"""
    [row] = await database.query(_THERE_IS, campaign_id)
    return row
