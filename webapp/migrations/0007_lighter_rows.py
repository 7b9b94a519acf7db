from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

FREED = {
    "conversation": ("user_account",),
    "message": ("campaign", "phone_number", "user_account"),
}


async def drop_constraints(apps: Any, state_editor: Any) -> None:
    """Tortoise changes no constraint that is there. On SQLite they stay: there a check locks nothing."""
    if state_editor.client.capabilities.dialect != "postgres":
        return
    for table, others in FREED.items():
        for other in others:
            found = await state_editor.client.execute_query_dict(
                "SELECT conname FROM pg_constraint WHERE contype = 'f'"
                f" AND conrelid = '{table}'::regclass AND confrelid = '{other}'::regclass"
            )
            for row in found:
                await state_editor.client.execute_query(f'ALTER TABLE {table} DROP CONSTRAINT "{row["conname"]}"')


class Migration(migrations.Migration):
    dependencies = [('models', '0006_lines_and_set_up')]

    initial = False

    operations = [
        ops.AlterField(
            model_name='Conversation',
            name='user',
            field=fields.ForeignKeyField('models.User', source_field='user_id', null=True, db_constraint=False, to_field='id', related_name='conversations', on_delete=OnDelete.NO_ACTION),
        ),
        ops.AlterField(
            model_name='Message',
            name='campaign',
            field=fields.ForeignKeyField('models.Campaign', source_field='campaign_id', db_constraint=False, to_field='id', related_name='messages', on_delete=OnDelete.NO_ACTION),
        ),
        ops.AlterField(
            model_name='Message',
            name='number',
            field=fields.ForeignKeyField('models.PhoneNumber', source_field='number_id', null=True, db_constraint=False, to_field='id', related_name='messages', on_delete=OnDelete.NO_ACTION),
        ),
        ops.AlterField(
            model_name='Message',
            name='user',
            field=fields.ForeignKeyField('models.User', source_field='user_id', null=True, db_constraint=False, to_field='id', related_name='messages', on_delete=OnDelete.NO_ACTION),
        ),
        ops.RunPython(drop_constraints),
    ]
