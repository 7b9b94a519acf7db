"""Tokens in links: only their hash is stored, so that whoever reads the database opens nothing with it."""

from __future__ import annotations

import hashlib
import secrets


def new() -> str:
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
