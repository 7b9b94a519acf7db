from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

from webapp.database.operations import AddColumns

class Migration(migrations.Migration):
    dependencies = [('models', '0008_marks_and_rests')]

    initial = False

    operations = [
        AddColumns(
            ops.AddField(
                model_name='ContactImport',
                name='take_notes',
                field=fields.BooleanField(default=False, db_default=False),
            ),
        ),
    ]
