"""VAN's saved lists and people looked for there; the language of an opt-in form's scripts and sign-ups (SPEC B2, B3)."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from webapp.database.operations import AddColumns, CreateTables


class Migration(migrations.Migration):
    dependencies = [('models', '0037_nightly')]

    initial = False

    operations = [
        CreateTables(
        ops.CreateModel(
            name='VanList',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('campaign_id', fields.IntField()),
                ('saved_list_id', fields.IntField()),
                ('name', fields.CharField(max_length=300)),
                ('people', fields.IntField(default=0)),
            ],
            options={'table': 'van_list', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='VanLoad',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('status', fields.CharField(default='waiting', max_length=12)),
                ('stumbles', fields.IntField(default=0, db_default=0)),
                ('error_message', fields.TextField(default='', unique=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('started_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('seen_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('campaign', fields.ForeignKeyField('models.Campaign', source_field='campaign_id', db_constraint=True, to_field='id', related_name='van_loads', on_delete=OnDelete.NO_ACTION)),
                ('user', fields.ForeignKeyField('models.User', source_field='user_id', db_constraint=True, to_field='id', related_name='van_loads', on_delete=OnDelete.NO_ACTION)),
                ('saved_list_id', fields.IntField()),
                ('name', fields.CharField(max_length=300)),
                ('job_id', fields.BigIntField(null=True)),
                ('mode', fields.IntField(null=True)),
                ('tries', fields.IntField(default=0)),
                ('why', fields.CharField(default='', max_length=400)),
                ('lease', fields.CharField(default='', max_length=36)),
                ('next_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('import_id', fields.IntField(null=True)),
            ],
            options={'table': 'van_load', 'app': 'models', 'pk_attr': 'id'},
            bases=['LongWork'],
        ),
        ops.CreateModel(
            name='VanMatch',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('campaign_id', fields.IntField()),
                ('contact_id', fields.BigIntField(unique=True)),
                ('state', fields.CharField(default='waiting', max_length=10)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'van_match', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ),
        AddColumns(
        ops.AddField(
            model_name='Script',
            name='language',
            field=fields.CharField(default='', db_default='', max_length=2),
        ),
        ops.AddField(
            model_name='SignUp',
            name='language',
            field=fields.CharField(default='en', db_default='en', max_length=2),
        ),
        ops.AddField(
            model_name='VanConnection',
            name='lists_why',
            field=fields.CharField(default='', db_default='', max_length=400),
        ),
        ),
    ]
