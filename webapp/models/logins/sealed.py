"""Secrets at rest, encrypted with a key made of TEXTBANK_SECRET_KEY: who reads the database alone can't use them."""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from webapp import config


def seal(text: str) -> str:
    return _box(config.secret_key(config.settings())).encrypt(text.encode()).decode()


def opened(sealed: str) -> str | None:
    """None where it was sealed with another key."""
    try:
        return _box(config.secret_key(config.settings())).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


@lru_cache(maxsize=4)
def _box(key: str) -> Fernet:
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"secrets of second steps").derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(made))
