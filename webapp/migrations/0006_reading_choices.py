from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

from webapp.database.operations import AddColumns

class Migration(migrations.Migration):
    dependencies = [('models', '0005_set_up_and_rehearsal')]

    initial = False

    operations = [
        AddColumns(
            ops.AddField(
                model_name='ContactImport',
                name='header_line',
                field=fields.IntField(null=True),
            ),
            ops.AddField(
                model_name='ContactImport',
                name='sheet_name',
                field=fields.CharField(default='', db_default='', max_length=300),
            ),
            ops.AddField(
                model_name='ContactImport',
                name='without_hidden',
                field=fields.BooleanField(default=False, db_default=False),
            ),
        ),
    ]
