from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0038_van_and_languages')]

    initial = False

    operations = [
        ops.CreateModel(
            name='OptOutSharing',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('campaign', fields.ForeignKeyField('models.Campaign', source_field='campaign_id', db_constraint=True, to_field='id', related_name='opt_out_sharings', on_delete=OnDelete.NO_ACTION)),
                ('user', fields.ForeignKeyField('models.User', source_field='user_id', db_constraint=True, to_field='id', related_name='opt_out_sharings', on_delete=OnDelete.NO_ACTION)),
                ('with_slug', fields.CharField(max_length=60)),
                ('said_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('cursor', fields.BigIntField(default=0)),
                ('came', fields.IntField(default=0)),
            ],
            options={'table': 'opt_out_sharing', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
    ]
