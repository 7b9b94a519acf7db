"""View Results of an action: its counts, and its initial scripts side by side (SPEC R1 to R3)."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get

from webapp import access, clock
from webapp.models import kept_counts
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.actions.script import INITIAL, RESPONSE
from webapp.models.results import reports, results
from webapp.pages import page
from webapp.rules.contacts.contact_filter import id_of


@get("/actions/{action_id:int}/results")
async def results_page(
    request: Request, member: Membership, action_id: int, returned: int | None = None, given: int | None = None
) -> Response:
    """The page. Its figures fetch themselves anew by htmx, as a fragment. ``returned``, ``given``: what was just done."""
    figures = await _figures(await access.action_of(member, action_id))
    names = "admin/results/results.html", "admin/results/_figures.html"
    return page(request, *names, returned=returned, given=given, **figures)


async def _figures(action: Action) -> dict[str, Any]:
    counted, used = await kept_counts.totals(action.id), await results.scripts(action)
    return {
        "action": action,
        "counted": counted,
        "at": clock.now(),
        "overview": await results.overview(action, counted),
        "users": await results.by_user(action),
        "codes": await results.by_code(action),
        "initial": [row for row in used if row.script.kind == INITIAL],
        "responses": [row for row in used if row.script.kind == RESPONSE],
    }


@get("/actions/{action_id:int}/results/scripts")
async def side_by_side(request: Request, member: Membership, action_id: int) -> Response:
    """The A/B test: each version of an initial script with its words, its rates and their margins, and a winner where chance
    doesn't explain it."""
    action = await access.action_of(member, action_id)
    rows = await results.side_by_side(action)
    names = "admin/results/side_by_side.html", "admin/results/_side_by_side.html"
    said, best = results.verdict(rows)
    return page(request, *names, action=action, rows=rows, said=said, best=best)


@get("/actions/{action_id:int}/results/reports")
async def reports_page(request: Request, member: Membership, action_id: int) -> Response:
    """View Reports: totals by tag, field and response script, and the single reports."""
    action = await access.action_of(member, action_id)
    rows, more = await reports.page(action, id_of(request.query_params.get("before", "")))
    used = [row for row in await results.scripts(action) if row.script.kind == RESPONSE]
    found = await reports.totals(action)
    return page(
        request, "admin/results/reports.html", action=action, totals=found, responses=used, rows=rows, more=more
    )


HANDLERS = [results_page, side_by_side, reports_page]
