"""Zone sets, keepers, fields and tags, kept in memory for one run of an import."""

from __future__ import annotations

from webapp.models.accounts.users import Membership
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.contacts.zones import ZoneSet
from webapp.models.imports.job import ContactImport
from webapp.reader.rows import Row
from webapp.rules import names


class Known:
    """Ids by zones, e-mail, slug and name. A zone set created in a slice is kept only once the slice is committed."""

    def __init__(self, job: ContactImport) -> None:
        self.job = job
        self.zone_sets: dict[tuple[str, ...], int | None] = {(): None}
        self.keepers: dict[str, int | None] = {}
        self.fields: dict[str, CustomField] = {}
        self.tags: dict[str, Tag] | None = None
        self.mostly_new = True  # were most people of the last slice no contacts before?
        self._fresh: dict[tuple[str, ...], int | None] = {}

    async def prepare(self, part: list[Row]) -> None:
        """Loads what the rows of a slice name, before the slice's transaction."""
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

    def begin(self) -> None:
        """A slice's transaction begins, or begins again after a conflict."""
        self._fresh.clear()

    def committed(self) -> None:
        self.zone_sets |= self._fresh

    async def zone_set(self, zones: tuple[str, ...]) -> int | None:
        """Inside a slice's transaction."""
        for known in (self.zone_sets, self._fresh):
            if zones in known:
                return known[zones]
        self._fresh[zones] = await ZoneSet.id_of(zones)
        return self._fresh[zones]
