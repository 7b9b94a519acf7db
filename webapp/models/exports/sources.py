"""The content of an export: its columns, and its rows slice by slice in the order of their ids (SPEC R5).

A row is named as `columns.py` names the columns. The columns that differ by campaign, its tags and custom fields, are asked for once
and kept with the export.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from webapp import database
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts import search
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.exports import for_upload, of_contacts, of_texts, of_users
from webapp.rules.accounts import user_filter
from webapp.rules.contacts import contact_filter
from webapp.rules.contacts.contact_filter import Filter
from webapp.rules.exports.columns import COLUMNS, CONTACTS, MESSAGES, OF_CONTACTS, REPORTS, UPLOADS, Column, What

RANGE = 50_000  # ids looked at in one slice, most of which may be another campaign's
Row = dict[str, Any]
Own = list[list[Any]]  # [["tag" or "field", id, name of the column, title], ...]


@dataclass
class Source:
    """``which``: as `Export.which` says. ``own``: the columns of this campaign's tags and fields."""

    campaign: Campaign
    kind: str
    which: dict[str, Any] = field(default_factory=dict)
    own: Own = field(default_factory=list)

    @property
    def action_id(self) -> int:
        """0 for all actions."""
        return int(self.which.get("action", 0))

    @property
    def columns(self) -> tuple[Column, ...]:
        what: dict[str, What] = {"tag": "yes_no"}
        meant = {"tag": "1 where the contact has the tag {}", "field": "The custom field {}", **for_upload.MEANT}
        more = [Column(name, meant[kind].format(title), what.get(kind, "text")) for kind, _, name, title in self.own]
        return (*COLUMNS[self.kind], *more)

    async def newest(self) -> int:
        """The highest id that belongs in; 0 where there is nothing."""
        if self.kind in OF_CONTACTS:
            return max(self.which["ids"], default=0) if "ids" in self.which else await search.newest(self.campaign)
        table = {MESSAGES: "message", REPORTS: "report"}.get(self.kind, "membership")
        [row] = await database.query(f"SELECT MAX(id) AS id FROM {table}")
        return int(row["id"] or 0)

    async def rows(self, cursor: int, through: int, most: int) -> tuple[list[Row], int]:
        """The next rows past ``cursor``, and the cursor after them; ``through`` at the end. ``most``: so many texts,
        reports, users or contacts; one may have several rows, or none."""
        if self.kind in OF_CONTACTS:
            ids = await self._contacts(cursor, through, most)
            ask_contacts = for_upload.rows if self.kind in UPLOADS else of_contacts.rows
            rows = await ask_contacts(self.kind, self.campaign, ids, self.own)
            return rows, ids[-1] if len(ids) == most else through
        until = min(through, cursor + RANGE)
        if self.kind in (MESSAGES, REPORTS):
            ask = of_texts.messages if self.kind == MESSAGES else of_texts.reports
            rows = await ask(self.campaign, self.action_id, (cursor, until), most, self.own)
        else:
            wanted = user_filter.read(self.which["filter"]) if "filter" in self.which else None
            rows = await of_users.rows(self.campaign, self.action_id, wanted, (cursor, until), most)
        return rows, rows[-1]["at_id"] if len(rows) == most else until

    async def _contacts(self, cursor: int, through: int, most: int) -> list[int]:
        if "ids" in self.which:
            return await search.own(self.campaign, [n for n in self.which["ids"] if cursor < n <= through][:most])
        wanted = Filter(action=self.action_id) if self.action_id else contact_filter.read(self.which.get("filter", {}))
        return await search.ids(self.campaign, wanted, cursor, through, most)


async def own_columns(campaign: Campaign, kind: str) -> Own:
    """A column for each tag and custom field in use, where the export has such columns. A field named like another
    column gets a longer name."""
    if kind in UPLOADS:
        return await for_upload.own_columns(campaign, kind)
    taken = {column.name for column in COLUMNS[kind]} | {"at_id"}
    fields = await CustomField.filter(campaign=campaign, archived_at=None) if kind in (CONTACTS, REPORTS) else []
    tags = await Tag.filter(campaign=campaign, archived_at=None) if kind == CONTACTS else []
    return [
        *(["tag", tag.id, f"tag: {tag.name}", tag.name] for tag in tags),
        *(["field", f.id, f"custom_field_{f.slug}" if f.slug in taken else f.slug, f.title] for f in fields),
    ]
