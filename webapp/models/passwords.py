"""Passwords, hashed with Argon2 in a thread: it takes a tenth of a second on purpose."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

LEAST = 10  # characters
_hasher = PasswordHasher()
_nobody = _hasher.hash("nobody has this password")


async def hashed(password: str) -> str:
    return await asyncio.to_thread(_hasher.hash, password)


async def matches(password: str, password_hash: str) -> bool:
    """Takes as long for a user who does not exist (an empty hash), so that time tells nothing."""
    return await asyncio.to_thread(_matches, password, password_hash or _nobody) and bool(password_hash)


def _matches(password: str, password_hash: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (Argon2Error, InvalidHashError):
        return False
