"""Facts on their way to VAN (SPEC B3)."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from webapp.database.operations import CreateTables


class Migration(migrations.Migration):
    dependencies = [('models', '0032_mail_tries')]

    initial = False

    operations = [
        CreateTables(
        ops.CreateModel(
            name='VanConnection',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('campaign', fields.ForeignKeyField('models.Campaign', source_field='campaign_id', db_constraint=True, to_field='id', related_name='van_connections', on_delete=OnDelete.NO_ACTION)),
                ('key', fields.TextField(unique=False)),
                ('mode', fields.IntField(default=1)),
                ('paused_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('contact_type_id', fields.IntField(null=True)),
                ('asked_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('answered_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('trouble', fields.CharField(default='', max_length=10)),
                ('why', fields.CharField(default='', max_length=400)),
                ('rest_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('fails', fields.IntField(default=0)),
                ('lease', fields.CharField(default='', max_length=36)),
                ('leased_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'van_connection', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='VanFact',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('campaign_id', fields.IntField()),
                ('contact_id', fields.BigIntField()),
                ('kind', fields.CharField(max_length=10)),
                ('subject_id', fields.IntField(default=0)),
                ('value', fields.CharField(default='', max_length=500)),
                ('state', fields.CharField(default='waiting', max_length=10)),
                ('version', fields.IntField(default=1)),
                ('changed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('due_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('tries', fields.IntField(default=0)),
                ('attempt', fields.CharField(default='', db_default='', max_length=36)),
                ('claimed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('claimed_version', fields.IntField(default=0, db_default=0)),
                ('going', fields.CharField(default='', db_default='', max_length=60)),
                ('maybe', fields.CharField(default='', db_default='', max_length=500)),
                ('there', fields.CharField(default='', db_default='', max_length=60)),
                ('again', fields.BooleanField(default=False, db_default=False)),
                ('sent_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('answer', fields.CharField(default='', db_default='', max_length=400)),
            ],
            options={'table': 'van_fact', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='VanMapping',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('campaign_id', fields.IntField()),
                ('kind', fields.CharField(max_length=10)),
                ('subject_id', fields.IntField(default=0)),
                ('value', fields.CharField(default='', max_length=500)),
                ('target', fields.CharField(max_length=60)),
                ('known_cursor', fields.BigIntField(null=True)),
            ],
            options={'table': 'van_mapping', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='VanPerson',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('contact_id', fields.BigIntField(unique=True)),
                ('van_id', fields.CharField(max_length=40)),
                ('phone', fields.CharField(max_length=20)),
                ('phone_id', fields.BigIntField(null=True)),
            ],
            options={'table': 'van_person', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='VanThing',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('campaign_id', fields.IntField()),
                ('kind', fields.CharField(max_length=20)),
                ('van_id', fields.IntField()),
                ('question_id', fields.IntField(default=0)),
                ('name', fields.CharField(max_length=300)),
                ('retired_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'van_thing', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ),
    ]
