"""Sessions: one row per login, so that each can be ended."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from tortoise import fields
from tortoise.models import Model

from webapp import clock, database
from webapp.database import transactional
from webapp.database.packed import sql_time
from webapp.database.statements import Joined
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership, User

SESSION_LIFE = timedelta(days=30)


class Session(Model):
    """Ends SESSION_LIFE after it was last seen, or at ``ended_at``. A row, not a key in Valkey, so that losing Valkey logs
    nobody out."""

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
        """The token for the cookie; only its hash is stored."""
        token, now = secrets.token_urlsafe(32), clock.now()
        await cls.create(user=user, token_hash=token_hash(token), started_at=now, last_seen_at=now)
        return token

    @classmethod
    async def of(cls, token: str) -> Session | None:
        """The running session of a token, with its user."""
        since = clock.now() - SESSION_LIFE
        found = cls.filter(token_hash=token_hash(token), ended_at=None, last_seen_at__gt=since)
        return await found.select_related("user").first()

    @classmethod
    async def in_campaign(cls, token: str, slug: str) -> tuple[Session, Membership | None] | None:
        """The running session of a token, and the user's membership of the campaign, None where they are no member. One
        round trip, because every request needs it."""
        rows = await database.query(
            f"SELECT {_LOGIN.columns} FROM session s JOIN user_account u ON u.id = s.user_id"
            " LEFT JOIN campaign c ON c.slug = ? LEFT JOIN membership m ON m.user_id = u.id AND m.campaign_id = c.id AND m.removed_at IS NULL"
            " WHERE s.token_hash = ? AND s.ended_at IS NULL AND s.last_seen_at > ?",
            slug,
            token_hash(token),
            sql_time(clock.now() - SESSION_LIFE),
        )
        if not rows:
            return None
        found = await _LOGIN.whole(rows[0])
        session, member = found["s"], found["m"]
        session.user = found["u"]
        if member:
            member.user, member.campaign = found["u"], found["c"]
        return session, member

    async def touch(self) -> None:
        """Notes that the user is here, at most once a minute."""
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

    @classmethod
    @transactional
    async def end_all(cls, user: User) -> None:
        """Logs the user out everywhere."""
        await cls.filter(user=user, ended_at=None).update(ended_at=clock.now())


_LOGIN = Joined(s=Session, u=User, m=Membership, kept={"c": Campaign})


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
