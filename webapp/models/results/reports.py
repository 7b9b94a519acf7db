"""View Reports: what reports say in sum, and each of them (SPEC R1)."""

from __future__ import annotations

from dataclasses import dataclass, field

from webapp.models import kept_counts
from webapp.models.actions.action import Action
from webapp.models.contacts.contact import Contact
from webapp.models.kept_counts import FREE, TAG
from webapp.models.reports.report import Report

PAGE = 50
NEWEST = 2**62  # no id is higher


@dataclass
class Totals:
    """Conversations by what their newest report says: tag -> number; field -> answer -> number. ``typed``: field -> number of
    answers that were typed freely."""

    tags: dict[str, int] = field(default_factory=dict)
    fields: dict[str, dict[str, int]] = field(default_factory=dict)
    typed: dict[str, int] = field(default_factory=dict)


async def totals(action: Action) -> Totals:
    """From the kept counts: as quick with a million reports."""
    found = Totals()
    for kind, name, value, number in await kept_counts.of_answers(action.id):
        if kind == TAG:
            found.tags[name] = number
        elif value == FREE:
            found.typed[name] = number
        else:
            found.fields.setdefault(name, {})[value] = number
    return found


async def page(action: Action, before: int = 0) -> tuple[list[tuple[Report, Contact]], int]:
    """The newest PAGE reports older than ``before`` (an id), each with its contact, and the ``before`` of the next page; 0
    where there is none. Corrected reports are among them."""
    found = Report.filter(action_id=action.id, id__lt=before or NEWEST).order_by("-id")
    rows = await found.limit(PAGE + 1).select_related("user")
    contacts = {c.id: c for c in await Contact.filter(id__in=[row.contact_id for row in rows] or [0])}
    more = rows[PAGE - 1].id if len(rows) > PAGE else 0
    return [(row, contacts[row.contact_id]) for row in rows[:PAGE]], more
