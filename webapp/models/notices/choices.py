"""The notices that each member chose, and the hours without any (SPEC P2). Nobody has a row until they choose."""

from __future__ import annotations

import hashlib
import hmac
from datetime import time

from tortoise import fields
from tortoise.models import Model

from webapp import config
from webapp.database import transactional
from webapp.models.accounts.users import Membership

REPLIES, ACTIONS, MESSAGES = "replies", "actions", "messages"
ABOUT = (REPLIES, ACTIONS, MESSAGES)
BY_PUSH, BY_EMAIL = "push", "email"
WAYS = (BY_PUSH, BY_EMAIL)
NAMES = tuple(f"{way}_{about}" for way in WAYS for about in ABOUT)  # columns: all are on until somebody chooses


class Choices(Model):
    """``quiet_from`` to ``quiet_until``: hours on their own clock in which nothing tells them of waiting replies. The
    same time twice means no quiet hours. ``replies_told_at``: when they were last told."""

    id = fields.IntField(primary_key=True)
    member: fields.OneToOneRelation[Membership] = fields.OneToOneField(
        "models.Membership", related_name="choices", on_delete=fields.NO_ACTION
    )
    push_replies = fields.BooleanField(default=True, db_default=True)
    push_actions = fields.BooleanField(default=True, db_default=True)
    push_messages = fields.BooleanField(default=True, db_default=True)
    email_replies = fields.BooleanField(default=True, db_default=True)
    email_actions = fields.BooleanField(default=True, db_default=True)
    email_messages = fields.BooleanField(default=True, db_default=True)
    quiet_from = fields.CharField(5, default="21:00", db_default="21:00")
    quiet_until = fields.CharField(5, default="09:00", db_default="09:00")
    replies_told_at = fields.DatetimeField(null=True)

    member_id: int

    class Meta:
        table = "notice_choices"

    def wants(self, way: str, about: str) -> bool:
        return bool(getattr(self, f"{way}_{about}"))

    @property
    def quiet(self) -> tuple[time, time]:
        return time.fromisoformat(self.quiet_from), time.fromisoformat(self.quiet_until)


async def of(member: Membership) -> Choices:
    """Theirs, or what counts until they choose; that is not stored yet."""
    return await Choices.get_or_none(member_id=member.id) or Choices(member=member)


async def of_members(member_ids: list[int]) -> dict[int, Choices]:
    """By member; who has chosen nothing is left out."""
    rows = await Choices.filter(member_id__in=member_ids or [0])
    return {row.member_id: row for row in rows}


@transactional
async def choose(member: Membership, **values: bool | str) -> None:
    """``values``: columns."""
    await Choices.bulk_create([Choices(member=member)], ignore_conflicts=True)
    await Choices.filter(member_id=member.id).update(**values)


def token(member_id: int, about: str) -> str:
    """For the link that ends these e-mails without a login. It lasts as long as the letter does: for ever."""
    return f"{member_id}.{about}.{_signature(member_id, about)}"


async def of_token(text: str) -> tuple[Membership, str] | None:
    """The member and the kind of e-mail that the link ends; None where it is not one of ours."""
    number, _, rest = text[:120].partition(".")
    about, _, signature = rest.partition(".")
    if not (number.isascii() and number.isdecimal() and len(number) < 10 and about in ABOUT):
        return None
    if not hmac.compare_digest(signature.encode(), _signature(int(number), about).encode()):
        return None
    member = await Membership.filter(id=int(number)).select_related("user", "campaign").first()
    return (member, about) if member else None


def _signature(member_id: int, about: str) -> str:
    key = config.secret_key(config.settings()).encode()
    return hmac.new(key, f"unsubscribe:{member_id}:{about}".encode(), hashlib.sha256).hexdigest()[:32]
