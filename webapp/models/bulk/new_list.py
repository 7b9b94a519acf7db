"""Creates a contact list out of other lists (SPEC C8)."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.database import transactional
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership
from webapp.models.bulk import slices
from webapp.models.bulk.job import LIST, BulkJob
from webapp.models.contacts.lists import ContactList
from webapp.rules.contacts.contact_filter import Filter


@dataclass(frozen=True)
class Sources:
    """Contacts on any of ``lists`` (with ``all``: on each of them), except those on one of ``without``."""

    lists: list[ContactList]
    without: list[ContactList]
    all: bool = False

    def filter(self) -> Filter:
        ids, without = _ids(self.lists), _ids(self.without)
        return Filter(all_lists=ids, no_lists=without) if self.all else Filter(any_lists=ids, no_lists=without)

    def in_words(self) -> str:
        """For the list's page."""
        if not self.lists:
            return "Made by hand"
        text = f"People who were on {'all' if self.all else 'any'} of: {_names(self.lists)}"
        return text + (f"; without {_names(self.without)}" if self.without else "")


def _ids(lists: list[ContactList]) -> str:
    return ",".join(str(row.id) for row in lists)


def _names(lists: list[ContactList]) -> str:
    return ", ".join(row.name for row in lists)


@transactional
async def create(name: str, sources: Sources, by: Membership) -> tuple[ContactList, BulkJob | None]:
    """The list, and the job that fills it; None where there are no lists to fill it from."""
    made_from = sources.in_words()
    made = await ContactList.make(by.campaign, name, made_from)
    await audit.record(by, "list.made", {"list": made.id}, name, of=made_from)
    if not sources.lists:
        return made, None
    what = {"list": made.id, "name": name}
    return made, await slices.begin(by.campaign, by.user, LIST, sources.filter(), what, name)
