"""The VAN whose ID a contact has after a row of an upload or of a VAN's list (SPEC B3)."""

from __future__ import annotations

from typing import Any

from webapp.models.van import places


def after(row: dict[str, Any], van_id: str | None, of: int | None) -> int | None:
    """The VAN whose ID the contact has after a row with ``van_id``. ``of``: the VAN of the list, where it is known."""
    same: int | None = row["van"]
    return same if not van_id else of or (same if van_id == row["van_id"] else None)


def leave(row: dict[str, Any], values: dict[str, str], of: int | None, covered: dict[str, int]) -> None:
    """Takes the VAN ID out of the ``values`` where another VAN has the contact's state and the contact has an ID there: nothing
    could be sent by the list's ID. ``values``: of a row of a list from the VAN ``of``. ``covered``: state -> VAN."""
    theirs = places.of_state(values.get("state_abbrev") or row["state_abbrev"], covered)
    if of is None or theirs is None or theirs == of or not row["van_id"]:
        return
    if theirs == (row["van"] or places.of_state(row["state_abbrev"], covered)):
        values.pop("van_id", None)
