"""The key by which push services know this installation (VAPID, RFC 8292). It is derived from the installation's secret
key, so every process has the same one and it is stored nowhere."""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from webapp import config

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of the curve P-256


def private() -> ec.EllipticCurvePrivateKey:
    return _private(config.secret_key(config.settings()))


@lru_cache(maxsize=8)
def _private(secret: str) -> ec.EllipticCurvePrivateKey:
    seed = HKDF(SHA256(), length=48, salt=None, info=b"textbank web push").derive(secret.encode())
    return ec.derive_private_key(int.from_bytes(seed, "big") % (ORDER - 1) + 1, ec.SECP256R1())


def public() -> str:
    """As a browser takes it when it subscribes: base64url of the 65 bytes of the point."""
    point = private().public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).decode().rstrip("=")
