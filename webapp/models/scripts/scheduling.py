"""Actions that become public at a time staff chose (SPEC A9).

The time can be changed until the action is public. When the time comes, everything that stops publishing is checked
again. An action that could not be published stays as it was, without a time; the office's pages say why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from webapp import clock, database
from webapp.database import transactional
from webapp.database.packed import sql_time
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership, User
from webapp.models.actions.action import PUBLIC, SCHEDULE, Action
from webapp.models.scripts import publishing
from webapp.rules.speech.sentences import said

Refusal = Literal["public", "archived", "past", "ended", "checks"]


@transactional
async def schedule(action: Action, at: datetime, by: Membership, reason: str = "") -> Refusal | None:
    """Publishes it at ``at``, in place of a time chosen before. ``reason``: an owner's, as in `publishing.publish`. Returns
    why not: it is public or archived already, the time has passed, its first texts end before it, or a check fails."""
    stored = await _locked(action.id)
    if refused := _too_late(stored, at):
        return refused
    if not publishing.may_publish((await publishing.checklist(stored)).checks, by, reason):
        return "checks"
    stored.unschedule()
    stored.publish_at, stored.scheduled_by_id, stored.scheduled_reason = at, by.user_id, reason.strip()
    await stored.save(update_fields=SCHEDULE)
    chosen = {"at": at.isoformat(), "overruled": reason.strip()}
    await audit.record(by, "action.scheduled", {"action": stored.id}, stored.title, **chosen)
    return None


def _too_late(stored: Action, at: datetime) -> Refusal | None:
    if stored.archived_at:
        return "archived"
    if stored.state == PUBLIC:
        return "public"
    if at <= clock.now():
        return "past"
    return "ended" if stored.ended(at) else None


@transactional
async def call_off(action: Action, by: Membership) -> bool:
    """Takes the chosen time back, or the note of one that was missed. False where there is neither: the action is public
    already, or somebody was quicker."""
    stored = await _locked(action.id)
    if stored.publish_at is None and stored.missed_at is None:
        return False
    stored.unschedule()
    await stored.save(update_fields=SCHEDULE)
    await audit.record(by, "action.schedule_called_off", {"action": stored.id}, stored.title)
    return True


async def due() -> list[int]:
    """Actions whose time has come, the longest waiting first."""
    rows = await database.query(
        "SELECT id FROM action WHERE publish_at <= ? ORDER BY publish_at, id LIMIT 100", sql_time(clock.now())
    )
    return [row["id"] for row in rows]


@dataclass(frozen=True)
class Done:
    """An action whose time came: public now, or not, with the reasons. ``by``: who chose the time."""

    action: Action
    at: datetime
    by: User
    why_not: list[str]


@transactional
async def publish_due(action_id: int) -> Done | None:
    """None where the time was changed or called off, or another worker was first. The row's lock lets one worker
    through, which removes the time."""
    action = await _locked(action_id)
    if action.publish_at is None or action.publish_at > clock.now():
        return None
    at, reason = action.publish_at, action.scheduled_reason
    who = await User.get(id=action.scheduled_by_id)
    member = await Membership.get_or_none(user=who, campaign_id=action.campaign_id).select_related("user", "campaign")
    checked = await publishing.checklist(action)
    if why_not := _why_not(action, at, member, who, reason, checked):
        action.unschedule()
        action.missed_at, action.missed_why = at, "\n".join(why_not)
        await action.save(update_fields=SCHEDULE)
        about: audit.About = {"action": action.id}
        await audit.note(action.campaign, None, "action.not_published", about, action.title, why="; ".join(why_not))
    elif member:
        await publishing.publish_checked(action, member, PUBLIC, reason, checked)
    return Done(action, at, who, why_not)


def _why_not(
    action: Action, at: datetime, member: Membership | None, who: User, reason: str, checked: publishing.Checklist
) -> list[str]:
    if member is None or not member.is_staff or not member.active:
        return [said("%(name)s, who chose the time, may not publish any more.", name=who.name)]
    if action.ended(clock.now()):
        return [said("The end date has passed.")]
    if publishing.may_publish(checked.checks, member, reason):
        return []
    return [check.sentence for check in checked.checks if not check.fine]


# Those that `missed` finds in the campaign ``c``
MISSED = "SELECT x.id FROM action x WHERE x.campaign_id = c.id AND x.missed_at IS NOT NULL"


async def missed(campaign_id: int) -> list[Action]:
    """Actions that could not be published at their time, the newest first, until they are published, scheduled again or
    archived, or staff have read why."""
    return await Action.filter(campaign_id=campaign_id, missed_at__isnull=False).order_by("-missed_at").limit(5)


async def _locked(action_id: int) -> Action:
    action = await Action.filter(id=action_id).select_for_update().get()
    await action.fetch_related("campaign")
    return action
