"""Messages from the campaign, and what a member chose to be told (SPEC V2, P2)."""

from __future__ import annotations

from litestar import Request, Response, get, post

from webapp import words
from webapp.access import finding
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.notices import choices, push_key, received
from webapp.rules.notices import linked


@get("/notices")
async def messages(request: Request, member: Membership, before: int = 0) -> Response:
    """Messages that are shown count as read."""
    rows = await received.messages(member, finding.row_id(before))
    await received.read(member, rows)
    shown = [(row, linked.lines(row.notice.body)) for row in rows]
    return page(request, "volunteer/notices/notices.html", rows=shown, more=len(rows) == received.PAGE)


@get("/notice-choices")
async def choices_page(request: Request, member: Membership) -> Response:
    return await _choices(request, member, Form())


async def _choices(
    request: Request, member: Membership, form: Form, status: int = 200, saved: bool = False
) -> Response:
    return page(
        request,
        "volunteer/notices/choices.html",
        status_code=status,
        form=form,
        choices=await choices.of(member),
        push_key=push_key.public(),
        saved=saved,
    )


@post("/notice-choices")
async def choose(request: Request, member: Membership) -> Response:
    form = Form(await request.form())
    wanted: dict[str, bool | str] = {name: form.ticked(name) for name in choices.NAMES}
    for name, label in (("quiet_from", words.gettext("From")), ("quiet_until", words.gettext("Until"))):
        wanted[name] = form.time_of_day(name, label).strftime("%H:%M")
    if not form:
        return await _choices(request, member, form, status=422)
    await choices.choose(member, **wanted)
    return await _choices(request, member, Form(), saved=True)


HANDLERS = [messages, choices_page, choose]
