"""The campaign's dashboard: what is running, and what it costs by day and by action (SPEC R6). All from kept counts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from webapp import clock
from webapp.models import kept_counts, spending
from webapp.models.accounts.campaign import Campaign
from webapp.models.actions.action import DRAFT, Action
from webapp.models.numbers.number import PhoneNumber
from webapp.models.opt_in_forms.form import of_actions
from webapp.models.results import operations
from webapp.rules import rates, spend

MOST = 30  # running actions on the page, the newest
DAYS = 7


@dataclass(frozen=True)
class Running:
    """A running action and its counts. ``queued``: its first texts that wait to be sent. ``people``: texted, those whom these go to,
    and left to text. ``why``: why no first text may leave now, as
    `Action.first_texts_stopped` says."""

    action: Action
    counted: Counter[str]
    queued: int
    why: str

    @property
    def people(self) -> int:
        return self.counted["initials"] + self.queued + self.counted["remaining"]

    @property
    def opted_out(self) -> rates.Rate:
        return rates.Rate(self.counted["opt_outs"], self.counted["initials"])


async def running(campaigns: Sequence[Campaign]) -> dict[int, list[Running]]:
    """Campaign -> its published actions that have not ended, the newest first. Three statements."""
    now, own = clock.now(), {campaign.id: campaign for campaign in campaigns}
    found = Action.filter(campaign_id__in=list(own) or [0], archived_at=None, of_opt_in=False).exclude(state=DRAFT)
    actions = await found.order_by("-id").select_related("campaign")
    live = [action for action in actions if not action.ended(now)]
    counted = await kept_counts.totals_of(action.id for action in live)
    queued = await operations.first_texts_queued(campaigns)
    rows: dict[int, list[Running]] = {campaign_id: [] for campaign_id in own}
    for action in live:
        rows[action.campaign_id].append(
            Running(action, counted[action.id], queued[action.id], action.first_texts_stopped(now))
        )
    return rows


@dataclass(frozen=True)
class Numbers:
    """The campaign's numbers in use, and how many of them new contacts may hear from. ``filtered``: those that carriers
    filter too often for that (S3)."""

    in_use: int
    healthy: int
    paused: int
    filtered: int


async def numbers(campaign: Campaign) -> Numbers:
    found = await PhoneNumber.filter(campaign=campaign, retired_at=None, released_at=None)
    return Numbers(
        in_use=len(found),
        healthy=sum(number.healthy for number in found),
        paused=sum(number.paused_at is not None for number in found),
        filtered=sum(number.filtered_often for number in found),
    )


@dataclass
class Spent:
    """Of texts that Twilio took. Money in ten-thousandths of a dollar."""

    texts: int = 0
    segments: int = 0
    cost: int = 0

    def __iadd__(self, more: Spent) -> Spent:
        self.texts, self.segments, self.cost = (
            self.texts + more.texts,
            self.segments + more.segments,
            self.cost + more.cost,
        )
        return self


@dataclass(frozen=True)
class Week:
    """The last DAYS days, each with its sum, the newest first; and the sum of each action, the dearest first. Texts of
    no action have None as theirs. ``forms``: id of an action -> id of the opt-in form that it belongs to."""

    days: list[tuple[date, Spent]]
    actions: list[tuple[Action | None, Spent]]
    forms: dict[int, int]


async def week(campaign: Campaign) -> Week:
    """By the campaign's days (S11). One row for each quarter of an hour and price is read, and no text."""
    today = campaign.local(clock.now()).date()
    starts = [campaign.day_begins(today, -n) for n in range(DAYS)]
    days, spent_on = [], defaultdict[int, Spent](Spent)
    for start, priced in zip(starts, await spending.by_day(campaign.id, starts), strict=True):
        sums = _by_action(priced, campaign)
        total = Spent()
        for action_id, spent in sums.items():
            total += spent
            spent_on[action_id] += spent
        days.append((start.date(), total))
    titles = {action.id: action for action in await Action.filter(id__in=list(spent_on) or [0])}
    dearest = sorted(spent_on.items(), key=lambda pair: -pair[1].cost)
    return Week(
        days, [(titles.get(action_id), spent) for action_id, spent in dearest], await of_actions(titles.values())
    )


def _by_action(priced: list[spend.Priced], campaign: Campaign) -> dict[int, Spent]:
    costs = spend.by_action(priced, campaign.segment_price, campaign.mms_price)
    found = {action_id: Spent(cost=cost) for action_id, cost in costs.items()}
    for one in priced:
        found[one.action_id] += Spent(one.texts, one.segments)
    return found
