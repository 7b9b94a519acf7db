"""The audit log: who did what to what, when, and from where; searched and exported (SPEC B4)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.response import Stream

from webapp.access import proving
from webapp.http.pages import page
from webapp.models.accounts import settings
from webapp.models.accounts.audit import AuditEvent
from webapp.models.accounts.users import Membership
from webapp.models.results import audit_log
from webapp.models.results.audit_log import Wanted
from webapp.routes.admin.accounts.audit_words import ALL, GROUPS, ONE
from webapp.routes.admin.accounts.history import said
from webapp.routes.failures import FilterNotUnderstood
from webapp.rules.contacts.contact_filter import id_of, left_out
from webapp.rules.exports import safe_cells
from webapp.words import gettext


@get("/audit")
async def audit_page(request: Request, member: Membership) -> Response:
    wanted = _wanted(request)
    rows, more = await audit_log.page(member.campaign, wanted, id_of(request.query_params.get("before", "")))
    return page(
        request,
        "admin/accounts/audit/audit.html",
        rows=[(row, said(row), told(row)) for row in rows],
        more=more,
        wanted=wanted,
        **await _filters(request, member, wanted),
    )


async def _filters(request: Request, member: Membership, wanted: Wanted) -> dict[str, Any]:
    """The filters on offer, those asked for, and those left out."""
    return {
        "about": _about(wanted),
        "groups": [(name, gettext(shown)) for name, shown in GROUPS.items()],
        "users": [(str(user.id), user.name) for user in await audit_log.users(member.campaign)],
        "unused_filters": _left_out(request, wanted),
    }


def _about(wanted: Wanted) -> str:
    """The object asked for, in words; blank where none is."""
    kind, _, object_id = wanted.about.partition(":")
    return gettext((ONE if object_id else ALL).get(kind, kind)) if kind else ""


def _wanted(request: Request) -> Wanted:
    return audit_log.read(request.query_params, frozenset(GROUPS))


def _left_out(request: Request, wanted: Wanted) -> list[str]:
    """The labels of those filters in the address that make no sense."""
    named = {
        "q": gettext("Name of what was changed"),
        "user": gettext("By"),
        "group": gettext("About"),
        "since": gettext("From day"),
        "until": gettext("To day"),
        "about": gettext("About"),
    }
    return [named[name] for name in left_out(request.query_params, wanted.asked(), named)]


def told(event: AuditEvent) -> list[tuple[str, str]]:
    """The details: name and value."""
    return [
        (name.replace("_", " "), value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for name, value in event.detail.items()
        if value not in ("", [], {}, None)
    ]


@get("/audit.csv", dependencies=proving.STAFF)
async def audit_file(request: Request, member: Membership) -> Stream:
    """With the filters of the address. Refused where one makes no sense."""
    if not member.exports:
        raise NotFoundException
    if _left_out(request, _wanted(request)):
        raise FilterNotUnderstood
    await settings.note_audit_export(member)
    headers = {"content-disposition": 'attachment; filename="audit.csv"'}
    return Stream(_lines(member, _wanted(request)), media_type="text/csv", headers=headers)


async def _lines(member: Membership, wanted: Wanted) -> AsyncIterator[bytes]:
    yield safe_cells.BOM + safe_cells.line(["at", "user", "email", "what", "subject", "details", "from", "about"])
    zone = member.campaign.zone
    async for rows in audit_log.every(member.campaign, wanted):
        about = await audit_log.objects(rows)
        yield safe_cells.lines(
            [
                row.at.astimezone(zone).isoformat(timespec="seconds"),
                row.user.name if row.user else "",
                row.user.email if row.user else "",
                row.what,
                row.subject,
                json.dumps(row.detail, ensure_ascii=False) if row.detail else "",
                row.origin,
                about.get(row.id, ""),
            ]
            for row in rows
        )


HANDLERS = [audit_page, audit_file]
