"""Rows that nearly every request asks for and nobody changes for hours: a campaign, an action, a script.

PostgreSQL tells which version of a row a statement saw: who wrote it (xmin) and where it lies (ctid), which no two
versions share. The row's forty columns are read again only where that is another than this process knows, so what is
used is as fresh as the statement that asked. SQLite gives the whole row each time.
"""

from __future__ import annotations

from typing import Any

from webapp import database

MOST = 5_000  # rows of a process; then it begins anew

_Version = tuple[int, tuple[int, int]]
_rows: dict[tuple[int, str, int], tuple[_Version, dict[str, Any]]] = {}


def version(alias: str) -> str:
    """Columns of a SELECT: the id and the version of this table's row."""
    return f"{alias}.id AS {alias}__id, {alias}.xmin AS {alias}__xmin, {alias}.ctid AS {alias}__ctid"


async def values(table: str, columns: tuple[str, ...], seen: list[Any]) -> dict[str, Any] | None:
    """The row's values by their columns, not to be changed; ``seen`` is what `version` gave. At least as new as that."""
    row_id, *latest = seen
    key = (database.opened(), table, row_id)
    known = _rows.get(key)
    if known is None or known[0] != tuple(latest):
        rows = await database.query(f"SELECT xmin, ctid, {', '.join(columns)} FROM {table} WHERE id = ?", row_id)
        if not rows:
            return None
        xmin, ctid = rows[0].pop("xmin"), rows[0].pop("ctid")
        if len(_rows) >= MOST:
            _rows.clear()
        known = _rows[key] = (xmin, ctid), rows[0]
    return known[1]
