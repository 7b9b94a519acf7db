"""Operations of migrations that Tortoise lacks."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, cast

from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.migrations.operations import AddField, CreateModel, TortoiseOperation
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import ModelState, State
from tortoise.models import Model


class CreateTables(TortoiseOperation):
    """Creates many tables as one operation, in the order given: a table comes after those it references.

    Tortoise builds all models known so far twice for each operation, which takes 10 s for 50 operations of one table.

    A foreign key with db_constraint=False gets no constraint on PostgreSQL. Tortoise's migrations ignore that argument.
    SQLite keeps the constraint: there a check locks nothing.
    """

    reversible = False

    def __init__(self, *tables: CreateModel) -> None:
        self.tables = tables

    def describe(self) -> str:
        return f"Create {len(self.tables)} tables"

    def state_forward(self, app_label: str, state: State) -> None:
        changed = set()
        for table in self.tables:
            state.models[(app_label, table.name)] = ModelState.make_from_model(app_label, table.model)
            references = [field.model_name for _, field in table.fields if isinstance(field, ForeignKeyFieldInstance)]
            changed |= {(app_label, table.name), *map(state.apps.split_reference, references)}
        state.reload_models(changed)

    async def database_forward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        if state_editor is None:
            return
        for table in self.tables:
            await create_table(new_state.apps.get_model(app_label, table.name), state_editor)


class AddColumns(TortoiseOperation):
    """Adds plain columns, of one table or of several, as one operation: see `CreateTables` for what each one costs."""

    reversible = False

    def __init__(self, *columns: AddField) -> None:
        self.columns = columns

    def describe(self) -> str:
        return f"Add {len(self.columns)} columns"

    def state_forward(self, app_label: str, state: State) -> None:
        for column in self.columns:
            self.get_model_state(state, app_label, column.model_name).fields[column.name] = deepcopy(
                cast(Any, column.field)
            )
        state.reload_models({(app_label, column.model_name) for column in self.columns})

    async def database_forward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        for column in self.columns:
            await column.database_forward(app_label, old_state, new_state, state_editor)


class DropKeys(TortoiseOperation):
    """Foreign keys (model, field) that get db_constraint=False: PostgreSQL drops their constraints, SQLite keeps its own, as
    `CreateTables` says."""

    reversible = False

    def __init__(self, *keys: tuple[str, str]) -> None:
        self.keys = keys

    def describe(self) -> str:
        return f"Drop {len(self.keys)} foreign keys"

    def state_forward(self, app_label: str, state: State) -> None:
        changed = set()
        for model, name in self.keys:
            fields = self.get_model_state(state, app_label, model).fields
            field = fields[name] = cast(ForeignKeyFieldInstance[Any], deepcopy(fields[name]))
            field.db_constraint = False
            changed |= {(app_label, model), state.apps.split_reference(field.model_name)}
        state.reload_models(changed)

    async def database_forward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        if state_editor is None or state_editor.DIALECT != "postgres":
            return
        for model, name in self.keys:
            meta = new_state.apps.get_model(app_label, model)._meta
            await _drop_constraint(meta.db_table, cast(Any, meta.fields_map[name]).source_field, state_editor)


async def create_table(model: type[Model], state_editor: BaseSchemaEditor) -> None:
    await state_editor.create_model(model)
    if state_editor.DIALECT == "postgres":
        await _drop_unwanted_constraints(model, state_editor)


async def _drop_unwanted_constraints(model: type[Model], state_editor: BaseSchemaEditor) -> None:
    for field in model._meta.fields_map.values():
        if isinstance(field, ForeignKeyFieldInstance) and not field.db_constraint:
            await _drop_constraint(model._meta.db_table, str(field.source_field), state_editor)


async def _drop_constraint(table: str, column: str, state_editor: BaseSchemaEditor) -> None:
    """PostgreSQL names the constraint of a column itself: table_column_fkey."""
    await state_editor._run_sql(f'ALTER TABLE "{table}" DROP CONSTRAINT "{table}_{column}_fkey"')
