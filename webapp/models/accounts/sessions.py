"""Sessions: one row per login, so that each can be ended (SPEC V1)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from tortoise import fields
from tortoise.models import Model

from webapp import clock, database
from webapp.database import Row, transactional
from webapp.database.packed import sql_time
from webapp.database.statements import Joined, tie
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import STAFF, Membership, User

LIFE = timedelta(days=30)  # of a session, however much it is used
STAFF_IDLE = timedelta(hours=12)  # of whoever is staff of some campaign
PROVED_FOR = timedelta(minutes=15)  # a log-in, or a password typed again, counts for what asks for one


class PasswordChanged(Exception):
    """The password was changed while somebody logged in with the old one. Nothing was stored."""


@dataclass(frozen=True)
class Beside:
    """Rows that a request needs besides its login, read by the same statement. ``joins``: to the membership ``m`` or
    the campaign ``c``, with ``values`` for their question marks. All are outer joins, so that a missing row fails no
    login. ``tables``: the tables read whole. ``columns``: single columns of others. The login has the aliases l, u, m
    and c."""

    tables: Joined
    columns: str
    joins: str
    values: tuple[Any, ...]


class Session(Model):
    """Ends LIFE after it began, for staff STAFF_IDLE after it was last seen, or at ``ended_at``. A row, not a key in Valkey,
    so that losing Valkey logs nobody out. ``device``: the browser, as it said who it is. ``proved_at``: when the person last
    showed who they are. ``second_at``: when they did so by a second step too."""

    id = fields.IntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="sessions", on_delete=fields.NO_ACTION
    )
    token_hash = fields.CharField(64, unique=True)
    started_at = fields.DatetimeField()
    last_seen_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    device = fields.CharField(200, default="", db_default="")
    proved_at = fields.DatetimeField(null=True)
    second_at = fields.DatetimeField(null=True)
    campaigns = 0  # how many the user is in, where `in_campaign` counted them

    user_id: int
    counted: dict[str, int]  # what else it counted
    row: Row  # all that it read, also the columns of `Beside`
    found: dict[str, Any]  # the tables in it by their aliases, also those of `Beside`

    class Meta:
        table = "session"

    @classmethod
    @transactional
    async def begin(cls, user: User, device: str = "", second: bool = False) -> str:
        """The token for the cookie; only its hash is stored. ``user``: as they were when they showed who they are; raises
        PasswordChanged. ``second``: a second step was passed."""
        await check_password_stands(user)
        token, now = secrets.token_urlsafe(32), clock.now()
        await cls.create(
            user=user,
            token_hash=token_hash(token),
            started_at=now,
            last_seen_at=now,
            device=device[:200],
            proved_at=now,
            second_at=now if second else None,
        )
        return token

    @classmethod
    async def of(cls, token: str) -> Session | None:
        """The running session of a token, with its user."""
        running = cls.filter(token_hash=token_hash(token), ended_at=None, started_at__gt=clock.now() - LIFE)
        found = await running.select_related("user").first()
        return found if found and await found._awake() else None

    @classmethod
    async def in_campaign(
        cls, token: str, slug: str, counts: dict[str, str] | None = None, beside: Beside | None = None
    ) -> tuple[Session, Membership | None] | None:
        """The running session of a token, and the user's membership of the campaign, None where they are no member. One
        round trip, because every request needs it. ``counts``: names and plain SQL of numbers about the user ``u`` and the
        campaign ``c`` that the page needs besides. ``beside``: read too, into the session's ``found`` and ``row``."""
        tables = _with(beside.tables if beside else None)
        numbers = "".join(f", ({text}) AS {name}" for name, text in (counts or {}).items())
        rows = await database.wide(
            f"SELECT {tables.columns}{numbers}{f', {beside.columns}' if beside else ''},"
            " (SELECT COUNT(*) FROM membership n WHERE n.user_id = u.id AND n.removed_at IS NULL) AS campaigns"
            " FROM session l JOIN user_account u ON u.id = l.user_id"
            " LEFT JOIN campaign c ON c.slug = ?"
            " LEFT JOIN membership m ON m.user_id = u.id AND m.campaign_id = c.id AND m.removed_at IS NULL"
            f" {beside.joins if beside else ''} WHERE l.token_hash = ? AND l.ended_at IS NULL AND l.started_at > ?",
            *(slug, *(beside.values if beside else ()), token_hash(token), sql_time(clock.now() - LIFE)),
        )
        if not rows:
            return None
        found = await tables.whole(rows[0])
        session, member = found["l"], found["m"]
        if found["u"] is None or not await session._awake():  # erased meanwhile
            return None
        tie(session, user=found["u"])
        session.campaigns = rows[0]["campaigns"]
        session.counted = {name: rows[0][name] for name in counts or {}}
        session.row, session.found = rows[0], found
        if member:
            tie(member, user=found["u"], campaign=found["c"])
        return session, member

    @classmethod
    async def whose(cls, token: str) -> int:
        """The id of the user whose session it is, or was before it ended; 0 where there was none."""
        found = await cls.filter(token_hash=token_hash(token)).first()
        return found.user_id if found else 0

    @classmethod
    async def open_ones(cls, user_id: int) -> list[Session]:
        """The user's running sessions, the one seen last first."""
        now = clock.now()
        running = cls.filter(user_id=user_id, ended_at=None, started_at__gt=now - LIFE)
        if await _is_staff(user_id):
            running = running.filter(last_seen_at__gt=now - STAFF_IDLE)
        return await running.order_by("-last_seen_at", "-id").limit(200)

    async def runs(self) -> bool:
        """Is it still open in the database?"""
        return await Session.exists(id=self.id, ended_at=None)

    async def _awake(self) -> bool:
        return self.last_seen_at > clock.now() - STAFF_IDLE or not await _is_staff(self.user_id)

    @property
    def proved(self) -> bool:
        """Did the person show lately who they are?"""
        return self.proved_at is not None and self.proved_at > clock.now() - PROVED_FOR

    @transactional
    async def prove(self, second: bool = False) -> str:
        """Notes that the person showed again who they are. The new token for the cookie: the one before opens nothing any
        more (ASVS 5.0, 7.2.4)."""
        token, now = secrets.token_urlsafe(32), clock.now()
        values = {"token_hash": token_hash(token), "proved_at": now} | ({"second_at": now} if second else {})
        await Session.filter(id=self.id, ended_at=None).update(**values)
        self.update_from_dict(values)
        return token

    async def passed_second(self) -> None:
        """Called in a verb's transaction."""
        self.second_at = clock.now()
        await Session.filter(id=self.id).update(second_at=self.second_at)

    async def touch(self) -> None:
        """Notes that the user is here, at most once a minute."""
        now = clock.now()
        if now - self.last_seen_at >= timedelta(minutes=1):
            await self._seen(now)

    async def _seen(self, now: datetime) -> None:
        self.last_seen_at = now
        await database.alone("UPDATE session SET last_seen_at = ? WHERE id = ?", sql_time(now), self.id)

    @transactional
    async def end(self) -> None:
        await Session.filter(id=self.id).update(ended_at=clock.now())

    @classmethod
    @transactional
    async def end_all(cls, user: User, but: int = 0) -> None:
        """Logs the user out everywhere, but for the session of this id. Log-ins that wait for a second step end too."""
        now = clock.now()
        await cls.filter(user=user, ended_at=None).exclude(id=but).update(ended_at=now)
        await database.query(
            "UPDATE login_step SET used_at = ? WHERE user_id = ? AND kind = 'second' AND used_at IS NULL",
            sql_time(now),
            user.id,
        )


async def check_password_stands(user: User) -> None:
    """Call it in the transaction that begins something by a log-in. Else somebody with the old password could come in
    while it is being changed."""
    if (await user.locked()).password_hash != user.password_hash:
        raise PasswordChanged


@transactional
async def end_for(who: Membership, by: Membership) -> None:
    """An owner logs somebody out everywhere."""
    await Session.end_all(who.user)
    await audit.record(by, "user.logged_out", {"user": who.id}, who.user.name)


async def _is_staff(user_id: int) -> bool:
    return await Membership.exists(user_id=user_id, role__in=STAFF, suspended_at=None)


_LOGIN = Joined(l=Session, m=Membership, kept={"u": User, "c": Campaign})


@lru_cache
def _with(others: Joined | None) -> Joined:
    return _LOGIN.plus(others) if others else _LOGIN


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
