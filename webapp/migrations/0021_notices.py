"""Notices to users, what each chose to be told, and browsers that show notices (SPEC P2)."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields

from webapp.database.operations import CreateTables


class Migration(migrations.Migration):
    dependencies = [("models", "0020_audit_origin")]

    initial = False

    operations = [
        CreateTables(
            ops.CreateModel(
                name="Choices",
                fields=[
                    ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                    (
                        "member",
                        fields.OneToOneField(
                            "models.Membership",
                            source_field="member_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="choices",
                            on_delete=OnDelete.NO_ACTION,
                        ),
                    ),
                    ("push_replies", fields.BooleanField(default=True, db_default=True)),
                    ("push_actions", fields.BooleanField(default=True, db_default=True)),
                    ("push_messages", fields.BooleanField(default=True, db_default=True)),
                    ("email_replies", fields.BooleanField(default=True, db_default=True)),
                    ("email_actions", fields.BooleanField(default=True, db_default=True)),
                    ("email_messages", fields.BooleanField(default=True, db_default=True)),
                    ("quiet_from", fields.CharField(default="21:00", db_default="21:00", max_length=5)),
                    ("quiet_until", fields.CharField(default="09:00", db_default="09:00", max_length=5)),
                    ("replies_told_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ],
                options={"table": "notice_choices", "app": "models", "pk_attr": "id"},
                bases=["Model"],
            ),
            ops.CreateModel(
                name="Notice",
                fields=[
                    ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                    ("status", fields.CharField(default="waiting", max_length=12)),
                    ("stumbles", fields.IntField(default=0, db_default=0)),
                    ("error_message", fields.TextField(default="", unique=False)),
                    ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ("started_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                    ("seen_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                    ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                    (
                        "campaign",
                        fields.ForeignKeyField(
                            "models.Campaign",
                            source_field="campaign_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="notices",
                            on_delete=OnDelete.NO_ACTION,
                        ),
                    ),
                    (
                        "user",
                        fields.ForeignKeyField(
                            "models.User",
                            source_field="user_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="notices",
                            on_delete=OnDelete.NO_ACTION,
                        ),
                    ),
                    (
                        "action",
                        fields.ForeignKeyField(
                            "models.Action",
                            source_field="action_id",
                            null=True,
                            db_constraint=True,
                            to_field="id",
                            related_name="notices",
                            on_delete=OnDelete.NO_ACTION,
                        ),
                    ),
                    ("client_id", fields.UUIDField(unique=True)),
                    ("kind", fields.CharField(max_length=10)),
                    ("title", fields.CharField(max_length=160)),
                    ("body", fields.TextField(default="", unique=False)),
                    ("whom", fields.CharField(default="", max_length=200)),
                    ("total", fields.IntField(default=0)),
                    ("done", fields.IntField(default=0)),
                ],
                options={"table": "notice", "app": "models", "pk_attr": "id"},
                bases=["LongWork"],
            ),
            ops.CreateModel(
                name="PushDevice",
                fields=[
                    ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                    (
                        "user",
                        fields.ForeignKeyField(
                            "models.User",
                            source_field="user_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="push_devices",
                            on_delete=OnDelete.NO_ACTION,
                        ),
                    ),
                    (
                        "session",
                        fields.ForeignKeyField(
                            "models.Session",
                            source_field="session_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="push_devices",
                            on_delete=OnDelete.NO_ACTION,
                        ),
                    ),
                    ("endpoint", fields.CharField(unique=True, max_length=1000)),
                    ("p256dh", fields.CharField(max_length=100)),
                    ("auth", fields.CharField(max_length=40)),
                    ("made_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ],
                options={"table": "push_device", "app": "models", "pk_attr": "id"},
                bases=["Model"],
            ),
            ops.CreateModel(
                name="Recipient",
                fields=[
                    ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                    (
                        "notice",
                        fields.ForeignKeyField(
                            "models.Notice",
                            source_field="notice_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="recipients",
                            on_delete=OnDelete.NO_ACTION,
                        ),
                    ),
                    (
                        "member",
                        fields.ForeignKeyField(
                            "models.Membership",
                            source_field="member_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="received",
                            on_delete=OnDelete.NO_ACTION,
                        ),
                    ),
                    ("status", fields.CharField(default="waiting", max_length=10)),
                    ("why", fields.CharField(default="", max_length=12)),
                    ("detail", fields.CharField(default="", max_length=200)),
                    ("claimed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                    ("sent_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                    ("read_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ],
                options={"table": "notice_recipient", "app": "models", "pk_attr": "id"},
                bases=["Model"],
            ),
        )
    ]
