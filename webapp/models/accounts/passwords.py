"""Passwords, hashed with Argon2, and the links to set one. A hash takes a tenth of a second by design. So hashes are
made in threads, on half the cores at most: fifty log-ins at once delay nobody who texts."""

from __future__ import annotations

import asyncio
import functools
import os
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from tortoise import fields
from tortoise.models import Model

from webapp import clock
from webapp.database import transactional
from webapp.models.accounts import confirming
from webapp.models.accounts.sessions import Session, token_hash
from webapp.models.accounts.users import Membership, User

LINK_LIFE = timedelta(hours=1)
FIRST_LINK_LIFE = timedelta(days=7)

hasher = PasswordHasher(parallelism=1)  # its cost is 0.1 s, 64 MB and one core a try; tests take a cheaper one
AT_ONCE = max(1, (os.cpu_count() or 2) // 2)  # hashes
_threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2")
R = TypeVar("R")


@functools.cache
def _nobody() -> str:
    """The hash to compare with where there is no user. Made at its first use, since at import every command would pay
    for it."""
    return hasher.hash("nobody has this password")


async def hashed(password: str) -> str:
    return await _apart(hasher.hash, password)


async def matches(password: str, password_hash: str) -> bool:
    """Takes as long where there is no user (a blank hash), so that the time doesn't tell which e-mails have an account."""
    return await _apart(_matches, password, password_hash) and bool(password_hash)


async def _apart(work: Callable[..., R], *values: str) -> R:
    return await asyncio.get_running_loop().run_in_executor(_threads, work, *values)


def _matches(password: str, password_hash: str) -> bool:
    try:
        return hasher.verify(password_hash or _nobody(), password)
    except (Argon2Error, InvalidHashError):
        return False


async def known_of(user: User) -> list[str]:
    """Words that others may know about the user and their campaigns. A password may not be made of them."""
    members = await Membership.filter(user=user).select_related("campaign").limit(100)
    return [user.first_name, user.last_name, user.email, user.phone, *(m.campaign.name for m in members)]


@transactional
async def set_password(user: User, password_hash: str) -> None:
    """Sets a new password and ends every session and every link to set one, so that anyone who knew the old one, or reads
    the person's old mail, is out."""
    user.password_hash = password_hash
    await user.save(update_fields=["password_hash"])
    await Session.end_all(user)
    await PasswordLink.end_all(user)


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
        """The token for the link; only its hash is stored. Earlier links of this user end."""
        token = secrets.token_urlsafe(32)
        await user.locked()  # of two that are asked for at once, one counts
        await cls.end_all(user)
        await cls.create(user=user, token_hash=token_hash(token), expires_at=clock.now() + life)
        return token

    @classmethod
    async def end_all(cls, user: User) -> None:
        """Called in a verb's transaction."""
        await cls.filter(user=user, used_at=None).update(used_at=clock.now())

    @classmethod
    async def of(cls, token: str) -> PasswordLink | None:
        """The link of this token with its user, while it may be used."""
        found = cls.filter(token_hash=token_hash(token), used_at=None, expires_at__gt=clock.now())
        return await found.select_related("user").first()

    @transactional
    async def use(self, password_hash: str, **person: str) -> bool:
        """Sets the password, and what the user says of themselves (columns of User). The user got the link by a letter
        to their e-mail, or from whoever runs the server: so the e-mail is confirmed. False where it was used meanwhile."""
        await self.user.locked()
        used = await PasswordLink.filter(id=self.id, used_at=None).update(used_at=clock.now())
        if used:
            await set_password(self.user, password_hash)
            await confirming.confirm(self.user)
            if person:
                await self.user.change(**person)
        return bool(used)
