from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0035_api')]

    initial = False

    operations = [
        ops.CreateModel(
            name='HookEndpoint',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('campaign', fields.ForeignKeyField('models.Campaign', source_field='campaign_id', db_constraint=True, to_field='id', related_name='hook_endpoints', on_delete=OnDelete.NO_ACTION)),
                ('user', fields.ForeignKeyField('models.User', source_field='user_id', db_constraint=True, to_field='id', related_name='hook_endpoints', on_delete=OnDelete.NO_ACTION)),
                ('url', fields.CharField(max_length=500)),
                ('secret', fields.TextField(unique=False)),
                ('events', fields.CharField(max_length=200)),
                ('whole_phones', fields.BooleanField(default=False)),
                ('made_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('off_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('off_why', fields.CharField(default='', max_length=400)),
                ('failing_since', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('fails', fields.IntField(default=0)),
                ('rest_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('lease', fields.CharField(default='', max_length=36)),
                ('leased_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'hook_endpoint', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='HookEvent',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('endpoint_id', fields.IntField()),
                ('campaign_id', fields.IntField()),
                ('kind', fields.CharField(max_length=20)),
                ('subject_id', fields.BigIntField()),
                ('state', fields.CharField(default='waiting', max_length=10)),
                ('tries', fields.IntField(default=0)),
                ('at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('due_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('attempt', fields.CharField(default='', db_default='', max_length=36)),
                ('claimed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('sent_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('status', fields.IntField(null=True)),
                ('answer', fields.CharField(default='', db_default='', max_length=300)),
            ],
            options={'table': 'hook_event', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
    ]
