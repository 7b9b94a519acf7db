"""Which objects an entry of the audit log is about (SPEC B4). Entries of until now name them only in words, which several objects may
share: they stay without."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0043_sftp_folders")]

    initial = False

    operations = [
        ops.CreateModel(
            name="AuditAbout",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "event",
                    fields.ForeignKeyField(
                        "models.AuditEvent",
                        source_field="event_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="objects",
                        on_delete=OnDelete.NO_ACTION,
                    ),
                ),
                ("campaign_id", fields.IntField()),
                ("kind", fields.CharField(max_length=20)),
                ("object_id", fields.BigIntField()),
            ],
            options={"table": "audit_about", "app": "models", "pk_attr": "id"},
            bases=["Model"],
        ),
    ]
