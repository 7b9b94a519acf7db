"""Limits of actions by place, districts of ZIPs, and action links (SPEC A9, A10)."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from webapp.database.operations import AddColumns, CreateTables


class Migration(migrations.Migration):
    dependencies = [("models", "0021_notices")]

    initial = False

    operations = [
        CreateTables(
            ops.CreateModel(
                name="ActionLimit",
                fields=[
                    ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                    (
                        "action",
                        fields.ForeignKeyField(
                            "models.Action",
                            source_field="action_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="limits",
                            on_delete=OnDelete.NO_ACTION,
                        ),
                    ),
                    ("kind", fields.CharField(max_length=10)),
                    ("value", fields.CharField(max_length=120)),
                ],
                options={"table": "action_limit", "app": "models", "pk_attr": "id"},
                bases=["Model"],
            ),
            ops.CreateModel(
                name="ZipDistrict",
                fields=[
                    ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                    (
                        "campaign",
                        fields.ForeignKeyField(
                            "models.Campaign",
                            source_field="campaign_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="zip_districts",
                            on_delete=OnDelete.NO_ACTION,
                        ),
                    ),
                    ("zip", fields.CharField(max_length=5)),
                    ("district", fields.CharField(max_length=120)),
                ],
                options={"table": "zip_district", "app": "models", "pk_attr": "id"},
                bases=["Model"],
            ),
        ),
        AddColumns(
            ops.AddField("Action", "limited_by_place", fields.BooleanField(default=False, db_default=False)),
            ops.AddField("Action", "link_token", fields.CharField(default="", db_default="", max_length=32)),
        ),
    ]
