"""Letters that ask whether an e-mail address is a user's: the one given at sign-up, or a new one (SPEC P1, S9)."""

from __future__ import annotations

from datetime import timedelta

from tortoise import fields
from tortoise.models import Model

from webapp.models.accounts.users import User

LIFE = timedelta(days=2)


class EmailLetter(Model):
    """``email``: the address the letter went to. Where it is not the user's own, answering it makes it so."""

    id = fields.IntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="email_letters", on_delete=fields.NO_ACTION
    )
    email = fields.CharField(254)
    token_hash = fields.CharField(64, unique=True)
    written_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    user_id: int

    class Meta:
        table = "email_letter"
