"""An action's last step: publishing it now or at a time, archiving it, and using it again (SPEC A9)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from litestar import Request, Response, get, post

from webapp import clock, news, queue, words
from webapp.access import finding
from webapp.http import pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.actions import audience, limits
from webapp.models.actions.action import DRAFT, PRIVATE, PUBLIC, Action
from webapp.models.scripts import publishing, scheduling, shortfalls
from webapp.rules.actions import local_time
from webapp.rules.actions.limits import KINDS
from webapp.rules.speech.sentences import said

LATER = "later"
FURTHEST = timedelta(days=730)
NOT_SCHEDULED = {
    "archived": said("This action is archived, so it has no time. Use it again first."),
    "public": said("This action is public already, so its time can't be changed any more."),
    "past": said("This time has passed. Choose a later one, or publish it now."),
    "ended": said("First texts of this action end before that. Choose an earlier time, or another end date."),
    "checks": said("Not scheduled. The list below says what to fix first."),
}


@get("/actions/{action_id:int}/publication")
async def publication_page(request: Request, member: Membership, action_id: int) -> Response:
    return await publication(request, member, await finding.action_of(member, action_id))


@post("/actions/{action_id:int}/publication")
async def publish(request: Request, member: Membership, action_id: int) -> Response:
    action, form = await finding.action_of(member, action_id), Form(await request.form())
    state = form.choice("state", words.gettext("Who may text"), (PRIVATE, PUBLIC, LATER))
    reason = form.text("reason", words.gettext("Reason"), 400)
    if state == LATER:
        return await _schedule(request, member, action, form, reason)
    if not form or not await publishing.publish(action, member, state, reason):
        form.wrong("state", words.gettext("Not published. The list below says what to fix first."))
        return await publication(request, member, action, form, status=422)
    await queue.make_conversations(action.id)
    return _to(request, member, action, "sendings" if state == PRIVATE else "results")


async def _schedule(request: Request, member: Membership, action: Action, form: Form, reason: str) -> Response:
    at = _moment(form, member)
    if form and at and (refused := await scheduling.schedule(action, at, member, reason)):
        form.wrong("state" if refused == "checks" else "publish_on", words.gettext(NOT_SCHEDULED[refused]))
    if not form:
        return await publication(request, member, await finding.action_of(member, action.id), form, status=422)
    return _to(request, member, action, "publication")


def _moment(form: Form, member: Membership) -> datetime | None:
    """The day and time in the form, on the campaign's clock."""
    day = form.day("publish_on", words.gettext("Day"))
    at = form.time_of_day("publish_time", words.gettext("Time"))
    if day is None:
        form.wrong("publish_on", words.gettext("Choose a day."))
    elif abs(day - member.campaign.local(clock.now()).date()) > FURTHEST:
        form.wrong("publish_on", words.gettext("Choose a day within two years."))
    if not form or day is None:
        return None
    found = local_time.instant(day, at, member.campaign.timezone)
    if found is None:
        form.wrong(
            "publish_time", words.gettext("Clocks go forward over this time, so it never comes. Choose another.")
        )
    return found


@post("/actions/{action_id:int}/publication/cancellation")
async def call_off(request: Request, member: Membership, action_id: int) -> Response:
    """No time any more, or a missed one that was read; whoever comes after the action went public sees that it is."""
    action = await finding.action_of(member, action_id)
    await scheduling.call_off(action, member)
    return _to(request, member, action, "publication")


async def publication(
    request: Request, member: Membership, action: Action, form: Form | None = None, status: int = 200
) -> Response:
    checklist = await publishing.checklist(action)
    checks = checklist.checks
    return page(
        request,
        "admin/actions/publication.html",
        status_code=status,
        action=action,
        warnings=checklist.warnings,
        form=Form() if form is None else form,
        checks=checks,
        wrong=[c for c in checks if not c.fine],
        numbers=await audience.numbers(action),
        overrulable=member.role == "owner" and all(c.overrulable for c in checks if not c.fine),
        local=member.campaign.local(action.publish_at) if action.publish_at else None,
        here_now=member.campaign.local(clock.now()),
        **await _limits(action),
    )


async def _limits(action: Action) -> dict[str, Any]:
    areas = (await limits.of([action]))[action.id].areas
    places = {kind: sorted(value for one, value in areas if one == kind) for kind in KINDS}
    return {"places": places, "frozen": action.state != DRAFT}


@get("/actions/{action_id:int}/shortfalls")
async def shortfalls_page(request: Request, member: Membership, action_id: int) -> Response:
    """For how many people each script lacks a value. Counting reads everyone, so the page loads this part by itself."""
    action = await finding.action_of(member, action_id)
    found = await shortfalls.of_action(action)
    return page(request, "admin/scripts/shortfalls.html", "admin/scripts/_shortfalls.html", action=action, found=found)


@get("/actions/{action_id:int}/archive")
async def ask_to_archive(request: Request, member: Membership, action_id: int) -> Response:
    action = await finding.action_of(member, action_id)
    return page(request, "admin/actions/archive.html", action=action, about=await publishing.archiving(action))


@post("/actions/{action_id:int}/archive")
async def archive(request: Request, member: Membership, action_id: int) -> Response:
    action = await finding.action_of(member, action_id)
    await publishing.archive(action, member)
    await news.tell_queues(member.campaign_id, action.id)
    return _to(request, member, action, "results")


@post("/actions/{action_id:int}/archive/end")
async def restore(request: Request, member: Membership, action_id: int) -> Response:
    """In use again, where the checklist of publishing allows it."""
    action, form = await finding.action_of(member, action_id), Form(await request.form())
    if not await publishing.restore(action, member, form.text("reason", words.gettext("Reason"), 400)):
        form.wrong("state", words.gettext("Not used again. The list below says what to fix first."))
        return await publication(request, member, action, form, status=422)
    await queue.apply_audience(action.id)
    await queue.make_conversations(action.id)
    return _to(request, member, action, "results")


def _to(request: Request, member: Membership, action: Action, where: str) -> Response:
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/actions/{action.id}/{where}")


HANDLERS = [publication_page, publish, call_off, shortfalls_page, ask_to_archive, archive, restore]
