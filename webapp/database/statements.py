"""Plain SQL made from models, for the hot paths: one round trip where the ORM takes one a row.

A statement is a text with ? for values, and the values.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

from tortoise.fields import JSONField
from tortoise.models import Model
from tortoise.queryset import QuerySet

from webapp import database
from webapp.database import Row, kept, packed

M = TypeVar("M", bound=Model)
Statement = tuple[str, list[Any]]
_Values = Mapping[str, Any] | Iterable[tuple[str, Any]]  # by the names of columns


@dataclass(frozen=True)
class _Place:
    """The columns of one table in a row, from ``start`` to before ``end``, its id at ``id``."""

    alias: str
    model: type[Model]
    names: tuple[str, ...]
    start: int
    end: int
    id: int


class Joined:
    """Several tables read at once. ``columns`` is the SELECT list, each table under its alias; `of` gives the rows of one
    result back as models, by alias: None where an outer join found nothing. Other columns come after these.

    ``kept`` are tables of which only the version is read where that is enough (kept.py); `whole` gives them too."""

    def __init__(self, kept: dict[str, type[Model]] | None = None, **models: type[Model]) -> None:
        self._models, self._kept = models, kept or {}
        self._columns: dict[str, str] = {}  # by dialect
        self._where: dict[str, list[_Place]] = {}

    def plus(self, other: Joined) -> Joined:
        """The tables of both in one statement. They share no alias."""
        assert not {*self._models, *self._kept} & {*other._models, *other._kept}
        return Joined({**self._kept, **other._kept}, **self._models, **other._models)

    @property
    def columns(self) -> str:
        """Once the database is open: before, models don't know their columns."""
        dialect = database.dialect()
        if dialect not in self._columns:
            self._columns[dialect] = self._written()
        return self._columns[dialect]

    def _written(self) -> str:
        wide = [self._wide(alias, model) for alias, model in self._models.items()]
        if database.dialect() == "sqlite":
            return ", ".join(wide + [self._wide(alias, model) for alias, model in self._kept.items()])
        return ", ".join(wide + [kept.version(alias) for alias in self._kept])

    def _wide(self, alias: str, model: type[Model]) -> str:
        return ", ".join(f"{alias}.{column} AS {alias}__{column}" for column in columns(model))

    def of(self, row: Row) -> dict[str, Any]:
        return self._of(tuple(row.values()))

    async def whole(self, row: Row, shared: dict[Any, Any] | None = None) -> dict[str, Any]:
        """As `of`, with the kept rows. ``shared``: of the other rows of this result, so that all that name the same kept row
        have one instance of it."""
        values = tuple(row.values())
        found = self._of(values)
        if not self._kept or database.dialect() == "sqlite":
            return found
        shared, start = {} if shared is None else shared, self._places()[-1].end if self._models else 0
        for alias, model in self._kept.items():
            seen = values[start : start + 3]
            if (key := (alias, *seen)) not in shared:
                shared[key] = await _kept_row(model, seen) if seen[0] is not None else None
            found[alias], start = shared[key], start + 3
        return found

    def _of(self, values: tuple[Any, ...]) -> dict[str, Any]:
        return {one.alias: _loaded(one, values) for one in self._places()}

    def _places(self) -> list[_Place]:
        dialect = database.dialect()
        if dialect not in self._where:
            self._where[dialect], start = [], 0
            for alias, model in {**self._models, **(self._kept if dialect == "sqlite" else {})}.items():
                names = columns(model)
                end, id_at = start + len(names), start + names.index("id")
                self._where[dialect].append(_Place(alias, model, names, start, end, id_at))
                start += len(names)
        return self._where[dialect]


async def _kept_row(model: type[M], seen: tuple[Any, ...]) -> M | None:
    names = columns(model)
    known = kept.known(model._meta.db_table, seen) or await kept.read(model._meta.db_table, names, seen)
    return _of_values(model, known) if known else None


class Versions:
    """Which version of each of some rows a statement has read, on PostgreSQL: who wrote it, which no two versions of a row have
    in common. ``columns`` belong into its SELECT list."""

    def __init__(self, *aliases: str) -> None:
        self._aliases = aliases
        self.columns = ", ".join(f"{alias}.xmin AS {alias}_xmin" for alias in aliases)

    def same(self, row: Row) -> Statement:
        """A condition that is true while nobody has written these rows again, and its values."""
        condition = " AND ".join(f"{alias}.xmin = ?" for alias in self._aliases)
        return condition, [row[f"{alias}_xmin"] for alias in self._aliases]


def _loaded(one: _Place, values: tuple[Any, ...]) -> Model | None:
    if values[one.id] is None:
        return None
    return _of_values(one.model, zip(one.names, values[one.start : one.end], strict=True))


def _of_values(model: type[M], given: _Values) -> M:
    """As the ORM makes it of a row. PostgreSQL's values need no second look, and these rows are the hottest of all."""
    if database.dialect() == "sqlite" or not _plain(model):
        return model._init_from_db(**dict(given))
    return _instance(model, given)


def tie(row: Model, **others: Model | None) -> None:
    """Rows that were read together know each other from now on: as ``row.name = other``, without the ORM's look at what kind
    of row the other is."""
    row.__dict__.update({f"_{name}": other for name, other in others.items()})


@lru_cache
def _plain(model: type[Model]) -> bool:
    """Does PostgreSQL give every column as the model has it?"""
    return not any(isinstance(field, JSONField) for field in model._meta.fields_map.values())


def _instance(model: type[M], values: _Values) -> M:
    made = model.__new__(model)
    own = made.__dict__
    own.update(values)
    own["_partial"], own["_saved_in_db"], own["_custom_generated_pk"], own["_await_when_save"] = False, True, False, {}
    return made


def new(model: type[M], **values: Any) -> M:
    """A row that `insert` will store: every column, with the model's defaults. A column of JSON has none, and is to be given."""
    return _instance(model, {**_defaults(model), **values})


@lru_cache
def _defaults(model: type[Model]) -> dict[str, Any]:
    fields = model._meta.fields_map
    given = {name: fields[name] for name in columns(model) if name in fields}
    plain = {name: field.default for name, field in given.items() if not isinstance(field, JSONField)}
    assert not any(callable(default) for default in plain.values())
    return plain


@lru_cache
def columns(model: type[Model]) -> tuple[str, ...]:
    """Each is an attribute of the same name."""
    projection = model._meta.fields_db_projection
    assert all(name == column for name, column in projection.items())
    return tuple(projection)


async def column(found: QuerySet[Any], name: str) -> list[Any]:
    """One column of a query, as a list. (Tortoise types ``flat=True`` as tuples.)"""
    return [*await found.values_list(name, flat=True)]


def insert(row: Model, **asked: Statement) -> Statement:
    """The new row, whose id comes back. ``asked``: columns whose value a SELECT gives; it runs first."""
    text, names = _inserting(type(row), tuple((name, text) for name, (text, _) in asked.items()))
    given = [value for _, values in asked.values() for value in values]
    return text, given + [row.__dict__[name] for name in names]


@lru_cache
def _inserting(model: type[Model], asked: tuple[tuple[str, str], ...]) -> tuple[str, tuple[str, ...]]:
    """The text, and the columns whose values come after those ``asked``."""
    others = tuple(name for name in columns(model) if name != "id" and name not in dict(asked))
    marks = ", ".join([*(f"({text})" for _, text in asked), *("?" * len(others))])
    names = ", ".join([*dict(asked), *others])
    return f"INSERT INTO {model._meta.db_table} ({names}) VALUES ({marks}) RETURNING id", others


def update(row: Model, *names: str) -> Statement:
    """These columns, as they stand on the instance."""
    changes = ", ".join(f"{name} = ?" for name in names)
    return f"UPDATE {row._meta.db_table} SET {changes} WHERE id = ?", [*(getattr(row, name) for name in names), row.pk]


async def update_each(rows: Sequence[Model], *names: str) -> None:
    """These columns of many rows of one table, as they stand on the instances: one statement."""
    if not rows:
        return
    table, changes = rows[0]._meta.db_table, ", ".join(f"{name} = r.{name}" for name in names)
    await database.query(
        f"UPDATE {table} SET {changes} FROM {packed.table('id', *names)} WHERE {table}.id = r.id",
        packed.rows({"id": row.pk, **{name: _in_json(getattr(row, name)) for name in names}} for row in rows),
    )


def _in_json(value: Any) -> Any:
    return value.astimezone(UTC).isoformat(" ") if isinstance(value, datetime) else value


async def together(*statements: Statement, beside: Statement | None = None) -> Sequence[Row]:
    """Writes in one round trip, and what the first gives back. None may need what another did, and no two may touch the
    same row: on PostgreSQL each sees the rows as they were before all of them. They run in the order given. ``beside``: a
    SELECT of at most one row, on PostgreSQL; its columns come before those of the first, null where it finds none."""
    if database.dialect() == "sqlite":
        answers = [await database.query(text, *map(_text, values)) for text, values in statements]
        return answers[0]
    return await _as_one(list(statements), beside)


async def _as_one(statements: list[Statement], beside: Statement | None) -> Sequence[Row]:
    """PostgreSQL runs what the SELECT reads first, then the others, the last of the text before those ahead of it."""
    (text, values), later = statements[0], statements[:0:-1]
    parts = [f"s0 AS ({text})", *(f"s{n} AS ({text})" for n, (text, _) in enumerate(later, 1))]
    everything = [*values, *(value for _, given in later for value in given)]
    read = "SELECT * FROM s0"
    if beside:
        read, everything = f"SELECT q.*, s0.* FROM s0 LEFT JOIN ({beside[0]}) AS q ON true", everything + beside[1]
    return await database.wide(f"WITH {', '.join(parts)} {read}", *everything)


def _text(value: Any) -> Any:
    """As Tortoise writes it on SQLite."""
    if isinstance(value, datetime):
        return packed.sql_time(value)
    return packed.uuid(value) if isinstance(value, uuid.UUID) else value
