"""Contacts by a filter: each page a fixed number of queries, each query by an index (SPEC C5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from webapp import database
from webapp.database import packed
from webapp.models.campaign import Campaign
from webapp.models.contacts import Contact, sql_time
from webapp.rules import names, phone
from webapp.rules.contact_filter import NO, NOBODY, STAFF, YES, Filter

PAGE = 50
MANY = 10_000  # counted no further, unless someone asks
_LAST = "\U0010ffff"


@dataclass(frozen=True)
class Found:
    """``more``: where the next page begins, for the address; empty on the last."""

    contacts: list[Contact]
    more: str = ""


class Query:
    """The WHERE of a filter, over ``contact c``. Values are parameters; names are ours."""

    def __init__(self, campaign: Campaign, wanted: Filter) -> None:
        self.campaign, self.wanted = campaign, wanted
        self.parts: list[str] = []
        self.values: list[Any] = []
        self.add("c.campaign_id = ?", campaign.id)
        self._search()
        self._labels()
        self._conversations()
        self._contact()

    @property
    def where(self) -> str:
        return " AND ".join(self.parts)

    def add(self, part: str, *values: Any) -> None:
        self.parts.append(part)
        self.values += values

    def _search(self) -> None:
        """A whole phone number; or the beginnings of first and last names, in any order, without accents."""
        if not self.wanted.q:
            return
        parsed = phone.parse(self.wanted.q[:40])
        if isinstance(parsed, phone.Phone):
            return self.add("c.phone = ?", parsed.e164)
        whole = names.key(self.wanted.q)
        words = whole.split()[:3] or [_LAST]
        if len(words) == 1:
            return self.add(_begins(), *_range(words[0]) * 2)
        each = " AND ".join(_begins() for _ in words)
        self.add(f"({_begins()} OR ({each}))", *_range(whole) * 2, *(v for word in words for v in _range(word) * 2))

    def _labels(self) -> None:
        w = self.wanted
        if w.list:
            self.add("c.id IN (SELECT lm.contact_id FROM list_membership lm WHERE lm.contact_list_id = ?)", w.list)
        self._lists()
        if w.tag:
            self.add("c.id IN (SELECT t.contact_id FROM contact_tag t WHERE t.tag_id = ?)", w.tag)
        if w.not_tag:
            self.add("NOT EXISTS (SELECT 1 FROM contact_tag t WHERE t.tag_id = ? AND t.contact_id = c.id)", w.not_tag)
        if w.field and not w.value:
            self.add("c.id IN (SELECT f.contact_id FROM field_value f WHERE f.field_id = ?)", w.field)
        if w.field and w.value:
            self.add(
                "c.id IN (SELECT f.contact_id FROM field_value f WHERE f.field_id = ? AND lower(substr(f.value, 1, 60)) ="
                " lower(substr(?, 1, 60)) AND lower(f.value) = lower(?))", w.field, w.value, w.value,
            )  # fmt: skip
        if w.script:
            self.add(
                "c.id IN (SELECT m.contact_id FROM message m WHERE m.script_id = ? AND m.direction = 'out'"
                " AND m.status NOT IN ('cancelled', 'refused'))", w.script,
            )  # fmt: skip

    def _lists(self) -> None:
        """Of any of these, of all of those, of none of these."""
        place = "SELECT lm.contact_id FROM list_membership lm WHERE lm.contact_list_id"
        if self.wanted.any_lists:
            self.add(f"c.id IN ({place} IN ({_ids(self.wanted.any_lists)}))")
        for number in self.wanted.all_lists.split(",") if self.wanted.all_lists else []:
            self.add(f"c.id IN ({place} = ?)", int(number))
        if self.wanted.no_lists:
            self.add(f"c.id NOT IN ({place} IN ({_ids(self.wanted.no_lists)}))")

    def _conversations(self) -> None:
        """What is asked of a conversation is asked of one and the same: replied in this action, not in some."""
        w, parts, values = self.wanted, [], []
        if w.replied == YES:
            parts.append("v.replied_at IS NOT NULL")
        if w.attention == YES:
            parts.append("v.needs_attention")
        if w.assigned == STAFF:
            parts.append("v.with_staff")
        if w.action:
            parts.append("v.action_id = ?")
            values.append(w.action)
        if w.assigned == NOBODY and parts:
            parts.append("v.user_id IS NULL AND NOT v.with_staff")
        if w.assigned.isdecimal() and parts:
            parts.append("v.user_id = ?")
            values.append(int(w.assigned))
        if parts:
            text = " AND ".join(["v.campaign_id = ?", *parts])
            self.add(f"c.id IN (SELECT v.contact_id FROM conversation v WHERE {text})", self.campaign.id, *values)  # noqa: S608
        elif w.assigned.isdecimal():
            self.add(
                "c.id IN (SELECT v.contact_id FROM conversation v WHERE v.user_id = ? UNION ALL"
                " SELECT k.id FROM contact k WHERE k.keeper_id = ?)", int(w.assigned), int(w.assigned),
            )  # fmt: skip
        elif w.assigned == NOBODY:
            self.add(
                "c.keeper_id IS NULL AND NOT EXISTS (SELECT 1 FROM conversation v WHERE v.contact_id = c.id"
                " AND (v.user_id IS NOT NULL OR v.with_staff))"
            )
        self._without(w.replied, "v.replied_at IS NOT NULL")
        self._without(w.attention, "v.needs_attention")

    def _without(self, answer: str, what: str) -> None:
        if answer == NO:
            action = f" AND v.action_id = {int(self.wanted.action)}" if self.wanted.action else ""
            self.add(f"NOT EXISTS (SELECT 1 FROM conversation v WHERE v.contact_id = c.id AND {what}{action})")  # noqa: S608

    def _contact(self) -> None:
        w = self.wanted
        if w.opted_out:
            self.add(f"c.opted_out_at IS {'NOT ' if w.opted_out == YES else ''}NULL")
        if w.state:
            self.add("c.state_abbrev = ?", w.state)
        if w.since:
            self.add("c.last_message_at >= ?", self._midnight(w.since))
        if w.until:
            self.add("c.last_message_at < ?", self._midnight(w.until, 1))
        if w.by_last_message and not (w.since or w.until):
            self.add("c.last_message_at IS NOT NULL")

    def _midnight(self, day: str, later: int = 0) -> Any:
        at = datetime.combine(date.fromisoformat(day) + timedelta(days=later), time(), ZoneInfo(self.campaign.timezone))
        return sql_time(at.astimezone(UTC))


def _ids(text: str) -> str:
    """Numbers, and nothing but numbers, for a statement."""
    return ", ".join(str(int(n)) for n in text.split(","))


def _begins() -> str:
    collate = ' COLLATE "C"' if database.dialect() == "postgres" else ""
    one = "c.{0}{1} >= ? AND c.{0}{1} < ?"
    return f"({one.format('first_key', collate)} OR {one.format('last_key', collate)})"


def _range(prefix: str) -> list[str]:
    return [prefix, prefix + _LAST]


async def page(campaign: Campaign, wanted: Filter, after: str = "") -> Found:
    """A page of them, and where the next one begins."""
    text, values = page_sql(campaign, wanted, after)
    rows = await database.query(text, *values)
    ids = [row["id"] for row in rows[:PAGE]]
    there = {c.id: c for c in await Contact.filter(id__in=ids or [0]).select_related("zone_set")}
    more = _place(rows[PAGE - 1], wanted) if len(rows) > PAGE else ""
    return Found([there[n] for n in ids], more)


def page_sql(campaign: Campaign, wanted: Filter, after: str = "") -> tuple[str, list[Any]]:
    query = Query(campaign, wanted)
    at, _, last = after.rpartition("~")
    if wanted.by_last_message:
        if at and last.isdecimal() and (moment := _moment(at)):
            query.add("(c.last_message_at, c.id) < (?, ?)", sql_time(moment), int(last))
        order = "c.last_message_at DESC, c.id DESC"
    else:
        if last.isdecimal() and len(last) < 19:
            query.add("c.id > ?", int(last))
        order = "c.id"
    return (
        f"SELECT c.id, c.last_message_at FROM contact c WHERE {query.where} ORDER BY {order} LIMIT {PAGE + 1}",  # noqa: S608
        query.values,
    )


def _place(row: dict[str, Any], wanted: Filter) -> str:
    if not wanted.by_last_message:
        return str(row["id"])
    at = row["last_message_at"]
    at = packed.instant(at)
    return f"{at:%Y-%m-%dT%H:%M:%S.%fZ}~{row['id']}" if at else ""


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None


async def count(campaign: Campaign, wanted: Filter, exactly: bool = False) -> int:
    """How many there are; more than MANY are counted only where someone asks."""
    text, values = count_sql(campaign, wanted, exactly)
    [row] = await database.query(text, *values)
    return int(row["n"])


def count_sql(campaign: Campaign, wanted: Filter, exactly: bool = False) -> tuple[str, list[Any]]:
    query = Query(campaign, wanted)
    most = "" if exactly else f" LIMIT {MANY + 1}"
    return (
        f"SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM contact c WHERE {query.where}{most}) AS found",
        query.values,
    )


async def ids(campaign: Campaign, wanted: Filter, after: int, through: int, most: int) -> list[int]:
    """Contacts past ``after`` up to ``through``, in order: each is met once, whatever the deed changes."""
    query = Query(campaign, wanted)
    query.add("c.id > ? AND c.id <= ?", after, through)
    rows = await database.query(
        f"SELECT c.id FROM contact c WHERE {query.where} ORDER BY c.id LIMIT {int(most)}",
        *query.values,
    )
    return [row["id"] for row in rows]


async def newest(campaign: Campaign) -> int:
    rows = await database.query("SELECT id FROM contact WHERE campaign_id = ? ORDER BY id DESC LIMIT 1", campaign.id)
    return rows[0]["id"] if rows else 0


async def own(campaign: Campaign, contact_ids: list[int]) -> list[int]:
    """Those of the ids that are contacts of this campaign, in order."""
    found = Contact.filter(campaign=campaign, id__in=contact_ids or [0]).order_by("id")
    return [int(n) for n in await found.values_list("id", flat=True)]  # type: ignore[call-overload]
