"""Browsers that asked for notices: where their push service is, and the keys to write to them (SPEC P2, RFC 8030)."""

from __future__ import annotations

import zlib

from tortoise import fields
from tortoise.models import Model

from webapp import clock, database
from webapp.database import transactional
from webapp.database.locks import Lock
from webapp.models.accounts.sessions import LIFE, Session
from webapp.models.accounts.users import User

MOST = 10  # a user's browsers; the oldest go first


class PushDevice(Model):
    """Of the session that asked: a browser that is logged out gets nothing more."""

    id = fields.IntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="push_devices", on_delete=fields.NO_ACTION
    )
    session: fields.ForeignKeyRelation[Session] = fields.ForeignKeyField(
        "models.Session", related_name="push_devices", on_delete=fields.NO_ACTION
    )
    endpoint = fields.CharField(1_000, unique=True)
    p256dh = fields.CharField(100)
    auth = fields.CharField(40)
    made_at = fields.DatetimeField()

    user_id: int

    class Meta:
        table = "push_device"


@transactional
async def keep(session: Session, endpoint: str, p256dh: str, auth: str) -> None:
    """Notices go to this browser from now on. It may have been another user's before, and it may ask twice at once."""
    await database.lock(Lock.KEEPING_DEVICES, zlib.crc32(endpoint.encode()) >> 1)
    await PushDevice.filter(endpoint=endpoint).delete()
    await PushDevice.create(
        user=session.user, session=session, endpoint=endpoint, p256dh=p256dh, auth=auth, made_at=clock.now()
    )
    kept = await PushDevice.filter(user=session.user).order_by("-id").offset(MOST).values_list("id", flat=True)
    await PushDevice.filter(id__in=list(kept) or [0]).delete()


@transactional
async def drop(user: User, endpoint: str) -> None:
    """At the wish of its user."""
    await PushDevice.filter(user=user, endpoint=endpoint).delete()


@transactional
async def forget(device_ids: list[int]) -> None:
    """The push service said that these are gone."""
    await PushDevice.filter(id__in=device_ids or [0]).delete()


async def of_users(user_ids: list[int]) -> dict[int, list[PushDevice]]:
    """The browsers of each user that are logged in."""
    found = PushDevice.filter(
        user_id__in=user_ids or [0], session__ended_at=None, session__started_at__gt=clock.now() - LIFE
    )
    devices: dict[int, list[PushDevice]] = {}
    for device in await found.order_by("id"):
        devices.setdefault(device.user_id, []).append(device)
    return devices
