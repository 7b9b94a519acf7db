"""Texts whose outcome only the staff can decide, many at a time (SPEC X2)."""

from __future__ import annotations

import re

from litestar import Request, Response, get, post

from webapp import queue, words
from webapp.http import pages
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.outcomes import undecided

OVER = words.later(
    "A first text of an action that has ended or is archived can't be sent again. Choose It arrived or Drop for it."
)


@get("/undecided")
async def undecided_page(request: Request, member: Membership) -> Response:
    return await _show(request, member)


async def _show(request: Request, member: Membership, wrong: str = "", status: int = 200) -> Response:
    return page(
        request,
        "admin/sending/undecided.html",
        texts=await undecided.texts(member.campaign_id),
        waiting=await undecided.how_many(member.campaign_id),
        wrong=wrong,
        status_code=status,
    )


@post("/undecided/decisions")
async def decide(request: Request, member: Membership) -> Response:
    """The ticked ones arrived, are sent again, or are dropped. Asks first where several are sent again."""
    form = await request.form()
    what, seen = str(form.get("what", "")), dict(filter(None, map(_seen, form.getall("text", []))))
    if what not in undecided.DECISIONS or not seen:
        return await _show(request, member, words.gettext("Tick at least one text, then choose."), 422)
    if what == "again" and await undecided.any_over(member.campaign_id, seen):
        return await _show(request, member, words.gettext(OVER), 422)
    if what == "again" and len(seen) > 1 and form.get("sure") != "1":
        return page(request, "admin/sending/again.html", texts=await undecided.texts(member.campaign_id, list(seen)))
    await queue.drain_all(await undecided.decide_many(member, seen, what))
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/undecided")


def _seen(told: object) -> tuple[int, int] | None:
    """A text's id, and how many attempts of it the page had shown; None where it is neither."""
    found = re.fullmatch(r"([0-9]{1,18})\.([0-9]{1,6})", str(told))
    return (int(found[1]), int(found[2])) if found else None


HANDLERS = [undecided_page, decide]
