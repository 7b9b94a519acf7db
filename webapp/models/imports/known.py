"""Zone sets, keepers, fields and tags, kept in memory for one run of an import; the rows of contacts made by them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from webapp.models.accounts.users import Membership
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.contacts.zones import ZoneSet
from webapp.models.imports.contact_sql import TEXTS
from webapp.models.imports.job import ContactImport
from webapp.reader.rows import Row
from webapp.rules import names
from webapp.rules.contacts.contact_rows import Person

_BLANK = dict.fromkeys(TEXTS, "")
Plain = dict[str, dict[str, Any]]  # phone -> the row of a contact, as contact_sql.insert takes it


class Known:
    """Ids by zones, e-mail, slug and name. A zone set created in a slice is kept only once the slice is committed."""

    def __init__(self, job: ContactImport) -> None:
        self.job = job
        self.zone_sets: dict[tuple[str, ...], int | None] = {(): None}
        self.keepers: dict[str, int | None] = {}
        self.fields: dict[str, CustomField] = {}
        self.tags: dict[str, Tag] | None = None
        self.mostly_new = True  # were most people of the last slice no contacts before?
        self.tries = 0  # of the slice under way
        self._fresh: dict[tuple[str, ...], int | None] = {}

    async def prepare(self, part: list[Row]) -> Plain:
        """Loads what the rows of a slice name, before the slice's transaction, and makes those contacts that can be made then."""
        people = [row.person for row in part if row.person]
        emails = {p.values["assigned_user_email"].lower() for p in people if "assigned_user_email" in p.values}
        if new := emails - set(self.keepers):
            members = Membership.filter(campaign_id=self.job.campaign_id, user__email__in=list(new))
            found = {m.user.email: m.user_id for m in await members.select_related("user")}
            self.keepers |= {email: found.get(email) for email in new}
        if {slug for p in people for slug in p.custom} - set(self.fields):
            found_fields = await CustomField.filter(campaign_id=self.job.campaign_id)
            self.fields = {field.slug: field for field in found_fields}
        if self.tags is None and any(p.tags for p in people):
            found_tags = await Tag.filter(campaign_id=self.job.campaign_id, archived_at=None)
            system_last = sorted(found_tags, key=lambda tag: tag.system)  # of two tags with one name the system's wins
            self.tags = {names.key(tag.name): tag for tag in system_last}
        return self._plain(people) if self.mostly_new else {}

    def _plain(self, people: list[Person]) -> Plain:
        """Left to the slice: phones that several rows have, since these are merged, and people whose zone set no slice
        has stored."""
        times = Counter(person.phone for person in people)
        return {
            person.phone: self.row(person, self.zone_sets[person.zones])
            for person in people
            if times[person.phone] == 1 and person.zones in self.zone_sets
        }

    def row(self, person: Person, zone_set_id: int | None) -> dict[str, Any]:
        """A contact by this person alone."""
        row: dict[str, Any] = {**_BLANK, **person.values, "phone": person.phone, "zone_source": person.zone_source}
        row["first_key"], row["last_key"] = names.key(row["first_name"]), names.key(row["last_name"])
        row["zone_set_id"] = zone_set_id
        row["keeper_id"] = self.keepers.get(row.pop("assigned_user_email", "").lower())
        row["van"] = self.job.van if row["van_id"] else None
        return row

    def begin(self) -> None:
        """A slice's transaction begins, or begins again after a conflict."""
        self.tries += 1
        self._fresh.clear()

    def committed(self) -> None:
        self.tries = 0
        self.zone_sets |= self._fresh

    def must_last(self, counted: Counter[str]) -> bool:
        """Others may see at once what the slice did: an opt-out, or a zone set it may have made, which processes keep by its id."""
        return bool(counted["opted_out"] or counted["said_no"] or self._fresh)

    async def zone_set(self, zones: tuple[str, ...]) -> int | None:
        """Inside a slice's transaction."""
        for known in (self.zone_sets, self._fresh):
            if zones in known:
                return known[zones]
        self._fresh[zones] = await ZoneSet.id_of(zones)
        return self._fresh[zones]
