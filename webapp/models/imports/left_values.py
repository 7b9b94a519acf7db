"""Values of a list that can't be stored as they are: counted by value, never changed to fit (SPEC C3)."""

from __future__ import annotations

from webapp.models.imports.known import Known
from webapp.rules import names
from webapp.rules.contacts import contact_rows

MOST_VALUES = 40  # of one field that are told apart
LONGEST = 80  # characters of a value
OTHERS = "…"  # stands for all further values of a field


class LeftValues:
    """``values``: field -> value -> in how many rows. A field is one of contact_columns.FIELDS, "zip_canada" or a slug."""

    def __init__(self, before: dict[str, dict[str, int]] | None) -> None:
        self.values = {name: dict(counts) for name, counts in (before or {}).items()}

    def of_row(self, person: contact_rows.Person, known: Known) -> None:
        """Removes from ``person`` the options that a selection field does not have. The verb that sets tags looks after
        tags."""
        for slug, value in list(person.custom.items()):
            if (field := known.fields.get(slug)) and not field.accepts(value):
                if option := next((one for one in field.choices if one.casefold() == value.casefold()), ""):
                    person.custom[slug] = option
                else:
                    person.left[slug] = person.custom.pop(slug)
        for name, value in person.left.items():
            self._add(name, value)
        for tag in person.tags:
            if names.key(tag) not in (known.tags or {}):
                self._add("tags", tag)

    def _add(self, name: str, value: str) -> None:
        counts = self.values.setdefault(name, {})
        shown = " ".join(value.split())[:LONGEST]
        if shown not in counts and len(counts) >= MOST_VALUES:
            shown = OTHERS
        counts[shown] = counts.get(shown, 0) + 1
