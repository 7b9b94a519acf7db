from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0002_contacts')]

    initial = False

    operations = [
        ops.CreateModel(
            name='CustomLink',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('campaign', fields.ForeignKeyField('models.Campaign', source_field='campaign_id', db_constraint=True, to_field='id', related_name='custom_links', on_delete=OnDelete.NO_ACTION)),
                ('slug', fields.CharField(max_length=40)),
                ('title', fields.CharField(max_length=80)),
                ('url', fields.TextField(unique=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('archived_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'custom_link', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='LinkClick',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('link', fields.ForeignKeyField('models.CustomLink', source_field='link_id', db_constraint=True, to_field='id', related_name='clicks', on_delete=OnDelete.NO_ACTION)),
                ('message_id', fields.BigIntField()),
                ('action_id', fields.IntField(null=True)),
                ('script_id', fields.IntField(null=True)),
                ('user_id', fields.IntField(null=True)),
                ('contact_id', fields.BigIntField(null=True)),
                ('by', fields.CharField(max_length=8)),
                ('user_agent', fields.CharField(default='', max_length=200)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'link_click', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Picture',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('campaign', fields.ForeignKeyField('models.Campaign', source_field='campaign_id', db_constraint=True, to_field='id', related_name='pictures', on_delete=OnDelete.NO_ACTION)),
                ('digest', fields.CharField(max_length=64)),
                ('type', fields.CharField(max_length=12)),
                ('size', fields.IntField()),
                ('width', fields.IntField()),
                ('height', fields.IntField()),
                ('made_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'picture', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ScriptMeasure',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('status', fields.CharField(default='waiting', max_length=12)),
                ('stumbles', fields.IntField(default=0, db_default=0)),
                ('error_message', fields.TextField(default='', unique=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('started_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('seen_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('action', fields.ForeignKeyField('models.Action', source_field='action_id', db_constraint=True, to_field='id', related_name='measures', on_delete=OnDelete.NO_ACTION)),
                ('user', fields.ForeignKeyField('models.User', source_field='user_id', db_constraint=True, to_field='id', related_name='measures', on_delete=OnDelete.NO_ACTION)),
                ('place', fields.CharField(max_length=24)),
                ('key', fields.CharField(max_length=64)),
                ('body', fields.TextField(unique=False)),
                ('picture', fields.BooleanField(default=False)),
                ('cursor', fields.BigIntField(default=0)),
                ('people', fields.IntField(default=0)),
                ('segments', fields.IntField(default=0)),
                ('longest', fields.IntField(default=0)),
                ('longest_units', fields.IntField(default=0)),
                ('longest_id', fields.BigIntField(null=True)),
                ('special', fields.IntField(default=0)),
                ('special_id', fields.BigIntField(null=True)),
                ('missing', fields.IntField(default=0)),
                ('missing_id', fields.BigIntField(null=True)),
            ],
            options={'table': 'script_measure', 'app': 'models', 'pk_attr': 'id'},
            bases=['Sliced'],
        ),
        ops.CreateModel(
            name='TrackedLink',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('token', fields.CharField(unique=True, max_length=16)),
                ('link', fields.ForeignKeyField('models.CustomLink', source_field='link_id', db_constraint=True, to_field='id', related_name='tracked_links', on_delete=OnDelete.NO_ACTION)),
                ('conversation_id', fields.BigIntField(null=True)),
                ('script_id', fields.IntField(null=True)),
                ('script_version', fields.IntField(null=True)),
                ('message_id', fields.BigIntField(null=True)),
                ('made_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'tracked_link', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Message',
            name='picture_id',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='Script',
            name='picture',
            field=fields.ForeignKeyField('models.Picture', source_field='picture_id', null=True, db_constraint=True, to_field='id', related_name='scripts', on_delete=OnDelete.NO_ACTION),
        ),
        ops.AddField(
            model_name='Tally',
            name='link_clicks',
            field=fields.IntField(default=0, db_default=0),
        ),
    ]
