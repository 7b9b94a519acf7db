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
    ]
