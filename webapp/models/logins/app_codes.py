"""Codes of an authenticator app (TOTP, RFC 6238) as a second step, and recovery codes for when the phone is lost."""

from __future__ import annotations

import hashlib
import re
import secrets

import pyotp
from tortoise import fields
from tortoise.models import Model

from webapp import clock
from webapp.database import transactional
from webapp.models.accounts.users import User
from webapp.models.logins import sealed

STEP = 30  # seconds a code is of
RECOVERY_CODES = 10
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # 32, none taken for another: 25 of them are 125 random bits


class AuthenticatorApp(Model):
    """One a user. It counts from ``confirmed_at`` on. ``last_step``: the step of the last code taken. No code of that
    step or an earlier one is taken again."""

    id = fields.IntField(primary_key=True)
    user: fields.OneToOneRelation[User] = fields.OneToOneField(
        "models.User", related_name="authenticator_app", on_delete=fields.NO_ACTION
    )
    secret = fields.CharField(300)
    made_at = fields.DatetimeField()
    confirmed_at = fields.DatetimeField(null=True)
    last_step = fields.BigIntField(default=0)

    class Meta:
        table = "authenticator_app"

    @classmethod
    async def of(cls, user_id: int) -> AuthenticatorApp | None:
        """The one that counts."""
        return await cls.filter(user_id=user_id).exclude(confirmed_at=None).first()

    @classmethod
    @transactional
    async def begin(cls, user: User) -> str | None:
        """A new secret for the app, in base 32; None where one counts already."""
        await user.locked()  # the same page may be asked for twice at once
        if await cls.of(user.id):
            return None
        secret = pyotp.random_base32()
        await cls.filter(user=user).delete()
        await cls.create(user=user, secret=sealed.seal(secret), made_at=clock.now())
        return secret

    @classmethod
    async def begun(cls, user: User) -> str | None:
        """The secret that waits to be confirmed."""
        row = await cls.filter(user=user, confirmed_at=None).first()
        return sealed.opened(row.secret) if row else None

    @classmethod
    @transactional
    async def confirm(cls, user: User, code: str) -> bool:
        """With a first code. False where it is not right."""
        await user.locked()
        row = await cls.filter(user=user, confirmed_at=None).first()
        if row is None or not await row._take(code):
            return False
        await cls.filter(id=row.id).update(confirmed_at=clock.now())
        return True

    @classmethod
    @transactional
    async def accepts(cls, user_id: int, code: str) -> bool:
        """Takes a right code, once."""
        row = await cls.of(user_id)
        return row is not None and await row._take(code)

    async def _take(self, code: str) -> bool:
        """Codes of the steps before and after count too, since clocks of phones are a little wrong."""
        secret, digits = sealed.opened(self.secret), re.sub(r"\s", "", code[:20])
        if not secret or not re.fullmatch(r"[0-9]{6}", digits):
            return False
        now, totp = int(clock.now().timestamp()) // STEP, pyotp.TOTP(secret, interval=STEP)
        for step in (now - 1, now, now + 1):
            if secrets.compare_digest(totp.generate_otp(step), digits):
                return bool(await AuthenticatorApp.filter(id=self.id, last_step__lt=step).update(last_step=step))
        return False

    @classmethod
    async def end(cls, user: User) -> None:
        """Called in a verb's transaction."""
        await cls.filter(user=user).delete()


class RecoveryCode(Model):
    """Opens a second step once. Of 125 random bits, so a plain hash is enough (ASVS 5.0, 6.5.2)."""

    id = fields.IntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="recovery_codes", on_delete=fields.NO_ACTION
    )
    code_hash = fields.CharField(64)
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "recovery_code"

    @classmethod
    @transactional
    async def renew(cls, user: User) -> list[str]:
        """Ten new ones, to be shown this once; the earlier ones open nothing any more."""
        codes = ["".join(secrets.choice(_LETTERS) for _ in range(25)) for _ in range(RECOVERY_CODES)]
        await user.locked()  # of two that are asked for at once, one counts
        await cls.filter(user=user).delete()
        await cls.bulk_create([cls(user=user, code_hash=_hash(code)) for code in codes])
        return ["-".join(re.findall(".{5}", code)) for code in codes]

    @classmethod
    @transactional
    async def accepts(cls, user_id: int, typed: str) -> bool:
        code = re.sub(r"[^A-Z0-9]", "", typed[:100].upper())
        unused = cls.filter(user_id=user_id, code_hash=_hash(code), used_at=None)
        return bool(await unused.update(used_at=clock.now()))

    @classmethod
    async def left(cls, user_id: int) -> int:
        return await cls.filter(user_id=user_id, used_at=None).count()


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
