"""Rows that nearly every request asks for and nobody changes for hours: a campaign, an action, a script.

PostgreSQL tells which version of a row a statement saw: who wrote it (xmin) and where it lies (ctid), which no two
versions share. The row's forty columns are read again only where that is another than this process knows, so what is
used is as fresh as the statement that asked. SQLite gives the whole row each time.
"""

from __future__ import annotations

from typing import Any

from webapp import database

MOST = 5_000  # rows of a process; then it forgets all and begins again

_Version = tuple[int, tuple[int, int]]
_rows: dict[tuple[int, str, int], tuple[_Version, dict[str, Any]]] = {}


def version(alias: str) -> str:
    """Columns of a SELECT: the id and the version of this table's row."""
    return f"{alias}.id AS {alias}__id, {alias}.xmin AS {alias}__xmin, {alias}.ctid AS {alias}__ctid"


def known(table: str, seen: tuple[Any, ...]) -> dict[str, Any] | None:
    """The row's values by their columns, not to be changed, if this process has this very version. ``seen``: what `version` gave."""
    row_id, xmin, ctid = seen
    found = _rows.get((database.opened(), table, row_id))
    return found[1] if found and found[0] == (xmin, ctid) else None


async def read(table: str, columns: tuple[str, ...], seen: tuple[Any, ...]) -> dict[str, Any] | None:
    """Reads the row and keeps it. Its values by their columns, at least as new as ``seen``; None where the row is gone."""
    row_id = seen[0]
    rows = await database.query(f"SELECT xmin, ctid, {', '.join(columns)} FROM {table} WHERE id = ?", row_id)
    if not rows:
        return None
    xmin, ctid = rows[0].pop("xmin"), rows[0].pop("ctid")
    if len(_rows) >= MOST:
        _rows.clear()
    _rows[(database.opened(), table, row_id)] = (xmin, ctid), rows[0]
    return rows[0]
