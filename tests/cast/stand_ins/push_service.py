"""A push service on this machine: it takes notices over TLS, and checks who signed them (RFC 8030, 8292)."""

from __future__ import annotations

import base64
import datetime
import json
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from webapp.gateways import push

NAME = "push.example.org"


@dataclass
class PushService:
    """``answers``: status by path; 201 else. ``taken``: (path, headers, body)."""

    port: int = 0
    answers: dict[str, int] = field(default_factory=dict)
    taken: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        if (status := self.answers.get(request.path, 201)) == 201:
            self.taken.append((request.path, dict(request.headers), await request.read()))
        return web.Response(status=status, headers={"Location": "https://10.0.0.7/"}, text="said the service")

    def connector(self) -> aiohttp.TCPConnector:
        """Leads every name to this service."""
        return aiohttp.TCPConnector(resolver=_Here(self.port), ssl=False)


def lead_here(port: int) -> None:
    """This process finds every push service at this port."""
    real = push.opened

    @asynccontextmanager
    async def opened() -> AsyncIterator[aiohttp.ClientSession]:
        async with real(PushService(port).connector()) as session:
            yield session

    push.opened = opened  # type: ignore[assignment]


class _Here(AbstractResolver):
    def __init__(self, port: int) -> None:
        self.port = port

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        here: Any = {"hostname": host, "host": "127.0.0.1", "port": self.port, "family": socket.AF_INET}
        return [here | {"proto": 0, "flags": 0}]

    async def close(self) -> None:
        pass


@asynccontextmanager
async def push_service(folder: Path) -> AsyncIterator[PushService]:
    service = PushService()
    site = web.Application()
    site.router.add_post("/{path:.*}", service.take)
    runner = web.AppRunner(site)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=_certified(folder)).start()
    service.port = runner.addresses[0][1]
    yield service
    await runner.cleanup()


def _certified(folder: Path) -> ssl.SSLContext:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - day).not_valid_after(now + day)
    (folder / "push.pem").write_bytes(
        made.sign(key, SHA256()).public_bytes(Encoding.PEM)
        + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "push.pem")
    return context


def signed_by(authorization: str) -> tuple[str, dict[str, Any]]:
    """The key that signed the header (base64url), and what it claims. Raises InvalidSignature."""
    scheme, _, rest = authorization.partition(" ")
    assert scheme == "vapid"
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    head, claims, signature = parts["t"].split(".")
    raw = _bytes(signature)
    both = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(parts["k"]))
    public.verify(both, f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
    read: dict[str, Any] = json.loads(_bytes(claims))
    return parts["k"], read


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
