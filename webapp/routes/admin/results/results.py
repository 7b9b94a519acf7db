"""View Results: how an action goes (SPEC R1, R2, R3 in first form)."""

from __future__ import annotations

from litestar import Request, Response, get

from webapp import access, clock
from webapp.models import tallies
from webapp.models.accounts.users import Membership
from webapp.models.actions.script import INITIAL, RESPONSE
from webapp.models.results import results
from webapp.pages import page


@get("/actions/{action_id:int}/results")
async def results_page(request: Request, member: Membership, action_id: int) -> Response:
    """The page, or for htmx its figures alone: they refresh themselves."""
    action = await access.action_of(member, action_id)
    counted = await tallies.totals(action.id)
    used = await results.scripts(action)
    return page(
        request,
        "admin/results/results.html",
        "admin/results/_figures.html",
        action=action,
        counted=counted,
        at=clock.now(),
        overview=await results.overview(action, counted),
        users=await results.by_user(action),
        safeguards=await results.safeguards_by_code(action),
        errors=await results.errors_by_code(action),
        initial=[row for row in used if row[0].kind == INITIAL],
        responses=[row for row in used if row[0].kind == RESPONSE],
    )


@get("/actions/{action_id:int}/results/scripts")
async def side_by_side(request: Request, member: Membership, action_id: int) -> Response:
    """The A/B test: each initial script with its rates, how sure they are, and a winner only where there is one."""
    action = await access.action_of(member, action_id)
    rows, best = await results.side_by_side(action)
    return page(
        request,
        "admin/results/side_by_side.html",
        "admin/results/_side_by_side.html",
        action=action,
        rows=rows,
        best=best,
    )


HANDLERS = [results_page, side_by_side]
