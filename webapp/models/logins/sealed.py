"""Secrets at rest, encrypted with keys made from TEXTBANK_SECRET_KEY, so that somebody who reads only the database
can't use them.

There are two keys. Values are sealed with the key of TEXTBANK_SECRET_KEY, and opened with it or with that of
TEXTBANK_SECRET_KEY_PREVIOUS. A worker seals again whatever the previous key sealed (`renewed`), so that it can be
removed.
"""

from __future__ import annotations

import base64
import json
import zlib
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from tortoise.models import Model

from webapp import config
from webapp.database import transactional


def seal(text: str) -> str:
    return _ring(*_keys()).encrypt(text.encode()).decode()


def opened(sealed: str) -> str | None:
    """None where it was sealed with a key that is not on the ring."""
    try:
        return _ring(*_keys()).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def seal_packed(value: object) -> str:
    """A value that JSON can hold, made short, for a cookie."""
    packed = zlib.compress(json.dumps(value).encode(), 9)
    return seal(base64.b85encode(packed).decode())


def opened_packed(sealed: str) -> Any:
    """None as of `opened`."""
    packed = opened(sealed)
    return json.loads(zlib.decompress(base64.b85decode(packed))) if packed else None


def renewed(sealed: str) -> str | None:
    """The same, sealed with today's key; None where it is already, or where no key opens it."""
    today, *_ = _keys()
    text = opened(sealed)
    if text is None:
        return None
    try:
        _box(today).decrypt(sealed.encode())
    except InvalidToken:
        return seal(text)
    return None


@transactional
async def seal_anew(model: type[Model], column: str) -> int:
    """After the site's secret changed: seals again the values in this column that the old one sealed. Returns how many rows."""
    done = 0
    for row in await model.all().select_for_update():
        if new := renewed(getattr(row, column)):
            await model.filter(pk=row.pk).update(**{column: new})
            done += 1
    return done


def _keys() -> list[str]:
    """Today's, then the one before it."""
    ours = config.settings()
    return [config.secret_key(ours), *filter(None, [ours.secret_key_previous])]


@lru_cache(maxsize=4)
def _ring(*keys: str) -> MultiFernet:
    return MultiFernet([_box(key) for key in keys])


@lru_cache(maxsize=8)
def _box(key: str) -> Fernet:
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"secrets of second steps").derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(made))
