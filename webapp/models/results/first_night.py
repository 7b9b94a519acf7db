"""The checklist of a campaign's first text bank: before, during and after the evening (SPEC H4).

Each tick is a fact that is stored anyway; nobody ticks by hand. Texts and conversations are read from kept counts of the
action that was published last.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from webapp.models import kept_counts
from webapp.models.accounts import members
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import VOLUNTEER, Membership
from webapp.models.actions.action import DRAFT, Action
from webapp.models.actions.action_user import ActionUser
from webapp.models.actions.script import RESPONSE, Script
from webapp.models.conversations import inbox
from webapp.models.conversations.buckets import Bucket
from webapp.models.notices.notice import Notice
from webapp.models.results import operations
from webapp.models.scripts import first_steps

BEFORE, DURING, AFTER = "before", "during", "after"
PARTS = (BEFORE, DURING, AFTER)


@dataclass(frozen=True)
class Step:
    """``name``: as the page knows it. ``link``: path below the office. ``number``: of the things it is about, or 0."""

    part: str
    name: str
    done: bool
    link: str
    number: int = 0


async def of(member: Membership) -> list[Step]:
    """In the order of the evening."""
    action = await _action(member.campaign)
    counted = (await kept_counts.totals_of([action.id]))[action.id] if action else Counter[str]()
    texted = counted["initials"] > 0
    return [
        *await _set_up(member.campaign),
        *await _people(member.campaign, action),
        *await _during(action, counted),
        *await _after(member, action, counted, texted),
    ]


async def _action(campaign: Campaign) -> Action | None:
    """The one published last; without any, the newest draft."""
    own = Action.filter(campaign=campaign, of_opt_in=False, archived_at=None)
    return await own.exclude(state=DRAFT).order_by("-id").first() or await own.order_by("-id").first()


async def _set_up(campaign: Campaign) -> list[Step]:
    """The first steps. Once an action was published all are done, except that the set-up check can turn red again."""
    left = {step.name: step.done for step in await first_steps.of(campaign)}
    links = {
        first_steps.INFO: "settings/info",
        first_steps.NUMBERS: "numbers",
        first_steps.SETUP: "setup",
        first_steps.LIST: "lists",
        first_steps.SCRIPT: "actions",
    }
    done = {name: left.get(name, True) for name in links} | {first_steps.SETUP: campaign.set_up}
    return [Step(BEFORE, name, done[name], link) for name, link in links.items()]


async def _people(campaign: Campaign, action: Action | None) -> list[Step]:
    answers = action is not None and await Script.exists(action=action, kind=RESPONSE, archived_at=None)
    scripts = f"actions/{action.id}/scripts" if action else "library"
    active = Membership.filter(campaign=campaign, suspended_at=None, removed_at=None, role=VOLUNTEER)
    volunteers = await active.exclude(approved_at=None).count()
    waiting = await members.waiting(campaign.id).count()
    publish = f"actions/{action.id}/publication" if action else "actions/new"
    return [
        Step(BEFORE, "answers", answers, scripts),
        Step(BEFORE, "volunteers", volunteers > 0, "settings/info", volunteers),
        Step(BEFORE, "approved", waiting == 0, "users?status=waiting", waiting),
        Step(BEFORE, "publish", bool(action and action.live), publish),
    ]


async def _during(action: Action | None, counted: Counter[str]) -> list[Step]:
    started = await ActionUser.filter(action=action).exclude(started_at=None).count() if action else 0
    here = f"actions/{action.id}/results" if action else "actions"
    texted = counted["initials"] > 0
    errors = counted["twilio_errors"] + counted["carrier_filtering"]
    return [
        Step(DURING, "started", started > 0, f"{here}/users" if action else here, started),
        Step(DURING, "texted", texted, here, counted["initials"]),
        Step(DURING, "replied", counted["responses"] > 0, here, counted["responses"]),
        Step(DURING, "carriers", texted and errors * 20 <= counted["initials"], "carriers", errors),
    ]


async def _after(member: Membership, action: Action | None, counted: Counter[str], texted: bool) -> list[Step]:
    """Nothing of it is done before the first text."""
    queued = sum(queue.texts for queue in await operations.queues(member.campaign))
    handed = await inbox.with_staff(member).count()
    open_buckets = await Bucket.filter(action=action, finished_at=None).count() if action else 0
    thanked = bool(action and action.published_at) and await Notice.exists(
        campaign=member.campaign, created_at__gte=action.published_at if action else None
    )
    waiting, returns = counted["needs_attention"], f"actions/{action.id}/returns" if action else "actions"
    return [
        Step(AFTER, "sent", texted and queued == 0, "operations", queued),
        Step(AFTER, "answered", texted and waiting == 0, "attention", waiting),
        Step(AFTER, "handed", texted and handed == 0, "attention", handed),
        Step(AFTER, "returned", texted and open_buckets == 0, returns, open_buckets),
        Step(AFTER, "thanked", texted and thanked, "notices/new"),
    ]
