"""What was spent today, and the two caps that pause first texts (SPEC S11). Money is in ten-thousandths of a dollar."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from webapp import clock, database
from webapp.database import transactional
from webapp.database.packed import sql_time
from webapp.models import audit
from webapp.models.actions import DRAFT, Action
from webapp.models.campaign import Campaign
from webapp.rules import spend


async def today(campaign: Campaign) -> dict[int, int]:
    """Action -> what its texts of today cost, the campaign's day; 0 stands for texts of no action. Texts that Twilio took,
    at the price it told, else at the campaign's price (an MMS at its own)."""
    rows = await database.query(
        "SELECT COALESCE(action_id, 0) AS action_id, price, CASE WHEN picture_id IS NULL THEN 0 ELSE 1 END AS mms,"
        " COUNT(*) AS texts, SUM(segments) AS segments FROM message WHERE taken_at >= ? AND campaign_id = ?"
        " AND direction = 'out' GROUP BY 1, 2, 3", sql_time(_midnight(campaign, clock.now())), campaign.id,
    )  # fmt: skip
    groups = [
        spend.Group(row["action_id"], row["price"], bool(row["mms"]), int(row["texts"]), int(row["segments"]))
        for row in rows
    ]
    return spend.by_action(groups, campaign.segment_price, campaign.mms_price)


def _midnight(campaign: Campaign, now: datetime) -> datetime:
    return now.astimezone(ZoneInfo(campaign.timezone)).replace(hour=0, minute=0, second=0, microsecond=0)


async def capped() -> list[Campaign]:
    """Campaigns that have a cap somewhere."""
    with_cap = await Action.filter(archived_at=None).exclude(daily_cap=None).exclude(state=DRAFT)
    ids = {action.campaign_id for action in with_cap}
    return [c for c in await Campaign.all().order_by("id") if c.daily_cap is not None or c.id in ids]


async def enforce(campaign: Campaign) -> list[str]:
    """Pauses first texts for the rest of the campaign's day where a cap is reached; names what was paused. What is on its
    way comes on top: a few seconds' worth."""
    spent, day = await today(campaign), campaign.local(clock.now()).date()
    reached = []
    if campaign.daily_cap is not None and campaign.capped_on != day and sum(spent.values()) >= campaign.daily_cap:
        await _cap(campaign, campaign)
        reached.append(campaign.name)
    for action in await Action.filter(campaign=campaign, archived_at=None).exclude(daily_cap=None):
        if action.capped_on != day and spent.get(action.id, 0) >= (action.daily_cap or 0):
            await _cap(action, campaign)
            reached.append(action.title)
    return reached


@transactional
async def _cap(what: Campaign | Action, campaign: Campaign) -> None:
    what.capped_on = campaign.local(clock.now()).date()
    await what.save(update_fields=["capped_on"])
    await audit.note(campaign, None, "cap.reached", what.title if isinstance(what, Action) else what.name)
