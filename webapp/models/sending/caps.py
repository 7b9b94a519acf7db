"""The day's spend, and the two caps that pause first texts (SPEC S11). Money is in ten-thousandths of a dollar."""

from __future__ import annotations

from collections.abc import Sequence

from tortoise.expressions import Q

from webapp import clock, database
from webapp.database import transactional
from webapp.database.packed import sql_time
from webapp.models import spending
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.actions.action import DRAFT, Action
from webapp.rules import spend


async def today(campaign: Campaign) -> dict[int, int]:
    """Action -> cost of its texts since the campaign's midnight; action 0 stands for texts of no action. Counts texts
    that Twilio took (from the kept sums) or may have taken, at Twilio's price where known, else at the campaign's price
    per segment or MMS."""
    return (await today_of([campaign]))[campaign.id]


async def today_of(campaigns: Sequence[Campaign]) -> dict[int, dict[int, int]]:
    """Campaign -> what `today` says. Two statements, for any number of campaigns."""
    if not campaigns:
        return {}
    now = clock.now()
    priced = await spending.since({campaign.id: campaign.midnight(now) for campaign in campaigns})
    under_way = await database.query(
        "SELECT campaign_id, COALESCE(action_id, 0) AS action_id, price, CASE WHEN picture_id IS NULL THEN 0 ELSE 1 END AS mms,"
        " COUNT(*) AS texts, SUM(segments) AS segments FROM message WHERE direction = 'out'"
        " AND status IN ('sending', 'unknown') AND taken_at IS NULL"
        f" AND ({' OR '.join(['(campaign_id = ? AND claimed_at >= ?)'] * len(campaigns))}) GROUP BY 1, 2, 3, 4",
        *(value for campaign in campaigns for value in (campaign.id, sql_time(campaign.midnight(now)))),
    )
    for row in under_way:
        priced[row["campaign_id"]].append(spending.priced(row))
    return {one.id: spend.by_action(priced[one.id], one.segment_price, one.mms_price) for one in campaigns}


async def capped() -> list[Campaign]:
    """Campaigns that have a cap, their own or an action's."""
    with_cap = await Action.filter(archived_at=None).exclude(daily_cap=None).exclude(state=DRAFT)
    ids = {action.campaign_id for action in with_cap}
    return [c for c in await Campaign.all().order_by("id") if c.daily_cap is not None or c.id in ids]


async def enforce(campaign: Campaign) -> list[str]:
    """Pauses first texts for the rest of the campaign's day where a cap is reached. Returns the names of the campaign
    or actions it paused. Texts under way at that moment, a few seconds' worth, come on top of the cap."""
    spent, reached = await today(campaign), []
    if campaign.daily_cap is not None and sum(spent.values()) >= campaign.daily_cap:
        reached += await _cap(campaign, campaign)
    for action in await Action.filter(campaign=campaign, archived_at=None).exclude(daily_cap=None):
        if spent.get(action.id, 0) >= (action.daily_cap or 0):
            reached += await _cap(action, campaign)
    return reached


@transactional
async def _cap(what: Campaign | Action, campaign: Campaign) -> list[str]:
    """Pauses it once a day, and only if the cap is still the compared one: somebody may have raised it meanwhile."""
    day, name = campaign.local(clock.now()).date(), what.title if isinstance(what, Action) else what.name
    open_today = type(what).filter(Q(capped_on=None) | ~Q(capped_on=day), id=what.id, daily_cap=what.daily_cap)
    if not await open_today.update(capped_on=day):
        return []
    about: audit.About = {"action": what.id} if isinstance(what, Action) else {"campaign": what.id}
    await audit.note(campaign, None, "cap.reached", about, name)
    return [name]


async def total_today(campaign: Campaign) -> int:
    return sum((await today(campaign)).values())
