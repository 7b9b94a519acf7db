"""Home and one action's page, with Start (SPEC V2, V3)."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import Provide

from webapp import clock, words
from webapp.access import finding, login
from webapp.access.login import LOOKER
from webapp.http import pages
from webapp.http.pages import page
from webapp.models import kept_counts
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action, ActionUser
from webapp.models.assignments import press, start
from webapp.models.assignments import waiting as left_waiting
from webapp.models.cards import closed
from webapp.models.cards.closed import Closed
from webapp.models.conversations import buckets, inbox
from webapp.models.conversations.buckets import Bucket
from webapp.models.notices import received
from webapp.models.scripts import shortfalls
from webapp.words import later

LACKED = {  # what a sender or the campaign may lack, by the variable that names it
    "user.first_name": later("first name"),
    "user.last_name": later("last name"),
    "user.full_name": later("full name"),
    "user.email": later("e-mail"),
    "user.phone": later("phone"),
    "user.team_code": later("team code"),
    "campaign.name": later("campaign name"),
    "campaign.description": later("campaign description"),
    "campaign.join_code": later("join code"),
    "broadcast_phone_number": later("broadcast phone number"),
}


@get("/", dependencies=LOOKER)
async def home(request: Request, member: Membership) -> Response:
    actions = await Action.open_to(member)
    ids = [action.id for action in actions]
    await ActionUser.mark_sent(ids, member.user_id)
    open_ones, totals = await buckets.open_ones(member.user_id, ids), await kept_counts.totals_of(ids)
    rows = [await _row(action, open_ones.get(action.id), totals[action.id]["remaining"]) for action in actions]
    return page(request, "volunteer/home.html", rows=rows, **await _waiting(member, rows))


async def _waiting(member: Membership, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """People and messages that wait for this volunteer. Practice is offered to those who have nothing (H5)."""
    waiting = await inbox.waiting(member)
    return {
        "waiting": waiting,
        "offered": await left_waiting.offered(member),
        "messages": await received.unread(member),
        "may_practise": not waiting.people and not any(row["progress"] for row in rows),
    }


async def _row(action: Action, bucket: Bucket | None, left: int) -> dict[str, Any]:
    return {
        "action": action,
        "progress": await buckets.progress(bucket, action.campaign) if bucket else None,
        "left": left,
        "closed": action.first_texts_stopped(clock.now()),
    }


@get("/actions/{action_id:int}", dependencies=LOOKER)
async def action_page(request: Request, member: Membership, action_id: int) -> Response:
    action = await finding.open_action(member, action_id)
    await ActionUser.mark([action.id], member.user_id, "seen_at")
    return await _action_page(request, member, action, await shortfalls.why_refused(action, member.user))


async def _action_page(
    request: Request, member: Membership, action: Action, refused: Closed | None, nobody: bool = False
) -> Response:
    bucket = (await buckets.open_ones(member.user_id, [action.id])).get(action.id)
    mine = await kept_counts.of_user(action.id, member.user_id)
    return page(
        request,
        "volunteer/action.html",
        status_code=409 if nobody or (refused and request.method == "POST") else 200,
        action=action,
        closed=refused,
        lacks=[words.gettext(LACKED[name]) for name in refused.lacks] if refused else [],
        bucket=bucket,
        mine=mine,
        left=(await kept_counts.totals(action.id))["remaining"],
        nobody=nobody,
        asleep=await closed.asleep(action, None) if nobody else [],
    )


async def starter(request: Request, slug: str, action_id: int) -> Membership:
    """The volunteer. The rows of their press are read with the login."""
    return await login.volunteer_with(request, slug, press.beside(finding.small_id(action_id)))


@post("/actions/{action_id:int}/buckets", dependencies={"member": Provide(starter)})
async def press_start(request: Request, member: Membership, action_id: int) -> Response:
    """Start and Text Again: assigns a bucket of contacts to this volunteer alone."""
    session = login.session_of(request)
    read = press.with_login(session.row, session.found)
    action = await finding.open_action(member, action_id, read.action if read else None)
    if refused := await shortfalls.why_refused(action, member.user, read.scripts if read else None):
        return await _action_page(request, member, action, refused)
    if await start.assign_bucket(action, member.user, read.standing if read else None) is None:
        return await _action_page(request, member, action, None, nobody=True)
    return pages.go_to(request, f"/c/{member.campaign.slug}/actions/{action.id}/queue")


HANDLERS = [home, action_page, press_start]
