"""Letters that ask whether an e-mail address is a user's: the one given at sign-up, or a new one (SPEC P1, S9)."""

from __future__ import annotations

from datetime import timedelta

from tortoise import fields
from tortoise.exceptions import IntegrityError
from tortoise.models import Model

from webapp import clock, database
from webapp.database import transactional
from webapp.database.packed import sql_time
from webapp.models.accounts import confirming, tokens
from webapp.models.accounts.users import Membership, User, normal_email

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

    @classmethod
    @transactional
    async def write(cls, user: User, email: str = "") -> str:
        """The token for the link; only its hash is stored. Letters written before open nothing any more. ``email``: a new
        address; blank for the user's own."""
        token, now = tokens.new(), clock.now()
        await user.locked()  # of two that are written at once, one counts
        await cls.filter(user=user, used_at=None, expires_at__gt=now).update(expires_at=now)
        await cls.create(
            user=user,
            email=normal_email(email or user.email),
            token_hash=tokens.hashed(token),
            written_at=now,
            expires_at=now + LIFE,
        )
        return token

    @classmethod
    async def of(cls, token: str, user: User) -> EmailLetter | None:
        """The letter of this token to this user, while it may be answered. Another user's letter is not found: a person
        who opens one must also know the account's password, since a stranger could have made an account with this
        address."""
        found = cls.filter(token_hash=tokens.hashed(token), user=user, used_at=None, expires_at__gt=clock.now())
        return await found.select_related("user").first()

    async def answer(self) -> bool:
        """The address is the user's from now on, and confirmed. False where somebody else has it, or the letter was answered
        meanwhile; then nothing is stored. Not inside another transaction."""
        try:
            return await self._answer()
        except IntegrityError:  # somebody else got it at the same time
            return False

    @transactional
    async def _answer(self) -> bool:
        others = await User.filter(email=self.email).exclude(id=self.user_id).exists()
        if others or not await EmailLetter.filter(id=self.id, used_at=None).update(used_at=clock.now()):
            return False
        if self.email != self.user.email:
            await self._move()
        await confirming.confirm(self.user)
        return True

    async def _move(self) -> None:
        """Links to set a password that went to the old address open nothing any more. A role that waits was meant for
        the person with the old address, so it goes too; staff can give it again."""
        await User.filter(id=self.user_id).update(email=self.email, confirmed_at=None)
        await Membership.filter(user_id=self.user_id).exclude(raised_role="").update(raised_role="")
        self.user.email, self.user.confirmed_at = self.email, None
        await database.query(
            "UPDATE password_link SET expires_at = ? WHERE user_id = ? AND used_at IS NULL",
            sql_time(clock.now()),
            self.user_id,
        )
