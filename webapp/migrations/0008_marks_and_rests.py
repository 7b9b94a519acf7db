from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

from webapp.database.operations import AddColumns

class Migration(migrations.Migration):
    dependencies = [('models', '0007_import_wishes')]

    initial = False

    operations = [
        AddColumns(
            ops.AddField(
                model_name='Campaign',
                name='failures',
                field=fields.IntField(default=0, db_default=0),
            ),
            ops.AddField(
                model_name='Campaign',
                name='failing_since',
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name='Campaign',
                name='failure',
                field=fields.CharField(default='', db_default='', max_length=80),
            ),
            ops.AddField(
                model_name='Campaign',
                name='rests_until',
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name='PhoneNumber',
                name='claim_mark',
                field=fields.BigIntField(default=0, db_default=0),
            ),
            ops.AddField(
                model_name='PhoneNumber',
                name='failures',
                field=fields.IntField(default=0, db_default=0),
            ),
            ops.AddField(
                model_name='PhoneNumber',
                name='held_until',
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name='PhoneNumber',
                name='rests_until',
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
        ),
    ]
