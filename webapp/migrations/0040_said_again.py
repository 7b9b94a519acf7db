"""People who opted out of a campaign too, after another campaign's opt-out of their phone had come (SPEC B9)."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from webapp.database.operations import AddColumns


class Migration(migrations.Migration):
    dependencies = [('models', '0039_shared_opt_outs')]

    initial = False

    operations = [
        ops.CreateModel(
            name='OptOutSaidAgain',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('campaign', fields.ForeignKeyField('models.Campaign', source_field='campaign_id', db_constraint=True, to_field='id', related_name='opt_outs_said_again', on_delete=OnDelete.NO_ACTION)),
                ('phone', fields.CharField(max_length=20)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'opt_out_said_again', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        AddColumns(
            ops.AddField(model_name='OptOutSharing', name='again_cursor', field=fields.BigIntField(default=0, db_default=0)),
        ),
    ]
