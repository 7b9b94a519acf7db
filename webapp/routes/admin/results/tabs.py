"""The tabs of View Results, each with its own address (SPEC R3); the filters over users (SPEC R4)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get

from webapp.access import finding
from webapp.http.pages import page
from webapp.models import kept_counts
from webapp.models.accounts import user_search
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.actions.script import RESPONSE
from webapp.models.contacts import labels
from webapp.models.results import results, users, view_reports
from webapp.routes.admin.accounts import user_table
from webapp.rules.accounts import user_filter
from webapp.rules.accounts.user_filter import UserFilter
from webapp.rules.contacts.contact_filter import id_of


@get("/actions/{action_id:int}/results/users")
async def users_tab(request: Request, member: Membership, action_id: int) -> Response:
    action = await finding.action_of(member, action_id)
    wanted = _wanted(request.query_params, action.id)
    return page(request, "admin/results/users/users.html", **await _found(request, member, action, wanted))


async def _found(request: Request, member: Membership, action: Action, wanted: UserFilter) -> dict[str, Any]:
    query = request.query_params
    places = id_of(query.get("after", "")), id_of(query.get("before", ""))
    found = await user_search.page(member.campaign, wanted, *places)
    return {
        "action": action,
        "rows": await users.rows(action, found.members),
        "found": found,
        "wanted": wanted,
        "preset": wanted == _wanted({}, action.id),
        "total": await user_search.count(member.campaign, wanted),
        "options": await user_table.options(member, action),
        "query": _query(wanted),
        "filter": user_table.address(wanted),
        "unused_filters": user_table.left_out({**query, "action": ""}, wanted),
    }


def _wanted(query: user_filter.Typed, action_id: int) -> UserFilter:
    """Activities Received is preset to this action, until somebody applies other filters: then the address has ``filtered``.
    Suspended and removed users are among those it was sent to."""
    asked = user_filter.read({**query, "action": str(action_id)})
    received = asked.received if query.get("filtered") else asked.received or action_id
    about = action_id if asked.step or asked.attention else 0  # what asks how far they are in it
    return replace(asked, received=received, action=about, status=asked.status or user_filter.EVERYONE)


def _query(wanted: UserFilter) -> str:
    """The filters that a link to another page of the table keeps."""
    kept = {name: value for name, value in wanted.asked().items() if name != "action"}
    return urlencode({**kept, "filtered": 1})


@get("/actions/{action_id:int}/results/tags")
async def tags_tab(request: Request, member: Membership, action_id: int) -> Response:
    action = await finding.action_of(member, action_id)
    totals, counted = await view_reports.totals(action), await kept_counts.totals(action.id)
    ids = {tag.name: tag.id for tag in await labels.Tag.filter(campaign_id=member.campaign_id)}
    return page(request, "admin/results/tags.html", action=action, totals=totals, counted=counted, ids=ids)


@get("/actions/{action_id:int}/results/fields")
async def fields_tab(request: Request, member: Membership, action_id: int) -> Response:
    action = await finding.action_of(member, action_id)
    totals, counted = await view_reports.totals(action), await kept_counts.totals(action.id)
    ids = {field.title: field.id for field in await labels.CustomField.filter(campaign_id=member.campaign_id)}
    return page(request, "admin/results/fields.html", action=action, totals=totals, counted=counted, ids=ids)


@get("/actions/{action_id:int}/results/response-scripts")
async def responses_tab(request: Request, member: Membership, action_id: int) -> Response:
    action = await finding.action_of(member, action_id)
    rows = [row for row in await results.scripts(action) if row.script.kind == RESPONSE]
    counted = await kept_counts.totals(action.id)
    return page(request, "admin/results/response_scripts.html", action=action, rows=rows, counted=counted)


@get("/actions/{action_id:int}/results/initial-scripts")
async def initials_tab(request: Request, member: Membership, action_id: int) -> Response:
    """The A/B test: each version of an initial script with its words, its rates and their margins, and a winner where chance
    doesn't explain it."""
    action = await finding.action_of(member, action_id)
    rows = await results.side_by_side(action)
    said, best = results.verdict(rows)
    return page(request, "admin/results/initial_scripts.html", action=action, rows=rows, said=said, best=best)


@get("/actions/{action_id:int}/results/errors")
async def errors_tab(request: Request, member: Membership, action_id: int) -> Response:
    action = await finding.action_of(member, action_id)
    codes, counted = await results.by_code(action), await kept_counts.totals(action.id)
    return page(request, "admin/results/errors.html", action=action, codes=codes, counted=counted)


HANDLERS = [users_tab, tags_tab, fields_tab, responses_tab, initials_tab, errors_tab]
