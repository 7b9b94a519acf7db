"""Home, and one action: what waits, what is open, Start (SPEC V2, V3)."""

from __future__ import annotations

from litestar import Request, Response, get, post

from webapp import access, clock, pages
from webapp.models import tallies
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action, ActionUser
from webapp.models.conversations import buckets, hours, inbox, start
from webapp.pages import page


@get("/")
async def home(request: Request, member: Membership) -> Response:
    actions = await Action.open_to(member)
    await _note_sent(actions, member)
    ids = [action.id for action in actions]
    open_ones, totals = await buckets.open_ones(member.user_id, ids), await tallies.totals_of(ids)
    rows = [
        {
            "action": action,
            "progress": await buckets.progress(open_ones[action.id], action.campaign)
            if action.id in open_ones
            else None,
            "left": totals[action.id]["remaining"],
            "closed": action.first_texts_stopped(clock.now()),
        }
        for action in actions
    ]
    return page(request, "volunteer/home.html", waiting=await inbox.waiting(member), rows=rows)


async def _note_sent(actions: list[Action], member: Membership) -> None:
    """A public action counts as sent to this user when it first appears here (R1)."""
    ids = [action.id for action in actions]
    known = set(
        await ActionUser.filter(user_id=member.user_id, action_id__in=ids or [0]).values_list("action_id", flat=True)
    )
    if new := [n for n in ids if n not in known]:
        await ActionUser.mark(new, member.user_id)


@get("/actions/{action_id:int}")
async def action_page(request: Request, member: Membership, action_id: int) -> Response:
    action = await access.open_action(member, action_id)
    await ActionUser.mark([action.id], member.user_id, "seen_at")
    return await _action_page(request, member, action, await start.why_closed(action))


async def _action_page(
    request: Request, member: Membership, action: Action, refused: start.Closed | None, nobody: bool = False
) -> Response:
    bucket = (await buckets.open_ones(member.user_id, [action.id])).get(action.id)
    mine = await tallies.of_user(action.id, member.user_id)
    return page(
        request,
        "volunteer/action.html",
        status_code=409 if nobody or (refused and request.method == "POST") else 200,
        action=action,
        closed=refused,
        bucket=bucket,
        mine=mine,
        left=(await tallies.totals(action.id))["remaining"],
        nobody=nobody,
        asleep=await hours.asleep(action, None) if nobody else [],
    )


@post("/actions/{action_id:int}/buckets")
async def press_start(request: Request, member: Membership, action_id: int) -> Response:
    """Start, and Text Again: a bucket of people to text, this volunteer's alone."""
    action = await access.open_action(member, action_id)
    if refused := await start.why_closed(action):
        return await _action_page(request, member, action, refused)
    if await start.assign_bucket(action, member.user) is None:
        return await _action_page(request, member, action, None, nobody=True)
    return pages.go_to(request, f"/c/{member.campaign.slug}/actions/{action.id}/queue")


HANDLERS = [home, action_page, press_start]
