"""Texts, reports and opt-outs for a program, page by page in the order of their ids (SPEC B6).

Of a large table a page looks at WINDOW ids, most of which may be another campaign's. So a page may be short or empty
without being the last. A row is given out once it is SETTLED old. Until then a row with a smaller id may not be
committed yet, and a program that had gone past it would never see it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from webapp import database
from webapp.database import packed, settled
from webapp.models.accounts.campaign import Campaign
from webapp.rules.api import scopes

WINDOW = 10_000
Row = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """``after``: the cursor for the next page; ``more``: whether there is something past it now."""

    rows: list[Row]
    after: int
    more: bool


@dataclass(frozen=True)
class _Source:
    table: str
    columns: str
    joined: str = ""


_MESSAGES = _Source(
    "message",
    "x.contact_id, x.conversation_id, x.action_id, x.script_id, x.user_id, x.direction, x.kind, x.phone, x.body, x.segments,"
    " x.status, x.delivery, x.error_code, x.created_at, x.taken_at",
)
_REPORTS = _Source(
    "report",
    "x.contact_id, x.conversation_id, x.action_id, x.user_id, x.filed_at, x.tags, x.answers, c.phone, c.van_id",
    " JOIN contact c ON c.id = x.contact_id",
)
_OPT_OUTS = _Source("opt_out", "x.phone, x.source, x.at")
_SAID_AGAIN = _Source("opt_out_said_again", "x.phone")


async def messages(campaign: Campaign, after: int, most: int, may: Iterable[str]) -> Page:
    """Tests of scripts are left out."""
    found = await _page(_MESSAGES, "+x.campaign_id = ? AND x.kind <> 'test'", campaign, after, most)
    return Page([_message(row, may) for row in found.rows], found.after, found.more)


async def message(campaign: Campaign, message_id: int, may: Iterable[str]) -> Row | None:
    """One text as it is now."""
    row = await _one(_MESSAGES, "x.campaign_id = ? AND x.kind <> 'test'", campaign, message_id)
    return _message(row, may) if row else None


def _message(row: Row, may: Iterable[str]) -> Row:
    times = {name: _time(row[name]) for name in ("created_at", "taken_at")}
    return {**row, **times, "phone": scopes.shown_phone(row["phone"], may)}


async def reports(campaign: Campaign, after: int, most: int, may: Iterable[str]) -> Page:
    found = await _page(_REPORTS, "c.campaign_id = ?", campaign, after, most)
    return Page([_report(row, may) for row in found.rows], found.after, found.more)


async def report(campaign: Campaign, report_id: int, may: Iterable[str]) -> Row | None:
    row = await _one(_REPORTS, "c.campaign_id = ?", campaign, report_id)
    return _report(row, may) if row else None


def _report(row: Row, may: Iterable[str]) -> Row:
    kept = {name: packed.parsed(row[name]) for name in ("tags", "answers")}
    return {**row, **kept, "filed_at": _time(row["filed_at"]), "phone": scopes.shown_phone(row["phone"], may)}


async def opt_outs(campaign: Campaign, after: int, most: int, may: Iterable[str]) -> Page:
    found = await _page(_OPT_OUTS, "+x.campaign_id = ?", campaign, after, most)
    return Page([_opt_out(row, may) for row in found.rows], found.after, found.more)


async def said_again(campaign: Campaign, after: int, most: int) -> Page:
    """Phones that opted out here too, after another campaign's opt-out of them had come."""
    return await _page(_SAID_AGAIN, "+x.campaign_id = ?", campaign, after, most)


async def opt_out(campaign: Campaign, opt_out_id: int, may: Iterable[str]) -> Row | None:
    row = await _one(_OPT_OUTS, "x.campaign_id = ?", campaign, opt_out_id)
    return _opt_out(row, may) if row else None


def _opt_out(row: Row, may: Iterable[str]) -> Row:
    return {**row, "at": _time(row["at"]), "phone": scopes.shown_phone(row["phone"], may)}


async def _one(source: _Source, own: str, campaign: Campaign, row_id: int) -> Row | None:
    rows = await database.query(
        f"SELECT x.id, {source.columns} FROM {source.table} x{source.joined} WHERE x.id = ? AND {own}",
        row_id,
        campaign.id,
    )
    return rows[0] if rows else None


async def _page(source: _Source, own: str, campaign: Campaign, after: int, most: int) -> Page:
    through, more_ids = await _through(source, after)
    found = await database.query(
        f"SELECT x.id, {source.columns} FROM {source.table} x{source.joined}"
        f" WHERE x.id > ? AND x.id <= ? AND {own} ORDER BY x.id LIMIT ?",
        after,
        through,
        campaign.id,
        most + 1,
    )
    rows = found[:most]
    full = len(found) > most
    return Page(rows, int(rows[-1]["id"]) if full else max(after, through), full or more_ids)


async def _through(source: _Source, after: int) -> tuple[int, bool]:
    """The last id of this window that has settled, and whether settled ids may come after it."""
    [row] = await database.query(
        "SELECT COUNT(*) AS n, MAX(w.id) AS last FROM"
        f" (SELECT x.id FROM {source.table} x WHERE x.id > ? AND x.id <= ? ORDER BY x.id LIMIT {WINDOW}) AS w",
        after,
        await settled.last(source.table),
    )
    return int(row["last"] or after), int(row["n"]) == WINDOW


def _time(value: Any) -> str | None:
    at = packed.instant(value)
    return at.isoformat() if at else None
