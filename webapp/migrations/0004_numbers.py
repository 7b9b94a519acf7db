from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0003_scripts')]

    initial = False

    operations = [
        ops.CreateModel(
            name='AccountNumber',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('sid', fields.CharField(unique=True, max_length=34)),
                ('e164', fields.CharField(max_length=20)),
                ('seen_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'account_number', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='NumberOrder',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('campaign', fields.ForeignKeyField('models.Campaign', source_field='campaign_id', db_constraint=True, to_field='id', related_name='number_orders', on_delete=OnDelete.NO_ACTION)),
                ('user', fields.ForeignKeyField('models.User', source_field='user_id', db_constraint=True, to_field='id', related_name='number_orders', on_delete=OnDelete.NO_ACTION)),
                ('area_code', fields.CharField(max_length=3)),
                ('wanted', fields.IntField()),
                ('tried', fields.IntField(default=0)),
                ('bought', fields.IntField(default=0)),
                ('status', fields.CharField(default='open', max_length=8)),
                ('error', fields.TextField(default='', unique=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('tried_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'number_order', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='PhoneNumber',
            name='failed_24h',
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='PhoneNumber',
            name='filtered_24h',
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='PhoneNumber',
            name='measured_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='PhoneNumber',
            name='released_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='PhoneNumber',
            name='sent_24h',
            field=fields.IntField(default=0, db_default=0),
        ),
    ]
