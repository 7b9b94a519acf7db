"""A log-in that waits: for the second step after a right password, or for a passkey's answer to a challenge."""

from __future__ import annotations

import secrets
from datetime import timedelta

from tortoise import fields
from tortoise.models import Model

from webapp import clock
from webapp.database import transactional
from webapp.models.accounts.sessions import check_password_stands, token_hash
from webapp.models.accounts.users import User

LIFE = timedelta(minutes=10)
SECOND, PASSKEY, NEW_PASSKEY, PROOF = "second", "passkey", "new_passkey", "proof"


class LoginStep(Model):
    """``kind``: what it is for. ``user``: whose, None for a passkey that says so itself. ``challenge``: in base64url, what a
    passkey has to sign. ``path``: where the person goes on. It opens no page and is used once."""

    id = fields.BigIntField(primary_key=True)
    token_hash = fields.CharField(64, unique=True)
    kind = fields.CharField(12)
    user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="login_steps", null=True, on_delete=fields.NO_ACTION
    )
    challenge = fields.CharField(100, default="")
    path = fields.TextField(default="")
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    user_id: int | None

    class Meta:
        table = "login_step"

    @classmethod
    @transactional
    async def begin(cls, kind: str, user: User | None = None, path: str = "") -> tuple[str, LoginStep]:
        """The token for the cookie, of which only the hash is stored, and the step. Those that are long over are deleted.
        Raises PasswordChanged, as `Session.begin` does."""
        if kind == SECOND and user:
            await check_password_stands(user)
        now, token = clock.now(), secrets.token_urlsafe(32)
        await cls.filter(expires_at__lt=now - LIFE).delete()
        made = await cls.create(
            token_hash=token_hash(token),
            kind=kind,
            user=user,
            challenge=secrets.token_urlsafe(32),
            path=path[:2_000],
            expires_at=now + LIFE,
        )
        return token, made

    @classmethod
    async def of(cls, token: str, kind: str) -> LoginStep | None:
        """The step of this token with its user, while it may be used."""
        found = cls.filter(token_hash=token_hash(token), kind=kind, used_at=None, expires_at__gt=clock.now())
        return await found.select_related("user").first()

    @transactional
    async def use(self) -> bool:
        """False where it was used meanwhile."""
        return bool(await LoginStep.filter(id=self.id, used_at=None).update(used_at=clock.now()))
