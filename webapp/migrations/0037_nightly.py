from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0036_webhooks')]

    initial = False

    operations = [
        ops.CreateModel(
            name='NightlyImport',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('campaign', fields.ForeignKeyField('models.Campaign', source_field='campaign_id', db_constraint=True, to_field='id', related_name='nightly_imports', on_delete=OnDelete.NO_ACTION)),
                ('user', fields.ForeignKeyField('models.User', source_field='user_id', db_constraint=True, to_field='id', related_name='nightly_imports', on_delete=OnDelete.NO_ACTION)),
                ('url', fields.TextField(unique=False)),
                ('host', fields.CharField(max_length=255)),
                ('list_name', fields.CharField(max_length=120)),
                ('hour', fields.IntField(default=3)),
                ('made_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('next_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('first_import_id', fields.IntField(null=True)),
            ],
            options={'table': 'nightly_import', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='NightlyRun',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('nightly', fields.ForeignKeyField('models.NightlyImport', source_field='nightly_id', db_constraint=True, to_field='id', related_name='runs', on_delete=OnDelete.NO_ACTION)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('state', fields.CharField(default='fetching', max_length=10)),
                ('why', fields.CharField(default='', max_length=1000)),
                ('import_id', fields.IntField(null=True)),
                ('told_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'nightly_run', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
    ]
