from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from typing import Any
from json import dumps, loads
from tortoise.fields.base import OnDelete
from tortoise import fields

from webapp.rules import names


async def fill_what_searches_ask(apps: Any, state_editor: Any) -> None:
    """Names as a search compares them, and when the last message was, for the contacts that are there."""
    client = state_editor.client
    marks = ("?", "?", "?") if client.capabilities.dialect == "sqlite" else ("$1", "$2", "$3")
    update = "UPDATE contact SET first_key = {}, last_key = {} WHERE id = {}".format(*marks)
    last = 0
    while rows := await client.execute_query_dict(
        f"SELECT id, first_name, last_name FROM contact WHERE id > {last} ORDER BY id LIMIT 5000"
    ):
        last = rows[-1]["id"]
        await client.execute_many(update, [[names.key(r["first_name"]), names.key(r["last_name"]), r["id"]] for r in rows])
    await client.execute_query(
        "UPDATE contact SET last_message_at ="
        " (SELECT MAX(COALESCE(m.claimed_at, m.created_at)) FROM message m WHERE m.contact_id = contact.id)"
    )


class Migration(migrations.Migration):
    dependencies = [('models', '0001_first')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ActionExclusion',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('action', fields.ForeignKeyField('models.Action', source_field='action_id', db_constraint=True, to_field='id', related_name='exclusions', on_delete=OnDelete.NO_ACTION)),
                ('contact_list', fields.ForeignKeyField('models.ContactList', source_field='contact_list_id', null=True, db_constraint=True, to_field='id', related_name='exclusions', on_delete=OnDelete.NO_ACTION)),
                ('tag', fields.ForeignKeyField('models.Tag', source_field='tag_id', null=True, db_constraint=True, to_field='id', related_name='exclusions', on_delete=OnDelete.NO_ACTION)),
                ('field', fields.ForeignKeyField('models.CustomField', source_field='field_id', null=True, db_constraint=True, to_field='id', related_name='exclusions', on_delete=OnDelete.NO_ACTION)),
                ('value', fields.CharField(default='', max_length=500)),
            ],
            options={'table': 'action_exclusion', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='BulkJob',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('campaign', fields.ForeignKeyField('models.Campaign', source_field='campaign_id', db_constraint=True, to_field='id', related_name='bulk_works', on_delete=OnDelete.NO_ACTION)),
                ('user', fields.ForeignKeyField('models.User', source_field='user_id', db_constraint=True, to_field='id', related_name='bulk_works', on_delete=OnDelete.NO_ACTION)),
                ('kind', fields.CharField(max_length=10)),
                ('subject', fields.CharField(default='', max_length=200)),
                ('which', fields.JSONField(default=dict, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('what', fields.JSONField(default=dict, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('status', fields.CharField(default='waiting', max_length=12)),
                ('total', fields.IntField(default=0)),
                ('cursor', fields.BigIntField(default=0)),
                ('done', fields.IntField(default=0)),
                ('changed', fields.IntField(default=0)),
                ('path', fields.CharField(default='', max_length=500)),
                ('error_message', fields.TextField(default='', unique=False)),
                ('stumbles', fields.IntField(default=0, db_default=0)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('started_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('seen_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'bulk_work', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ContactEvent',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('contact_id', fields.BigIntField()),
                ('user_id', fields.IntField(null=True)),
                ('what', fields.CharField(max_length=20)),
                ('detail', fields.TextField(default='', unique=False)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'contact_event', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ImportedContact',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('import_id', fields.IntField()),
                ('contact_id', fields.BigIntField()),
                ('line', fields.IntField()),
                ('created', fields.BooleanField(default=False)),
                ('filled', fields.TextField(default='', unique=False)),
            ],
            options={'table': 'imported_contact', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='UserList',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('campaign', fields.ForeignKeyField('models.Campaign', source_field='campaign_id', db_constraint=True, to_field='id', related_name='user_lists', on_delete=OnDelete.NO_ACTION)),
                ('name', fields.CharField(max_length=120)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('archived_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'user_list', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Team',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('campaign', fields.ForeignKeyField('models.Campaign', source_field='campaign_id', db_constraint=True, to_field='id', related_name='teams', on_delete=OnDelete.NO_ACTION)),
                ('name', fields.CharField(max_length=120)),
                ('team_code', fields.CharField(max_length=12)),
                ('user_list', fields.ForeignKeyField('models.UserList', source_field='user_list_id', db_constraint=True, to_field='id', related_name='teams', on_delete=OnDelete.NO_ACTION)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('archived_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'team', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='UserListMember',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('user_list', fields.ForeignKeyField('models.UserList', source_field='user_list_id', db_constraint=True, to_field='id', related_name='places', on_delete=OnDelete.NO_ACTION)),
                ('user_id', fields.IntField()),
            ],
            options={'table': 'user_list_member', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Action',
            name='audience_cursor',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='Contact',
            name='first_key',
            field=fields.CharField(default='', db_default='', max_length=100),
        ),
        ops.AddField(
            model_name='Contact',
            name='last_key',
            field=fields.CharField(default='', db_default='', max_length=100),
        ),
        ops.AddField(
            model_name='Contact',
            name='last_message_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AlterField(
            model_name='ContactImport',
            name='contact_list',
            field=fields.ForeignKeyField('models.ContactList', source_field='contact_list_id', null=True, db_constraint=True, to_field='id', related_name='imports', on_delete=OnDelete.NO_ACTION),
        ),
        ops.AddField(
            model_name='ContactImport',
            name='kind',
            field=fields.CharField(default='contacts', db_default='contacts', max_length=10),
        ),
        ops.AddField(
            model_name='ContactImport',
            name='landlines',
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='ContactImport',
            name='list_name',
            field=fields.CharField(default='', db_default='', max_length=120),
        ),
        ops.AddField(
            model_name='ContactImport',
            name='look_first',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='ContactImport',
            name='read_bytes',
            field=fields.BigIntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='ContactImport',
            name='shape',
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AddField(
            model_name='ContactImport',
            name='sheet',
            field=fields.CharField(default='', db_default='', max_length=300),
        ),
        ops.AddField(
            model_name='ContactImport',
            name='stumbles',
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='ContactImport',
            name='unknown_keepers',
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='ContactList',
            name='archived_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='ContactList',
            name='made_from',
            field=fields.CharField(default='', db_default='', max_length=200),
        ),
        ops.DeleteModel(name='ImportedPhone'),
        ops.RunPython(fill_what_searches_ask),
    ]
