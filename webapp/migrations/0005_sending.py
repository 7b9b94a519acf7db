from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0004_numbers')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Action',
            name='capped_on',
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name='Action',
            name='daily_cap',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='Campaign',
            name='capped_on',
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name='Media',
            name='kept_type',
            field=fields.CharField(default='', db_default='', max_length=12),
        ),
        ops.AddField(
            model_name='Media',
            name='next_try_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Media',
            name='status',
            field=fields.CharField(default='waiting', db_default='waiting', max_length=10),
        ),
        ops.AddField(
            model_name='Media',
            name='tries',
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='Media',
            name='why',
            field=fields.CharField(default='', db_default='', max_length=10),
        ),
    ]
