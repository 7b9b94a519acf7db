"""Finds contacts by a filter: a page of them, their number, or a slice for work on many (SPEC C5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from webapp import database
from webapp.database import packed
from webapp.database.packed import sql_time
from webapp.database.statements import column
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts import search_boxes
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.search_sql import ContactQuery
from webapp.rules.contacts.contact_filter import MANY, OF_A_NUMBER, Filter

PAGE = 50


@dataclass(frozen=True)
class Found:
    """``more``: the ``after`` of the next page; blank on the last one. ``less``: the ``before`` of the previous page; blank
    on the first one."""

    contacts: list[Contact]
    more: str = ""
    less: str = ""


async def page(campaign: Campaign, wanted: Filter, after: str = "", before: str = "") -> Found:
    """The first page, or the one ``after`` or ``before`` a place that `Found` gave."""
    text, values = await page_sql(campaign, wanted, after, before)
    rows = await database.query(text, *values)
    further = len(rows) > PAGE
    rows = rows[:PAGE]
    if before:
        rows.reverse()
        if not further and len(rows) < PAGE:  # some have gone since: the first page, whole
            return await page(campaign, wanted)
    there = {
        c.id: c for c in await Contact.filter(id__in=[row["id"] for row in rows] or [0]).select_related("zone_set")
    }
    return Found(
        [there[row["id"]] for row in rows],
        _place(rows[-1], wanted) if rows and (further or before) else "",
        _place(rows[0], wanted) if rows and (further if before else after) else "",
    )


async def page_sql(campaign: Campaign, wanted: Filter, after: str = "", before: str = "") -> tuple[str, list[Any]]:
    """One row more than a page, from the place on; ``before``: in the opposite order."""
    query = ContactQuery(campaign, wanted)
    at, _, last = (before or after).rpartition("~")
    past = int(last) if last.isdecimal() and len(last) < 19 else 0
    select, limit = "c.id, c.last_message_at", f" LIMIT {PAGE + 1}"
    down = " DESC" if bool(before) != wanted.by_last_message else ""
    beyond = "<" if down else ">"
    if not wanted.by_last_message:
        query.add(f"c.id {beyond} ?", past)
        return await query.sql(select, f"c.id{down}", limit, f"{beyond} {past}")
    if moment := _moment(at):
        query.add(f"(c.last_message_at, c.id) {beyond} (?, ?)", sql_time(moment), past)
    return await query.sql(select, f"c.last_message_at{down}, c.id{down}", limit)


def _place(row: dict[str, Any], wanted: Filter) -> str:
    at = packed.instant(row["last_message_at"])
    return f"{at:%Y-%m-%dT%H:%M:%S.%fZ}~{row['id']}" if at and wanted.by_last_message else str(row["id"])


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo and 2000 <= at.year < 2100 else None


@dataclass(frozen=True)
class Number:
    """``more``: there are more than ``n``, which are not counted."""

    n: int
    more: bool = False


async def counted(campaign: Campaign, wanted: Filter) -> Number:
    """The number of contacts, for a page. Counting stops at a limit, so that a million takes no longer. Exact where
    kept counts have the number."""
    kept = await search_boxes.kept(campaign.id, wanted)
    if kept is not None:
        return Number(kept)
    most = OF_A_NUMBER if search_boxes.asked_alone(wanted) else MANY
    found = await _counted(campaign, wanted, most)
    return Number(min(found, most), found > most)


async def count(campaign: Campaign, wanted: Filter) -> int:
    """The exact number of contacts; slow with a million."""
    kept = await search_boxes.kept(campaign.id, wanted)
    return await _counted(campaign, wanted) if kept is None else kept


async def _counted(campaign: Campaign, wanted: Filter, most: int = 0) -> int:
    text, values = await count_sql(campaign, wanted, most)
    [row] = await database.query(text, *values)
    return int(row["n"])


async def count_sql(campaign: Campaign, wanted: Filter, most: int = 0) -> tuple[str, list[Any]]:
    """Counts up to ``most`` + 1; 0: all."""
    limit = f" LIMIT {int(most) + 1}" if most else ""
    if alone := search_boxes.asked_alone(wanted):  # by its index: no contact is looked up
        own = " AND EXISTS (SELECT 1 FROM action a WHERE a.id = ? AND a.campaign_id = ?)"
        text, values = f"{alone.select(own)} ORDER BY id{limit}", [wanted.action, campaign.id]
    else:
        text, values = await ContactQuery(campaign, wanted).sql("1 AS one", limit=limit)
    return f"SELECT COUNT(*) AS n FROM ({text}) AS found", values


async def ids(campaign: Campaign, wanted: Filter, after: int, through: int, most: int) -> list[int]:
    """The next ``most`` contacts with ids past ``after`` up to ``through``, in order. Each comes once, even if the work
    done on it changes whether the filter finds it."""
    query = ContactQuery(campaign, wanted)
    query.add("c.id > ? AND c.id <= ?", after, through)
    text, values = await query.sql("c.id", "c.id", f" LIMIT {int(most)}", f"> {int(after)}")
    return [row["id"] for row in await database.query(text, *values)]


async def newest(campaign: Campaign) -> int:
    """The highest id of its contacts; 0 where it has none."""
    rows = await database.query("SELECT id FROM contact WHERE campaign_id = ? ORDER BY id DESC LIMIT 1", campaign.id)
    return rows[0]["id"] if rows else 0


async def own(campaign: Campaign, contact_ids: list[int]) -> list[int]:
    """Those of the ids that belong to contacts of this campaign, in order."""
    found = Contact.filter(campaign=campaign, id__in=contact_ids or [0]).order_by("id")
    return await column(found, "id")
