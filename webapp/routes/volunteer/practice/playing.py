"""The practice of this browser, and the answers that keep it (SPEC H5). Nothing here writes a row or asks a worker for
anything: the whole practice is in the answer's cookie."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException, NotFoundException

from webapp import clock, limiting
from webapp.access import practising
from webapp.http import pages
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.reports import filing
from webapp.routes.volunteer.practice.shown import Shown
from webapp.rules.practice.personas import PERSONAS
from webapp.rules.practice.play import Play


class NotBegun(HTTPException):
    """There is no practice in this browser."""

    status_code = 409
    detail = "Start the practice first."


class TooMuch(HTTPException):
    """More presses than practice needs."""

    status_code = 429
    detail = "Too many presses."


async def playing(request: Request, member: Membership) -> Play:
    """Of this browser. A press counts against the limit."""
    if request.method == "POST":
        await count(member)
    return practising.of(request, member) or _not_begun()


async def count(member: Membership) -> None:
    if not await limiting.allowed(limiting.PRACTICE, "practice", str(member.id)):
        raise TooMuch


def _not_begun() -> Play:
    raise NotBegun


def to_start(request: Request, _: Exception) -> Response:
    return pages.go_to(request, f"/c/{request.path_params['slug']}/practice")


def too_much(request: Request, _: Exception) -> Response:
    return pages.go_to(request, f"/c/{request.path_params['slug']}/practice?said=slow")


def person(card: int) -> int:
    """The number of the person in an address, from 1 on."""
    if not 1 <= card <= len(PERSONAS):
        raise NotFoundException
    return card - 1


def seconds() -> int:
    return int(clock.now().timestamp())


async def shown(member: Membership, play: Play) -> Shown:
    asked = await filing.questions_of_campaign(member.campaign_id)
    return Shown(member, play, asked.tags, clock.now())


async def show(
    request: Request, member: Membership, play: Play, template: str, part: str | None = None, **context: Any
) -> Response:
    """A page of the practice. ``context``: may name what `Shown` shares."""
    of = await shown(member, play)
    status = context.pop("status_code", 200)
    answer = page(request, template, part, status, **{**of.shared(), **context})
    answer.set_cookie(practising.cookie(member, play))
    return answer


def onward(request: Request, member: Membership, play: Play, path: str) -> Response:
    """After a form. ``path``: below the practice."""
    answer = pages.redirect(request, f"/c/{member.campaign.slug}/practice{path}")
    answer.set_cookie(practising.cookie(member, play))
    return answer
