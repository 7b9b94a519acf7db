"""Notices to users: those of the office, a browser that shows them, and its push service."""

from __future__ import annotations

import base64
import json
import os
import uuid
from dataclasses import dataclass, field
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from webapp.models.accounts.sessions import Session
from webapp.models.accounts.users import Membership
from webapp.models.notices import push_device, telling
from webapp.models.notices.notice import MESSAGE, Notice, Recipient


async def told(
    by: Membership, to: list[Membership], kind: str = MESSAGE, body: str = "Meet at six. https://a.example/x"
) -> Notice:
    """A notice "Tonight" that no worker has seen yet."""
    return await telling.begin(by, telling.Words(kind, "Tonight", body), [m.id for m in to], "Some", uuid.uuid4())


async def became(notice: Notice) -> dict[str, tuple[str, str]]:
    """Its fate, by first name."""
    rows = await Recipient.filter(notice_id=notice.id).select_related("member__user")
    return {row.member.user.first_name: (row.status, row.why) for row in rows}


@dataclass
class BrowserKeys:
    """The keys of a browser that subscribed."""

    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    secret: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def p256dh(self) -> str:
        point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return base64.urlsafe_b64encode(point).decode().rstrip("=")

    @property
    def auth(self) -> str:
        return base64.urlsafe_b64encode(self.secret).decode().rstrip("=")

    def read(self, body: bytes) -> dict[str, Any]:
        plain = http_ece.decrypt(body, private_key=self.private, auth_secret=self.secret, version="aes128gcm")
        read: dict[str, Any] = json.loads(plain)
        return read


async def subscribed(member: Membership, endpoint: str = "https://push.example.org/a") -> BrowserKeys:
    """A browser in which this member asked for notices."""
    session, keys = await Session.of(await Session.begin(member.user)), BrowserKeys()
    assert session
    await push_device.keep(session, endpoint, keys.p256dh, keys.auth)
    return keys
