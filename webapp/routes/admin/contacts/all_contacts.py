"""All Contacts: search, filters and columns. A list's page shows the same table (SPEC C5, C8)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get
from litestar.datastructures import MultiDict

from webapp.http.pages import page
from webapp.models import kept_counts
from webapp.models.accounts.users import Membership
from webapp.models.contacts import search
from webapp.models.results import contact_table
from webapp.routes.admin.contacts import filter_words
from webapp.rules.contacts import contact_filter
from webapp.rules.contacts.contact_filter import Filter


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
    after, before = (str(query.get(name, ""))[:60] for name in ("after", "before"))
    found = await search.page(campaign, wanted, after, before)
    exact = "exact" in query
    total = search.Number(await search.count(campaign, wanted)) if exact else await search.counted(campaign, wanted)
    options = await filter_words.options(member)
    return {
        "contacts": found.contacts,
        "wanted": wanted,
        "columns": columns,
        "usual": not query.getall("col", []),
        "fields": fields,
        "all_columns": contact_table.OTHERS,
        "cells": await contact_table.cells(found.contacts, columns, fields),
        "options": options,
        "of_results": await _of_results(wanted, options),
        "total": total,
        "query": _address(wanted, query),
        "more": found.more,
        "less": found.less,
        "place": urlencode([("after", after)] * bool(after) + [("before", before)] * bool(before)),
        "everyone": "all" in query,
        "may_export": member.exports,
        "unused_filters": _left_out(query, wanted),
    }


async def _of_results(wanted: Filter, options: dict[str, list[tuple[Any, str]]]) -> dict[str, Any] | None:
    """Which number of an action's results the people are behind, and how much it is: of texts it can be more than people."""
    title = dict(options["action"]).get(wanted.action)  # of this campaign alone
    if not wanted.box or title is None:
        return None
    sender = dict(options["assigned"]).get(wanted.sender, "")
    if wanted.sender:
        counted = await kept_counts.of_user(wanted.action, wanted.sender)
    else:
        counted = await kept_counts.totals(wanted.action)
    return {"title": title, "words": filter_words.boxes()[wanted.box], "number": counted[wanted.box], "sender": sender}


def _left_out(query: MultiDict[str], wanted: Filter) -> list[str]:
    """The labels of those filters in the address that make no sense."""
    named = filter_words.labels()
    return [named[name] for name in contact_filter.left_out(query, wanted.asked(), named)]


def _address(wanted: Filter, query: MultiDict[str]) -> str:
    """The filters, columns and exact count asked for, without the place and the selection."""
    columns = [("col", name) for name in query.getall("col", [])]
    return urlencode([*wanted.asked().items(), *columns, *([("exact", "1")] if "exact" in query else [])])


HANDLERS = [contacts_page]
