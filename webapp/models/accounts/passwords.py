"""Passwords, hashed with Argon2, and the links to set one. Hashing takes a tenth of a second by design, so in a thread."""

from __future__ import annotations

import asyncio
import functools
import secrets
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from tortoise import fields
from tortoise.models import Model

from webapp import clock
from webapp.database import transactional
from webapp.models.accounts.sessions import Session, token_hash
from webapp.models.accounts.users import User

LEAST = 10  # characters
LINK_LIFE = timedelta(hours=1)
FIRST_LINK_LIFE = timedelta(days=7)

hasher = PasswordHasher()  # its cost is 0.1 s and 64 MB a try; tests take a cheaper one


@functools.cache
def _nobody() -> str:
    """The hash compared where there is no user. Not made at import: every command would pay for it."""
    return hasher.hash("nobody has this password")


async def hashed(password: str) -> str:
    return await asyncio.to_thread(hasher.hash, password)


async def matches(password: str, password_hash: str) -> bool:
    """Takes as long where there is no user (a blank hash), so that the time doesn't tell which e-mails have an account."""
    return await asyncio.to_thread(_matches, password, password_hash) and bool(password_hash)


def _matches(password: str, password_hash: str) -> bool:
    try:
        return hasher.verify(password_hash or _nobody(), password)
    except (Argon2Error, InvalidHashError):
        return False


@transactional
async def set_password(user: User, password_hash: str) -> None:
    """Sets a new password and ends every session, so that anyone who knew the old one is logged out."""
    user.password_hash = password_hash
    await user.save(update_fields=["password_hash"])
    await Session.end_all(user)


class PasswordLink(Model):
    """A link to set a password once: after "Forgot it?", and for users created by staff."""

    id = fields.IntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="password_links", on_delete=fields.NO_ACTION
    )
    token_hash = fields.CharField(64, unique=True)
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "password_link"

    @classmethod
    @transactional
    async def issue(cls, user: User, life: timedelta = LINK_LIFE) -> str:
        """The token for the link; only its hash is stored."""
        token = secrets.token_urlsafe(32)
        await cls.create(user=user, token_hash=token_hash(token), expires_at=clock.now() + life)
        return token

    @classmethod
    async def of(cls, token: str) -> PasswordLink | None:
        """The link of this token with its user, while it may be used."""
        found = cls.filter(token_hash=token_hash(token), used_at=None, expires_at__gt=clock.now())
        return await found.select_related("user").first()

    @transactional
    async def use(self, password_hash: str, **person: str) -> bool:
        """Sets the password, and what the user says of themselves (columns of User). False where the link was used
        meanwhile."""
        used = await PasswordLink.filter(id=self.id, used_at=None).update(used_at=clock.now())
        if used:
            await set_password(self.user, password_hash)
            if person:
                await self.user.change(**person)
        return bool(used)
