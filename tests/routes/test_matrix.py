"""Every route, asked by every kind of visitor, answers as the table beside this file says: deny by default (SPEC V9, P1)."""

from __future__ import annotations

from pathlib import Path

from litestar import Litestar

from tests.cast import Cast
from tests.cast.pages.visitors import Visitor, address, give_back, routes, table, world

# The database on which each visitor asks. Of those who are let in, and of those who are not, some come on each
VISITORS = {
    "sqlite": ("nobody", "waiting", "outside", "holder", "owner"),
    "postgres": ("elsewhere", "suspended", "unconfirmed", "volunteer", "admin"),
}


def test_every_route_has_a_row_and_every_row_a_route(site: Litestar) -> None:
    rows = set(table())
    assert len(rows) > 200 and set(routes(site)) - rows == set(), "a route without a row"
    assert rows - set(routes(site)) == set(), "a row without a route"


def test_every_kind_of_visitor_in_the_table_is_asked_somewhere() -> None:
    asked = [kind for kinds in VISITORS.values() for kind in kinds]
    assert all(sorted(row) == sorted(asked) for row in table().values())


async def test_every_visitor_is_answered_as_the_table_says(
    cast: Cast, app: Litestar, tmp_path: Path, db_kind: str
) -> None:
    there, says, wrong = await world(cast, tmp_path), table(), []
    for kind in VISITORS[db_kind]:
        for one in there.people[kind]:
            await give_back(cast, there.names)
            visitor = Visitor(app, one)
            for method, path in routes(app):
                answer = await visitor.says(method, address(path, there.names))
                if answer != says[method, path][kind]:
                    wrong.append(f"{kind} at {method} {path}: {answer}, and not {says[method, path][kind]}")
    assert wrong == []
