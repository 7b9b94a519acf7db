"""Settings, Log-in: whether staff need a second step (SPEC V1). Everybody in the office reads it, owners change it."""

from __future__ import annotations

from litestar import Request, Response, get, post

from webapp import words
from webapp.access import finding, proving
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import OWNER, Membership
from webapp.models.logins import second_steps
from webapp.routes.admin.accounts import history


@get("/settings/log-in")
async def log_in_page(request: Request, member: Membership) -> Response:
    return await _log_in(request, member, Form())


async def _log_in(request: Request, member: Membership, form: Form, status: int = 200, saved: bool = False) -> Response:
    staff = await second_steps.staff_with_and_without(member.campaign_id)
    shown = {"form": form, "saved": saved, "by_owner": member.role == OWNER, "staff": staff}
    own = await history.of(member, "campaign", member.campaign_id)
    return page(request, "admin/accounts/staff_second_step.html", status_code=status, history=own, **shown)


@post("/settings/log-in", dependencies=proving.STAFF)
async def save_log_in(request: Request, member: Membership) -> Response:
    finding.owners_only(member)
    form = Form(await request.form())
    wanted = form.ticked("second_step_needed")
    if wanted and not await second_steps.of(member.user_id):
        form.wrong("second_step_needed", words.gettext("Set up a second step of your own first, so that you get in."))
        return await _log_in(request, member, form, status=422)
    await second_steps.require(member.campaign, wanted, member)
    await member.campaign.refresh_from_db()
    return await _log_in(request, member, Form(), saved=True)


HANDLERS = [log_in_page, save_log_in]
