"""All Contacts: search, filters and columns. A list's page shows the same table (SPEC C5, C8)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get

from webapp.models.accounts.users import Membership
from webapp.models.actions.action import DRAFT, Action
from webapp.models.actions.script import Script
from webapp.models.contacts import search
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.contacts.lists import ContactList
from webapp.models.results import contact_table
from webapp.pages import page
from webapp.rules.contacts import contact_filter, states
from webapp.rules.contacts.contact_filter import Filter

OFFERED = 500  # options of a drop-down


@get("/contacts")
async def contacts_page(request: Request, member: Membership) -> Response:
    """The address holds the whole filter, so that it can be shared."""
    wanted = contact_filter.read(request.query_params)
    return page(request, "admin/contacts/contacts.html", **await contents(request, member, wanted))


async def contents(request: Request, member: Membership, wanted: Filter) -> dict[str, Any]:
    """The context of a table of contacts: its rows and columns, the filters on offer, and the number of contacts."""
    campaign, query = member.campaign, request.query_params
    fields = await contact_table.columns(campaign)
    columns = contact_table.chosen(query.getall("col", []), fields)
    found = await search.page(campaign, wanted, str(query.get("after", ""))[:60])
    total = await search.count(campaign, wanted, exactly="exact" in query)
    return {
        "contacts": found.contacts,
        "wanted": wanted,
        "columns": columns,
        "usual": not query.getall("col", []),
        "fields": fields,
        "all_columns": contact_table.OTHERS,
        "cells": await contact_table.cells(found.contacts, columns, fields),
        "options": await _options(member),
        "total": total,
        "counted": total <= search.MANY or "exact" in query,
        "query": urlencode(
            [
                *wanted.asked().items(),
                *(("col", c) for c in query.getall("col", [])),
                *([("exact", "1")] if "exact" in query else []),
            ]
        ),
        "more": found.more,
        "later": bool(query.get("after")),
        "may_export": member.exports,
    }


async def _options(member: Membership) -> dict[str, list[tuple[Any, str]]]:
    """Filter -> its options, each a value and its words."""
    own = {"campaign_id": member.campaign_id}
    members = Membership.filter(**own).exclude(approved_at=None).select_related("user").order_by("user__first_name")
    actions = await Action.filter(**own).exclude(state=DRAFT).order_by("-id").limit(OFFERED)
    scripts = Script.filter(action_id__in=[a.id for a in actions[:50]] or [0]).order_by(
        "-action_id", "kind", "position"
    )
    titles = {a.id: a.title for a in actions}
    return {
        "list": [
            (r.id, r.name) for r in await ContactList.filter(**own, archived_at=None).order_by("-id").limit(OFFERED)
        ],
        "tag": [(t.id, t.name) for t in await Tag.filter(**own, archived_at=None)],
        "field": [(f.id, f.title) for f in await CustomField.filter(**own, archived_at=None)],
        "action": [(a.id, a.title) for a in actions],
        "script": [(s.id, f"{titles[s.action_id]}: {s.name or s.body[:40]}") for s in await scripts.limit(OFFERED)],
        "assigned": [(m.user_id, m.user.name) for m in await members.limit(OFFERED)],
        "state": [(s, s) for s in sorted(states.ABBREVIATIONS)],
    }


HANDLERS = [contacts_page]
