"""Opt-in forms, who signed up, what they agreed to; custom links that are ready for the campaign's own pages (SPEC B1, B2)."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from tortoise import fields

from webapp.database.operations import AddColumns, CreateTables

class Migration(migrations.Migration):
    dependencies = [('models', '0026_brought_by')]

    initial = False

    operations = [
        CreateTables(ops.CreateModel(
            name='OptInForm',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('campaign', fields.ForeignKeyField('models.Campaign', source_field='campaign_id', db_constraint=True, to_field='id', related_name='opt_in_forms', on_delete=OnDelete.NO_ACTION)),
                ('action', fields.ForeignKeyField('models.Action', source_field='action_id', db_constraint=True, to_field='id', related_name='opt_in_forms', on_delete=OnDelete.NO_ACTION)),
                ('contact_list', fields.ForeignKeyField('models.ContactList', source_field='contact_list_id', db_constraint=True, to_field='id', related_name='opt_in_forms', on_delete=OnDelete.NO_ACTION)),
                ('slug', fields.CharField(max_length=40)),
                ('state', fields.CharField(default='draft', max_length=8)),
                ('version', fields.IntField(default=1)),
                ('title', fields.CharField(max_length=120)),
                ('subtitle', fields.CharField(default='', max_length=300)),
                ('consent', fields.TextField(default='', unique=False)),
                ('title_es', fields.CharField(default='', max_length=120)),
                ('subtitle_es', fields.CharField(default='', max_length=300)),
                ('consent_es', fields.TextField(default='', unique=False)),
                ('keyword', fields.CharField(default='', max_length=20)),
                ('reach', fields.CharField(default='', max_length=200)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'opt_in_form', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='OptInField',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('form', fields.ForeignKeyField('models.OptInForm', source_field='form_id', db_constraint=True, to_field='id', related_name='form_fields', on_delete=OnDelete.NO_ACTION)),
                ('field', fields.ForeignKeyField('models.CustomField', source_field='field_id', db_constraint=True, to_field='id', related_name='form_fields', on_delete=OnDelete.NO_ACTION)),
            ],
            options={'table': 'opt_in_field', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='OptInNumber',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('form', fields.ForeignKeyField('models.OptInForm', source_field='form_id', db_constraint=True, to_field='id', related_name='form_numbers', on_delete=OnDelete.NO_ACTION)),
                ('number', fields.ForeignKeyField('models.PhoneNumber', source_field='number_id', db_constraint=True, to_field='id', related_name='form_numbers', on_delete=OnDelete.NO_ACTION)),
            ],
            options={'table': 'opt_in_number', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SignUp',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('form', fields.ForeignKeyField('models.OptInForm', source_field='form_id', db_constraint=True, to_field='id', related_name='sign_ups', on_delete=OnDelete.NO_ACTION)),
                ('contact', fields.ForeignKeyField('models.Contact', source_field='contact_id', db_constraint=True, to_field='id', related_name='sign_ups', on_delete=OnDelete.NO_ACTION)),
                ('token', fields.CharField(unique=True, max_length=8)),
                ('referrer_id', fields.BigIntField(null=True)),
                ('came_by', fields.CharField(default='form', max_length=8)),
                ('first_name', fields.CharField(default='', max_length=40)),
                ('last_name', fields.CharField(default='', max_length=40)),
                ('zip', fields.CharField(default='', max_length=10)),
                ('answers', fields.JSONField(default=dict, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('wants', fields.CharField(default='', max_length=10)),
                ('wants_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('try_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('why_not', fields.IntField(null=True)),
                ('asked_id', fields.BigIntField(null=True)),
                ('confirmed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('answered_id', fields.BigIntField(null=True)),
            ],
            options={'table': 'sign_up', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Consent',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('sign_up', fields.ForeignKeyField('models.SignUp', source_field='sign_up_id', db_constraint=True, to_field='id', related_name='consents', on_delete=OnDelete.NO_ACTION)),
                ('phone', fields.CharField(max_length=20)),
                ('words', fields.TextField(unique=False)),
                ('form_version', fields.IntField()),
                ('language', fields.CharField(max_length=2)),
                ('came_by', fields.CharField(max_length=8)),
                ('address', fields.CharField(default='', max_length=45)),
                ('client_id', fields.UUIDField(null=True, unique=True)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'opt_in_consent', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        )),
        AddColumns(ops.AddField(
            model_name='Action',
            name='of_opt_in',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='CustomLink',
            name='leads_to',
            field=fields.CharField(default='', db_default='', max_length=8),
        ),
        ops.AddField(
            model_name='CustomLink',
            name='target_id',
            field=fields.IntField(null=True),
        )),
    ]
