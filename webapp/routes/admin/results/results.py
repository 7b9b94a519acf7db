"""View Results of an action: its counts and its reports (SPEC R1, R2). Its tabs are in tabs.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Request, Response, get

from webapp import clock, words
from webapp.access import finding
from webapp.http.pages import page
from webapp.models import kept_counts
from webapp.models.accounts import user_search
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.actions.script import RESPONSE
from webapp.models.results import operations, performs, pictures, results, view_reports
from webapp.rules.contacts.contact_filter import id_of
from webapp.rules.results import people_behind


@get("/actions/{action_id:int}/results")
async def results_page(
    request: Request,
    member: Membership,
    action_id: int,
    returned: int | None = None,
    given: int | None = None,
    paused_since: int = 0,
) -> Response:
    """The page, or with ``wall`` in the address the view for a wall. htmx reloads its figures, as a fragment.
    ``returned``, ``given``: what was just done. ``paused_since``: nothing was resumed, because of a later pause."""
    wall = "wall" in request.query_params
    figures = await _figures(await finding.action_of(member, action_id), member)
    names = "admin/results/wall.html" if wall else "admin/results/results.html", "admin/results/_figures.html"
    return page(request, *names, wall=wall, returned=returned, given=given, paused_since=paused_since, **figures)


async def _figures(action: Action, member: Membership) -> dict[str, Any]:
    action.campaign = member.campaign
    counted = await kept_counts.totals(action.id)
    queued = (await operations.first_texts_queued([member.campaign]))[action.id]
    return {
        "action": action,
        "counted": counted,
        "queued": queued,
        "at": clock.now(),
        "overview": await results.overview(action, counted),
        "pictures": await pictures.of_action(action, counted, queued),
    }


@get("/actions/{action_id:int}/results/reports")
async def reports_page(request: Request, member: Membership, action_id: int) -> Response:
    """View Reports: totals by tag, field and response script, and the single reports. ``said`` in the address names one total, of a
    tag or an answer: then only the reports behind it; ``by`` a user, whose reports alone are shown."""
    action = await finding.action_of(member, action_id)
    return page(request, "admin/results/reports.html", **await _reports(action, member, request.query_params))


async def _reports(action: Action, member: Membership, query: Mapping[str, str]) -> dict[str, Any]:
    by = await user_search.named(member.campaign, id_of(query.get("by", "")))
    said = people_behind.read(query.get("said", ""))
    said = said if said and said.kind in ("tag", "field") else None
    totals = await view_reports.totals(action)
    return {
        "action": action,
        "totals": totals,
        "responses": [row for row in await results.scripts(action) if row.script.kind == RESPONSE],
        "found": await view_reports.page(action, totals, id_of(query.get("before", "")), said, by.user_id if by else 0),
        "said": said,
        "by": by,
        "filed": 0 if said else await _filed(action, by),
        "unused_filters": _left_out(query, {"said": said, "by": by}),
    }


def _left_out(query: Mapping[str, str], found: Mapping[str, Any]) -> list[str]:
    """The labels of those parts of the address that lead to nothing here."""
    named = {"said": words.gettext("Answer"), "by": words.gettext("User"), "user": words.gettext("User")}
    return [named[name] for name, one in found.items() if query.get(name) and not one]


async def _filed(action: Action, by: Membership | None) -> int:
    """How many conversations have a report; with ``by``, a first one of theirs."""
    counted = await (kept_counts.of_user(action.id, by.user_id) if by else kept_counts.totals(action.id))
    return counted["reports"]


@get("/actions/{action_id:int}/results/performs")
async def performs_page(request: Request, member: Membership, action_id: int) -> Response:
    """The buckets behind Performs; with a ``user`` in the address, theirs."""
    action, query = await finding.action_of(member, action_id), request.query_params
    whose = await user_search.named(member.campaign, id_of(query.get("user", "")))
    found = await performs.page(action, id_of(query.get("before", "")), whose.user_id if whose else 0)
    counted = await (kept_counts.of_user(action.id, whose.user_id) if whose else kept_counts.totals(action.id))
    context: dict[str, Any] = {"action": action, "found": found, "whose": whose, "number": counted["performs"]}
    context["unused_filters"] = _left_out(query, {"user": whose})
    return page(request, "admin/results/users/performs.html", **context)


HANDLERS = [results_page, reports_page, performs_page]
