"""Writes a filter as SQL that is quick for any filter and a million contacts (SPEC C5).

A query planner guesses how many rows match a filter; a wrong guess reads every contact. So we count first. The filter's
sources are indexed tables that name contacts (a list, a tag ...). Where one has FEW rows, all its contacts are read and
each is checked against the other conditions. Else the contacts of a source are walked in the order of its index. Only
where there is no source are the contacts themselves walked. Every other condition is checked per contact, by an index.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from webapp import database
from webapp.database.packed import sql_time
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts import search_boxes
from webapp.models.contacts.search_source import Source
from webapp.rules import names, phone
from webapp.rules.contacts.contact_filter import NO, NOBODY, STAFF, YES, Filter

FEW = 2_000
_LAST = "\U0010ffff"


class ContactQuery:
    """The parts of a filter: conditions on ``contact c``, each with its values, and sources one of which may lead."""

    def __init__(self, campaign: Campaign, wanted: Filter) -> None:
        self.campaign, self.wanted = campaign, wanted
        self.conditions: list[tuple[str, tuple[Any, ...]]] = []
        self.sources: list[Source] = []
        self.add("c.campaign_id = ?", campaign.id)
        self._search()
        self._lists()
        self._labels()
        self._conversations()
        self._contact()

    def add(self, text: str, *values: Any) -> None:
        self.conditions.append((text, values))

    async def sql(self, select: str, order: str = "", limit: str = "", past: str = "") -> tuple[str, list[Any]]:
        """The whole statement and its values. ``select`` and ``order`` name columns of ``c``. ``past``: such as "> 7", only
        contacts with these ids, where the order is by id."""
        in_order = order in ("", "c.id", "c.id DESC")
        source, few = await self._leader(in_order)
        if source is None or not (few or (source.walked and in_order)):
            return self._plain(select, order, limit)
        return self._led(source, few, select, order, limit, past)

    def _plain(self, select: str, order: str, limit: str) -> tuple[str, list[Any]]:
        where, values = self._where([*self.conditions, *(s.condition() for s in self.sources)])
        return f"SELECT {select} FROM contact c WHERE {where}{_order(order)}{limit}", values

    def _led(self, source: Source, few: bool, select: str, order: str, limit: str, past: str) -> tuple[str, list[Any]]:
        """Looks up each contact of the source in turn and checks the other conditions on it."""
        others = (s.condition() for s in self.sources if s is not source)
        where, values = self._where([*self.conditions, *others])
        column = f"x.{source.column}"
        walk = "" if few else f" ORDER BY {column}{' DESC' if order.endswith('DESC') else ''}"
        leader = source.select(f" AND {column} {past}" if past else "") + walk
        if database.dialect() == "sqlite":  # CROSS JOIN is SQLite's word for "in this order"
            text = f"SELECT {select} FROM ({leader}) AS d CROSS JOIN contact c ON c.id = d.id WHERE {where}"
        else:  # OFFSET 0 keeps the planner from looking into it
            one = f"LATERAL (SELECT c.id, c.last_message_at FROM contact c WHERE c.id = d.id AND {where} OFFSET 0) AS c"
            text = f"SELECT {select} FROM ({leader} OFFSET 0) AS d CROSS JOIN {one}"
        walked = order if few else order.replace("c.id", "d.id")
        return f"{text}{_order(walked)}{limit}", [*source.values, *values]

    async def _leader(self, in_order: bool) -> tuple[Source | None, bool]:
        """The source that leads, and whether it has FEW rows. It is the smallest one if that has FEW, else the first
        that can be walked. Where only a number's people are asked for, its index is walked without counting."""
        if not self.sources:
            return None, False
        if in_order and search_boxes.asked_alone(self.wanted):
            return self.sources[0], False
        text, values = self.leader_sql()
        [row] = await database.query(text, *values)
        numbers = [int(row[f"n{n}"]) for n in range(len(self.sources))]
        least = min(range(len(numbers)), key=numbers.__getitem__)
        if numbers[least] <= FEW:
            return self.sources[least], True
        walked = (s for s in self.sources if s.walked and s.table != "contact")  # contacts themselves need no leader
        return next(walked, None), False

    def leader_sql(self) -> tuple[str, list[Any]]:
        """Counts the rows of each source, up to FEW + 1."""
        counts = ", ".join(
            f"(SELECT COUNT(*) FROM ({s.select(once=False)} LIMIT {FEW + 1}) AS s{n}) AS n{n}"
            for n, s in enumerate(self.sources)
        )
        return f"SELECT {counts}", [v for s in self.sources for v in s.values]

    @staticmethod
    def _where(conditions: list[tuple[str, tuple[Any, ...]]]) -> tuple[str, list[Any]]:
        return " AND ".join(text for text, _ in conditions), [v for _, values in conditions for v in values]

    def _search(self) -> None:
        """A whole phone number, or the beginnings of first and last name in any order, without accents."""
        if not self.wanted.q:
            return
        parsed = phone.parse(self.wanted.q[:40])
        if isinstance(parsed, phone.Phone):
            self._source("contact", "id", "x.campaign_id = ? AND x.phone = ?", self.campaign.id, parsed.e164)
            return
        words = names.key(self.wanted.q).split()[:4] or [_LAST]
        ways = [({"first_key": " ".join(words)}), ({"last_key": " ".join(words)})]
        for n in range(1, len(words)):
            left, right = " ".join(words[:n]), " ".join(words[n:])
            ways += [{"first_key": left, "last_key": right}, {"last_key": left, "first_key": right}]
        self._named(ways)

    def _named(self, ways: list[dict[str, str]]) -> None:
        """Searches each way by its own index, so that the first of many are found without reading them all."""
        one = [" AND ".join(_begins(column) for column in way) for way in ways]
        values = [[v for prefix in way.values() for v in (prefix, prefix + _LAST)] for way in ways]
        each = " UNION ALL ".join(f"SELECT c.id FROM contact c WHERE c.campaign_id = ? AND {text}" for text in one)
        flat = tuple(v for way in values for v in way)
        led = tuple(v for way in values for v in (self.campaign.id, *way))
        probe = f"({' OR '.join(f'({text})' for text in one)})"
        self.sources.append(Source(f"({each})", "id", "true", led, True, False, probe, flat))

    def _source(self, table: str, column: str, where: str, *values: Any, several: bool = False) -> None:
        self.sources.append(Source(table, column, where, values, several))

    def _lists(self) -> None:
        """On any of some lists, on all of some, on none of some."""
        w = self.wanted
        for number in [w.list, *_numbers(w.all_lists)]:
            if number:
                self._source("list_membership", "contact_id", "x.contact_list_id = ?", number)
        if w.any_lists:
            among = ", ".join(map(str, _numbers(w.any_lists)))
            self._source("list_membership", "contact_id", f"x.contact_list_id IN ({among})", several=True)
        for number in _numbers(w.no_lists):
            on_it = "SELECT 1 FROM list_membership l WHERE l.contact_list_id = ? AND l.contact_id = c.id"
            self.add(f"NOT EXISTS ({on_it})", number)

    def _labels(self) -> None:
        w = self.wanted
        if w.tag:
            self._source("contact_tag", "contact_id", "x.tag_id = ?", w.tag)
        if w.not_tag:
            self.add("NOT EXISTS (SELECT 1 FROM contact_tag t WHERE t.tag_id = ? AND t.contact_id = c.id)", w.not_tag)
        if w.field and not w.value:
            self._source("field_value", "contact_id", "x.field_id = ?", w.field)
        if w.field and w.value:
            same = "lower(substr(x.value, 1, 60)) = lower(substr(?, 1, 60)) AND lower(x.value) = lower(?)"
            self._source("field_value", "contact_id", f"x.field_id = ? AND {same}", w.field, w.value, w.value)
        if w.script:
            version = f" AND x.script_version = {int(w.version)}" if w.version else ""
            got = f"x.script_id = ? AND x.direction = 'out' AND x.status = 'taken'{version}"
            self._source("message", "contact_id", got, w.script, several=True)

    def _conversations(self) -> None:
        """All conditions on a conversation must hold for the same one: replied in this action, not just in any."""
        w, parts, values = self.wanted, [], []
        if w.replied == YES:
            parts.append("x.replied_at IS NOT NULL")
        if w.attention == YES:
            parts.append("x.needs_attention")
        if w.assigned == STAFF:
            parts.append("x.with_staff")
        if w.action:
            parts.append("x.action_id = ?")
            values.append(w.action)
        if w.assigned == NOBODY and parts:
            parts.append("x.user_id IS NULL AND NOT x.with_staff")
        if w.assigned.isdecimal() and parts:
            parts.append("x.user_id = ?")
            values.append(int(w.assigned))
        boxed = bool(w.box or w.code)
        if boxed:  # of the action: it can lead, and says more than the action alone
            self.sources.append(search_boxes.source(w.action, w.box, w.code, w.sender))
            self.add("EXISTS (SELECT 1 FROM action a WHERE a.id = ? AND a.campaign_id = c.campaign_id)", w.action)
        if parts and not (boxed and len(parts) == 1):
            where = " AND ".join(["x.campaign_id = ?", *parts])
            self._source("conversation", "contact_id", where, self.campaign.id, *values, several=not w.action)
        elif not parts:
            self._assigned()
        self._texted()
        self._without(w.texted, "v.texted_at IS NOT NULL")
        self._without(w.replied, "v.replied_at IS NOT NULL")
        self._without(w.attention, "v.needs_attention")

    def _assigned(self) -> None:
        """To a user: they hold one of the contact's conversations, or are the contact's keeper. To nobody: neither."""
        if self.wanted.assigned.isdecimal():
            user = int(self.wanted.assigned)
            held = f"SELECT v.contact_id AS id FROM conversation v WHERE v.user_id = {user}"
            self._source(f"({held} UNION SELECT k.id FROM contact k WHERE k.keeper_id = {user})", "id", "true")
        elif self.wanted.assigned == NOBODY:
            self.add(
                "c.keeper_id IS NULL AND NOT EXISTS (SELECT 1 FROM conversation v WHERE v.contact_id = c.id"
                " AND (v.user_id IS NOT NULL OR v.with_staff))"
            )

    def _texted(self) -> None:
        """Everybody who was texted has a last message, by which there is an index."""
        if self.wanted.texted == YES or (self.wanted.replied == NO and not self.wanted.texted):
            self._source("contact", "id", "x.campaign_id = ? AND x.last_message_at IS NOT NULL", self.campaign.id)
            self.add(f"EXISTS ({self._has('v.texted_at IS NOT NULL')})")

    def _without(self, answer: str, what: str) -> None:
        if answer == NO:
            self.add(f"NOT EXISTS ({self._has(what)})")

    def _has(self, what: str) -> str:
        action = f" AND v.action_id = {int(self.wanted.action)}" if self.wanted.action else ""
        return f"SELECT 1 FROM conversation v WHERE v.contact_id = c.id AND {what}{action}"

    def _contact(self) -> None:
        w = self.wanted
        if w.opted_out == YES:
            self._source("contact", "id", "x.campaign_id = ? AND x.opted_out_at IS NOT NULL", self.campaign.id)
        if w.opted_out == NO:
            self.add("c.opted_out_at IS NULL")
        if w.state:
            self._source("contact", "id", "x.campaign_id = ? AND x.state_abbrev = ?", self.campaign.id, w.state)
        if w.since:
            self.add("c.last_message_at >= ?", self._midnight(w.since))
        if w.until:
            self.add("c.last_message_at < ?", self._midnight(w.until, 1))
        if w.by_last_message and not (w.since or w.until):
            self.add("c.last_message_at IS NOT NULL")

    def _midnight(self, day: str, later: int = 0) -> Any:
        return sql_time(self.campaign.day_begins(date.fromisoformat(day), later))


def _order(order: str) -> str:
    return f" ORDER BY {order}" if order else ""


def _numbers(text: str) -> list[int]:
    return [int(n) for n in text.split(",")] if text else []


def _begins(column: str) -> str:
    collate = ' COLLATE "C"' if database.dialect() == "postgres" else ""
    return f"c.{column}{collate} >= ? AND c.{column}{collate} < ?"
