"""Authenticator apps, recovery codes, passkeys, log-ins that wait for them, and the setting that wants one (SPEC V1)."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from webapp.database.operations import CreateTables


def _of_user(name: str, **more: Any) -> Any:
    return fields.ForeignKeyField(
        "models.User",
        source_field="user_id",
        db_constraint=True,
        to_field="id",
        related_name=name,
        on_delete=OnDelete.NO_ACTION,
        **more,
    )


class Migration(migrations.Migration):
    dependencies = [("models", "0018_exports")]

    initial = False

    operations = [
        CreateTables(
            ops.CreateModel(
                name="AuthenticatorApp",
                fields=[
                    ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                    (
                        "user",
                        fields.OneToOneField(
                            "models.User",
                            source_field="user_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="authenticator_app",
                            on_delete=OnDelete.NO_ACTION,
                        ),
                    ),
                    ("secret", fields.CharField(max_length=300)),
                    ("made_at", fields.DatetimeField()),
                    ("confirmed_at", fields.DatetimeField(null=True)),
                    ("last_step", fields.BigIntField(default=0)),
                ],
                options={"table": "authenticator_app", "app": "models", "pk_attr": "id"},
                bases=["Model"],
            ),
            ops.CreateModel(
                name="RecoveryCode",
                fields=[
                    ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                    ("user", _of_user("recovery_codes")),
                    ("code_hash", fields.CharField(max_length=64)),
                    ("used_at", fields.DatetimeField(null=True)),
                ],
                options={"table": "recovery_code", "app": "models", "pk_attr": "id"},
                bases=["Model"],
            ),
            ops.CreateModel(
                name="Passkey",
                fields=[
                    ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                    ("user", _of_user("passkeys")),
                    ("credential_id", fields.CharField(unique=True, max_length=1_400)),
                    ("public_key", fields.TextField(unique=False)),
                    ("sign_count", fields.BigIntField(default=0)),
                    ("name", fields.CharField(max_length=60)),
                    ("made_at", fields.DatetimeField()),
                    ("used_at", fields.DatetimeField(null=True)),
                ],
                options={"table": "passkey", "app": "models", "pk_attr": "id"},
                bases=["Model"],
            ),
            ops.CreateModel(
                name="LoginStep",
                fields=[
                    ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                    ("token_hash", fields.CharField(unique=True, max_length=64)),
                    ("kind", fields.CharField(max_length=12)),
                    ("user", _of_user("login_steps", null=True)),
                    ("challenge", fields.CharField(default="", max_length=100)),
                    ("path", fields.TextField(default="", unique=False)),
                    ("expires_at", fields.DatetimeField()),
                    ("used_at", fields.DatetimeField(null=True)),
                ],
                options={"table": "login_step", "app": "models", "pk_attr": "id"},
                bases=["Model"],
            ),
        ),
        ops.AddField(
            model_name="Campaign",
            name="second_step_needed",
            field=fields.BooleanField(default=False, db_default=False),
        ),
    ]
