"""Passkeys (WebAuthn): they log their owner in by themselves, and are a second step after a password."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from webapp import clock
from webapp.database import transactional
from webapp.models.accounts.users import User

MOST = 20  # of a user


class Passkey(Model):
    """``credential_id`` and ``public_key`` in base64url. ``sign_count``: how often it was used, as the device says;
    always 0 where the device does not count."""

    id = fields.IntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="passkeys", on_delete=fields.NO_ACTION
    )
    credential_id = fields.CharField(1_400, unique=True)
    public_key = fields.TextField()
    sign_count = fields.BigIntField(default=0)
    name = fields.CharField(60)
    made_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    user_id: int

    class Meta:
        table = "passkey"

    @classmethod
    async def of(cls, user_id: int) -> list[Passkey]:
        return await cls.filter(user_id=user_id).order_by("id")

    @classmethod
    @transactional
    async def add(cls, user: User, name: str, credential_id: str, public_key: str, sign_count: int) -> Passkey:
        return await cls.create(
            user=user,
            name=name[:60],
            made_at=clock.now(),
            credential_id=credential_id,
            public_key=public_key,
            sign_count=sign_count,
        )

    @transactional
    async def used(self, sign_count: int) -> bool:
        """Notes its use. False where the device counts but the count did not rise: somebody has used a copy of it."""
        own = Passkey.filter(id=self.id)
        own = own.filter(sign_count__lt=sign_count) if sign_count else own
        return bool(await own.update(sign_count=sign_count, used_at=clock.now()))
