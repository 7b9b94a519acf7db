from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise import fields

from webapp.database.operations import AddColumns

class Migration(migrations.Migration):
    dependencies = [('models', '0006_reading_choices')]

    initial = False

    operations = [
        AddColumns(
            ops.AddField(
                model_name='ContactImport',
                name='counted',
                field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
            ),
            ops.AddField(
                model_name='ContactImport',
                name='home_phones',
                field=fields.IntField(default=0, db_default=0),
            ),
            ops.AddField(
                model_name='ContactImport',
                name='left_values',
                field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
            ),
            ops.AddField(
                model_name='ContactImport',
                name='said_no',
                field=fields.IntField(default=0, db_default=0),
            ),
            ops.AddField(
                model_name='ContactImport',
                name='take_words',
                field=fields.BooleanField(default=False, db_default=False),
            ),
        ),
    ]
