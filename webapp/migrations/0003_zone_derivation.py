from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0002_remind_a_friend')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ZoneDerivation',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('version', fields.CharField(max_length=32)),
                ('after_id', fields.BigIntField()),
                ('changed', fields.IntField()),
                ('began_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'zone_derivation', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
    ]
