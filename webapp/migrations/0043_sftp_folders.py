"""SFTP folders of nightly imports, and which file of it a night read (SPEC B8)."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from webapp.database.operations import AddColumns


class Migration(migrations.Migration):
    dependencies = [('models', '0042_van_kept')]

    initial = False

    operations = [
        ops.CreateModel(
            name='NightlyFolder',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('nightly', fields.OneToOneField('models.NightlyImport', source_field='nightly_id', db_constraint=True, to_field='id', related_name='sftp_folder', on_delete=OnDelete.NO_ACTION)),
                ('port', fields.IntField()),
                ('user_name', fields.CharField(max_length=100)),
                ('folder', fields.CharField(max_length=400)),
                ('pattern', fields.CharField(max_length=100)),
                ('secret', fields.TextField(unique=False)),
                ('public_key', fields.CharField(default='', max_length=200)),
                ('server_key', fields.TextField(default='', unique=False)),
                ('shown_key', fields.TextField(default='', unique=False)),
            ],
            options={'table': 'nightly_folder', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        AddColumns(
            ops.AddField('NightlyRun', 'file_name', fields.CharField(200, default='', db_default='')),
            ops.AddField('NightlyRun', 'content', fields.CharField(64, default='', db_default='')),
        ),
    ]
