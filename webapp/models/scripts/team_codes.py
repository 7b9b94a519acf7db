"""Team codes that published actions send: some user who may text keeps one (SPEC P1, section 4, 1307)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from webapp import database
from webapp.database import transactional
from webapp.models.accounts import teams
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import DRAFT
from webapp.models.actions.script import Script
from webapp.models.scripts import shortfalls
from webapp.rules import variables

NAMED = "user.team_code"
_TEXT = "##{{user.team_code}}"
T = TypeVar("T")


class LastTeam(Exception):
    """Nobody would have a team code any more, and the texts of a published action name it. Nothing was changed."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.title = title


@transactional
async def keeping(campaign: Campaign, change: Callable[[], Awaitable[T]]) -> T:
    """Makes the change to teams and their lists. Raises LastTeam. If it takes the code from a single user, Start tells
    that user."""
    await Campaign.filter(id=campaign.id).select_for_update().get()
    title = await named_in(campaign.id)
    had = bool(title) and not await _all_lack(campaign)
    done = await change()
    if had and await _all_lack(campaign):
        raise LastTeam(title)
    return done


async def _all_lack(campaign: Campaign) -> bool:
    missing, people = (await shortfalls.of_senders(campaign, _TEXT)).get(NAMED, (0, 1))
    return missing == people


async def lost_with(who: Membership) -> str:
    """The title of a published action whose texts name the team code, if this member leaving would leave no user who
    may text with one. "" where somebody else has one, or this member has none."""
    if not who.active or await teams.code_of(who.campaign_id, who.user_id) is None:
        return ""
    others = await database.query(
        "SELECT 1 FROM membership m JOIN user_list_member l ON l.user_id = m.user_id"
        " JOIN team t ON t.user_list_id = l.user_list_id AND t.campaign_id = m.campaign_id"
        " WHERE m.campaign_id = ? AND m.id <> ? AND m.suspended_at IS NULL AND m.approved_at IS NOT NULL"
        " AND t.archived_at IS NULL LIMIT 1",
        who.campaign_id,
        who.id,
    )
    return "" if others else await named_in(who.campaign_id)


async def named_in(campaign_id: int) -> str:
    """The title of a published action whose scripts in use name the team code; "" where there is none."""
    live = Script.filter(archived_at=None, action__campaign_id=campaign_id, action__archived_at=None)
    for script in await live.exclude(action__state=DRAFT).select_related("action").order_by("id"):
        if any(variable.name == NAMED for variable in variables.found(script.body)):
            return script.action.title
    return ""
