"""People with a login: users, what they are in each campaign, sessions, password links."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from tortoise import fields
from tortoise.models import Model

from webapp import clock, database
from webapp.database import transactional
from webapp.database.packed import sql_time
from webapp.database.statements import Joined
from webapp.models.campaign import Campaign

OWNER, ADMIN, VOLUNTEER = "owner", "admin", "volunteer"
ROLES = (OWNER, ADMIN, VOLUNTEER)
STAFF = (OWNER, ADMIN)

SESSION_LIFE = timedelta(days=30)
LINK_LIFE = timedelta(hours=1)
FIRST_LINK_LIFE = timedelta(days=7)


class User(Model):
    id = fields.IntField(primary_key=True)
    first_name = fields.CharField(60, default="")
    last_name = fields.CharField(60, default="")
    email = fields.CharField(254, unique=True)
    phone = fields.CharField(20, default="")
    password_hash = fields.CharField(200, default="")
    created_at = fields.DatetimeField()

    memberships: fields.ReverseRelation[Membership]

    class Meta:
        table = "user_account"

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email

    @classmethod
    async def with_email(cls, email: str) -> User | None:
        return await cls.get_or_none(email=normal_email(email))

    @classmethod
    @transactional
    async def sign_up(cls, email: str, **values: Any) -> User:
        return await cls.create(email=normal_email(email), created_at=clock.now(), **values)

    @transactional
    async def set_password(self, password_hash: str) -> None:
        """A new password ends every session: whoever had the old one is out."""
        self.password_hash = password_hash
        await self.save(update_fields=["password_hash"])
        await self.log_out_everywhere()

    @transactional
    async def log_out_everywhere(self) -> None:
        await Session.filter(user=self, ended_at=None).update(ended_at=clock.now())


class Membership(Model):
    """A user in a campaign. ZIP and language are as given at sign-up; only an admin changes them (A9)."""

    id = fields.IntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="memberships", on_delete=fields.NO_ACTION
    )
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="memberships", on_delete=fields.NO_ACTION
    )
    role = fields.CharField(12, default=VOLUNTEER)
    zip = fields.CharField(10, default="")
    language = fields.CharField(2, default="en")
    may_export = fields.BooleanField(default=False)
    joined_at = fields.DatetimeField()
    approved_at = fields.DatetimeField(null=True)
    suspended_at = fields.DatetimeField(null=True)
    last_here_at = fields.DatetimeField(null=True)

    user_id: int
    campaign_id: int

    class Meta:
        table = "membership"

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF

    @property
    def exports(self) -> bool:
        """Taking people's data out is a right of its own (R5)."""
        return self.role == OWNER or self.may_export

    @property
    def active(self) -> bool:
        return self.approved_at is not None and self.suspended_at is None

    @classmethod
    @transactional
    async def join(
        cls, user: User, campaign: Campaign, role: str = VOLUNTEER, zip: str = "", language: str = "en"
    ) -> Membership:
        """Makes the user a member, or gives back the membership that is there. Staff need no approval."""
        if existing := await cls.get_or_none(user=user, campaign=campaign):
            return existing
        waits = campaign.approval_needed and role == VOLUNTEER
        now = clock.now()
        return await cls.create(
            user=user, campaign=campaign, role=role, zip=zip, language=language, joined_at=now,
            approved_at=None if waits else now,
        )  # fmt: skip

    @classmethod
    @transactional
    async def sign_up(cls, campaign: Campaign, place: dict[str, str], **person: Any) -> User:
        """A new user and their membership, both or neither."""
        user = await User.sign_up(**person)
        await cls.join(user, campaign, **place)
        return user

    @transactional
    async def approve(self) -> None:
        self.approved_at = self.approved_at or clock.now()
        await self.save(update_fields=["approved_at"])


class Session(Model):
    """A row a login: revoking is an update, and a flushed Valkey logs nobody out."""

    id = fields.IntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="sessions", on_delete=fields.NO_ACTION
    )
    token_hash = fields.CharField(64, unique=True)
    started_at = fields.DatetimeField()
    last_seen_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "session"

    @classmethod
    @transactional
    async def begin(cls, user: User) -> str:
        """The token for the cookie; only its hash is kept."""
        token, now = secrets.token_urlsafe(32), clock.now()
        await cls.create(user=user, token_hash=_hashed(token), started_at=now, last_seen_at=now)
        return token

    @classmethod
    async def of(cls, token: str) -> Session | None:
        """The running session of a cookie's token, with its user."""
        since = clock.now() - SESSION_LIFE
        found = cls.filter(token_hash=_hashed(token), ended_at=None, last_seen_at__gt=since)
        return await found.select_related("user").first()

    @classmethod
    async def in_campaign(cls, token: str, slug: str) -> tuple[Session, Membership | None] | None:
        """The same in one round trip with the user's membership of a campaign, which every request asks for."""
        rows = await database.query(
            f"SELECT {_ASKING.columns} FROM session s JOIN user_account u ON u.id = s.user_id"  # noqa: S608
            " LEFT JOIN campaign c ON c.slug = ? LEFT JOIN membership m ON m.user_id = u.id AND m.campaign_id = c.id"
            " WHERE s.token_hash = ? AND s.ended_at IS NULL AND s.last_seen_at > ?",
            slug, _hashed(token), sql_time(clock.now() - SESSION_LIFE),
        )  # fmt: skip
        if not rows:
            return None
        found = await _ASKING.whole(rows[0])
        session, member = found["s"], found["m"]
        session.user = found["u"]
        if member:
            member.user, member.campaign = found["u"], found["c"]
        return session, member

    async def touch(self) -> None:
        """Notes that the person is here, at most once a minute."""
        now = clock.now()
        if now - self.last_seen_at >= timedelta(minutes=1):
            await self._seen(now)

    @transactional
    async def _seen(self, now: datetime) -> None:
        self.last_seen_at = now
        await self.save(update_fields=["last_seen_at"])

    @transactional
    async def end(self) -> None:
        await Session.filter(id=self.id).update(ended_at=clock.now())


_ASKING = Joined(s=Session, u=User, m=Membership, kept={"c": Campaign})


class PasswordLink(Model):
    """A one-time link to set a password: after "Forgot it?", and for users made by staff."""

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
        token = secrets.token_urlsafe(32)
        await cls.create(user=user, token_hash=_hashed(token), expires_at=clock.now() + life)
        return token

    @classmethod
    async def of(cls, token: str) -> PasswordLink | None:
        found = cls.filter(token_hash=_hashed(token), used_at=None, expires_at__gt=clock.now())
        return await found.select_related("user").first()

    @transactional
    async def use(self, password_hash: str) -> bool:
        """Sets the password, once; False where the link was used meanwhile."""
        used = await PasswordLink.filter(id=self.id, used_at=None).update(used_at=clock.now())
        if used:
            await self.user.set_password(password_hash)
        return bool(used)


def normal_email(email: str) -> str:
    return email.strip().lower()


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
