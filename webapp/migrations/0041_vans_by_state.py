"""Several VANs of one campaign, each for its states (SPEC B3). Rows that are there belong to the one VAN of its campaign, which has all
states."""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from webapp import database
from webapp.database.operations import AddColumns

_OF_ONE = ("van_thing", "van_mapping", "van_list", "van_load", "van_match", "van_fact")


async def fill(apps: Any, state_editor: Any) -> None:
    """A campaign whose key was forgotten gets a VAN without one: its codes and facts stay as they are."""
    await database.query("DROP INDEX IF EXISTS one_van_connection")  # a guard of before: one VAN a campaign
    for table in _OF_ONE:
        await database.query(
            "INSERT INTO van_connection (campaign_id, key, mode, trouble, why, fails, lease)"
            f" SELECT DISTINCT x.campaign_id, '', 1, '', '', 0, '' FROM {table} x WHERE NOT EXISTS"
            " (SELECT 1 FROM van_connection k WHERE k.campaign_id = x.campaign_id)"
        )
    await database.query("INSERT INTO van_state (campaign_id, van, state) SELECT campaign_id, id, '' FROM van_connection")
    for table in _OF_ONE:
        await database.query(
            f"UPDATE {table} SET van = (SELECT k.id FROM van_connection k WHERE k.campaign_id = {table}.campaign_id)"
        )
    await database.query("UPDATE van_fact SET there_van = van")


class Migration(migrations.Migration):
    dependencies = [('models', '0040_said_again')]

    initial = False

    operations = [
        ops.CreateModel(
            name='VanState',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('campaign_id', fields.IntField()),
                ('van', fields.IntField()),
                ('state', fields.CharField(max_length=2)),
            ],
            options={'table': 'van_state', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        AddColumns(
            ops.AddField('VanConnection', 'name', fields.CharField(60, default='', db_default='')),
            ops.AddField('VanThing', 'van', fields.IntField(default=0, db_default=0)),
            ops.AddField('VanMapping', 'van', fields.IntField(default=0, db_default=0)),
            ops.AddField('VanList', 'van', fields.IntField(default=0, db_default=0)),
            ops.AddField('VanLoad', 'van', fields.IntField(default=0, db_default=0)),
            ops.AddField('VanMatch', 'van', fields.IntField(default=0, db_default=0)),
            ops.AddField('VanFact', 'van', fields.IntField(null=True)),
            ops.AddField('VanFact', 'there_van', fields.IntField(null=True)),
            ops.AddField('Contact', 'van', fields.IntField(null=True)),
            ops.AddField('ContactImport', 'van', fields.IntField(null=True)),
        ),
        ops.RunPython(fill),
    ]
