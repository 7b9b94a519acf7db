"""Stores one slice of an upload: contacts created, updated and merged, rows refused (SPEC C1, C2). The number of
statements is fixed: the rows are one JSON parameter, which the database takes apart."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import Any

from webapp import clock, database
from webapp.database import packed
from webapp.database.locks import Lock
from webapp.models.actions import audience
from webapp.models.contacts import many_at_once
from webapp.models.imports import contact_sql, van_ids
from webapp.models.imports.contact_sql import COLUMNS, TEXTS
from webapp.models.imports.job import ContactImport
from webapp.models.imports.known import Known, Plain
from webapp.models.imports.left_values import LeftValues
from webapp.models.imports.refused import refuse_rows
from webapp.models.opt_outs.many import mark_opted_out, opt_out_contacts, tag_contacts
from webapp.models.opt_outs.opt_out import FROM_IMPORT
from webapp.models.van import phones, places
from webapp.reader.rows import Row
from webapp.rules import names
from webapp.rules.contacts import contact_rows, contact_zones


async def store(job: ContactImport, part: list[Row], known: Known, plain: Plain | None = None) -> Counter[str]:
    """Inside the slice's transaction. ``plain``: as `Known.prepare` made it. Returns what to add to the import's counts."""
    known.begin()
    left, counted = LeftValues(job.left_values), Counter[str]()
    people: dict[str, contact_rows.Person] = {}
    lines: dict[str, int] = {}
    for row in part:
        if row.person is None:
            continue
        left.of_row(row.person, known)
        if row.person.phone in people:
            contact_rows.merge(people[row.person.phone], row.person)
            counted["merged"] += 1
        else:
            people[row.person.phone], lines[row.person.phone] = row.person, row.line
    counted["refused"] = await refuse_rows(job, part)
    if people:
        counted += await _Slice(job, people, lines, known, plain or {}).store()
    job.left_values = left.values
    return counted


class _Slice:
    """``there``, ``new``: phone -> row of a contact that exists, of one to create. ``ids``: phone -> contact.
    ``earlier``: contact -> fields that earlier rows of this import filled. ``moved``: contacts with another zone set.
    ``covered``: state -> VAN, for a VAN's list. ``made_opted_out``: phones of contacts created with an opt-out."""

    def __init__(
        self,
        job: ContactImport,
        people: dict[str, contact_rows.Person],
        lines: dict[str, int],
        known: Known,
        plain: Plain,
    ) -> None:
        self.job, self.people, self.lines, self.known, self.plain = job, people, lines, known, plain
        self.there: dict[str, dict[str, Any]] = {}
        self.new: dict[str, dict[str, Any]] = {}
        self.ids: dict[str, int] = {}
        self.earlier: dict[int, set[str]] = {}
        self.moved: list[dict[str, Any]] = []
        self.made_opted_out: set[str] = set()
        self.counted: Counter[str] = Counter()

    async def store(self) -> Counter[str]:
        await database.lock(Lock.MAKING_CONTACTS, self.job.campaign_id, shared=True)
        made = await self._made_or_locked()
        self.ids = {phone: row["id"] for phone, row in self.there.items()} | made
        await self._drop_fields_filled_before()
        await self._update()
        await self._remember(set(made))
        await self._put_on_list(made)
        await self._note_phone_ids()
        await self._set_custom()
        await self._set_tags()
        await self._keep_opted_out(set(made))
        self._count(set(made))
        await audience.sync_conversations([row["id"] for row in self.there.values()], new_values=True)
        return self.counted

    async def _made_or_locked(self) -> dict[str, int]:
        """Creates contacts that do not exist, and locks those that do. Returns phone -> id of those created. A list of
        mostly new people is not looked up first: inserting shows who exists."""
        if self.known.tries > 1 or not self.known.mostly_new:  # a second try: two lists held each other up
            self.there = await contact_sql.locked(self.job.campaign_id, self.people)
        made = await self._insert([phone for phone in self.people if phone not in self.there])
        rest = [phone for phone in self.people if phone not in made and phone not in self.there]
        self.there |= await contact_sql.locked(self.job.campaign_id, rest)
        self.known.mostly_new = 2 * len(made) > len(self.people)
        return made

    async def _insert(self, phones: list[str]) -> dict[str, int]:
        """Phone -> id of the contacts created. A contact whose phone has opted out is created opted out."""
        self.new = {phone: self.plain.get(phone) or await self._row(self.people[phone]) for phone in phones}
        found = await contact_sql.insert(self.job.campaign_id, list(self.new.values()))
        self.made_opted_out = {row["phone"] for row in found if row["opted_out_at"] is not None}
        self.counted["opted_out"] += len(self.made_opted_out)
        return {row["phone"]: row["id"] for row in found}

    async def _row(self, person: contact_rows.Person) -> dict[str, Any]:
        return self.known.row(person, await self.known.zone_set(person.zones))

    async def _drop_fields_filled_before(self) -> None:
        """Merges contacts that earlier slices brought: only fields that are still blank are filled."""
        if not self.there:
            return
        found = await database.query(
            f"SELECT contact_id, filled FROM imported_contact WHERE import_id = ? AND {packed.among('contact_id')}",
            self.job.id,
            packed.values(row["id"] for row in self.there.values()),
        )
        self.earlier = {row["contact_id"]: set(row["filled"].split()) for row in found}
        for phone, row in self.there.items():
            if (filled := self.earlier.get(row["id"])) is None:
                continue
            person = self.people[phone]
            person.values = {k: v for k, v in person.values.items() if k not in filled}
            person.custom = {k: v for k, v in person.custom.items() if f"custom:{k}" not in filled}
            self.counted["merged"] += 1

    async def _update(self) -> None:
        """Non-blank values replace, blank ones never do. Time zones are derived again (S1)."""
        self.covered = await places.covered(self.job.campaign_id) if self.job.van else {}
        changed = []
        for phone, row in self.there.items():
            after = await self._after(row, self.people[phone])
            if any(after[name] != row[name] for name in COLUMNS):
                changed.append({"id": row["id"], **after})
            if after["zone_set_id"] != row["zone_set_id"]:
                self.moved.append({"id": row["id"], "zone_set_id": after["zone_set_id"]})
            row |= after
        await contact_sql.update("contact", "contact.id = r.id", COLUMNS, changed)
        if self.moved:
            await many_at_once.lock_conversations([row["id"] for row in self.moved])
        await contact_sql.update("conversation", "conversation.contact_id = r.id", ("zone_set_id",), self.moved)

    async def _after(self, row: dict[str, Any], person: contact_rows.Person) -> dict[str, Any]:
        van_ids.leave(row, person.values, self.job.van, self.covered)
        after = {name: person.values.get(name) or row[name] for name in TEXTS}
        keeper = self.known.keepers.get(person.values.get("assigned_user_email", "").lower())
        zones = contact_zones.derive(after["timezone"], after["zip"], after["state_abbrev"], row["phone"])
        return after | {
            "first_key": names.key(after["first_name"]),
            "last_key": names.key(after["last_name"]),
            "zone_set_id": await self.known.zone_set(zones.names),
            "zone_source": zones.source,
            "keeper_id": keeper or row["keeper_id"],
            "van": van_ids.after(row, person.values.get("van_id"), self.job.van),
        }

    async def _remember(self, made: set[str]) -> None:
        rows = [
            {
                "contact_id": (id_ := self.ids[phone]),
                "line": self.lines[phone],
                "created": phone in made,
                "filled": _filled((*person.values,), (*person.custom,), (*self.earlier.get(id_, ()),)),
            }
            for phone, person in self.people.items()
        ]
        await contact_sql.remember(self.job.id, rows)

    async def _put_on_list(self, made: dict[str, int]) -> None:
        list_id = self.job.contact_list_id or 0
        if made:
            await many_at_once.add_new_to_list(list_id, list(made.values()))
        if self.there:
            await many_at_once.add_to_list(list_id, [row["id"] for row in self.there.values()])

    async def _note_phone_ids(self) -> None:
        """VAN's ids of phones, for what is sent there (B3)."""
        with_ids = [(self.ids[phone], phone, one) for phone, one in self.people.items() if one.phone_id]
        await phones.note(
            [(id_, p.values["van_id"], phone, p.phone_id) for id_, phone, p in with_ids if "van_id" in p.values]
        )

    async def _set_custom(self) -> None:
        rows = [
            {"contact_id": self.ids[phone], "field_id": self.known.fields[slug].id, "value": value}
            for phone, person in self.people.items()
            for slug, value in person.custom.items()
            if slug in self.known.fields
        ]
        await many_at_once.set_values(rows, self.job.user_id)

    async def _set_tags(self) -> None:
        """The Opt Out tag opts out (X6), and so does a row that says not to text (C1). An unknown tag is left out."""
        tags = self.known.tags or {}
        tagged = {
            self.ids[phone]: [tags[names.key(name)] for name in person.tags if names.key(name) in tags]
            for phone, person in self.people.items()
        }
        job = self.job
        _, opted_out = await tag_contacts(job.campaign, tagged, FROM_IMPORT, job.user, job.file_name)
        self.counted["opted_out"] += opted_out
        if ids := [self.ids[phone] for phone, person in self.people.items() if person.opted_out]:
            self.counted["said_no"] += await opt_out_contacts(job.campaign, ids, FROM_IMPORT, job.user, job.file_name)

    async def _keep_opted_out(self, made: set[str]) -> None:
        """Gives contacts with an opt-out its tag, time and closed conversations, where one is missing. A contact
        created just now has an opt-out if its row has the time of one: the lock on making contacts keeps others out."""
        ids = [id_ for phone, id_ in self.ids.items() if phone not in made or phone in self.made_opted_out]
        if not ids:
            return
        rows = await database.query(
            f"SELECT c.id FROM contact c JOIN opt_out o ON o.campaign_id = c.campaign_id AND o.phone = c.phone WHERE {packed.among('c.id')}"
            " AND (c.opted_out_at IS NULL OR NOT EXISTS (SELECT 1 FROM contact_tag t JOIN tag g ON g.id = t.tag_id"
            " WHERE t.contact_id = c.id AND g.slug = 'opt_out' AND g.system)) ORDER BY c.id",
            packed.values(ids),
        )
        await mark_opted_out(self.job.campaign, [row["id"] for row in rows], self.job.user)

    def _count(self, made: set[str]) -> None:
        now, counted = clock.now(), self.counted
        before = {phone: row for phone, row in self.there.items() if row["id"] not in self.earlier}
        after = [before.get(phone) or self.new[phone] for phone in self.people if phone in made or phone in before]
        counted["created"] += len(made)
        counted["updated"] += len(before)
        counted["nameless"] += sum(not row["first_name"] for row in after)
        counted["zoneless"] += sum(row["zone_set_id"] is None for row in after)
        counted["opted_out"] += sum(row["opted_out_at"] is not None for row in before.values())
        untils = [packed.instant(row["landline_until"]) for row in before.values()]
        counted["landlines"] += sum(until is not None and until > now for until in untils)
        people = [person for phone, person in self.people.items() if phone in made or phone in before]
        counted["home_phones"] += sum(person.home for person in people)
        emails = [person.values.get("assigned_user_email", "").lower() for person in people]
        counted["unknown_keepers"] += sum(bool(email) and self.known.keepers.get(email) is None for email in emails)


@lru_cache(maxsize=500)
def _filled(values: tuple[str, ...], custom: tuple[str, ...], earlier: tuple[str, ...]) -> str:
    """The names of fields, as ImportedContact has them: most rows of a file fill the same ones."""
    return " ".join(sorted({*values, *(f"custom:{slug}" for slug in custom), *earlier}))
