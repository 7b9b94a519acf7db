"""SFTP folders: which of the files is tonight's, what may be typed, and a server's key as people compare it (SPEC B8)."""

from __future__ import annotations

import base64
import binascii
import fnmatch
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

PORT = 22
FROM_PORT = 1_024  # below it only PORT: the others are of mail, names and such
LONGEST_NAME = 200
LONGEST_PATTERN = 100


@dataclass(frozen=True)
class Listed:
    """A file as its folder lists it. ``raw``: its name for the server; ``changed``: seconds since 1970."""

    name: str
    raw: bytes
    size: int | None
    changed: int


def listed(raw: bytes, size: int | None, changed: int) -> Listed | None:
    """None where the name can't be shown on a page, or leads out of the folder."""
    try:
        name = raw.decode()
    except UnicodeDecodeError:
        return None
    plain = name.isprintable() and not name.startswith(".") and len(name) <= LONGEST_NAME
    return Listed(name, raw, size, changed) if plain and not {"/", "\\"} & set(name) else None


def newest(files: Iterable[Listed], pattern: str) -> Listed | None:
    """Of those whose name fits, the one that was changed last; of several the last one by name."""
    return max((one for one in files if fits(one.name, pattern)), key=lambda one: (one.changed, one.name), default=None)


def fits(name: str, pattern: str) -> bool:
    """``*`` stands for any letters, ``?`` for one. Capitals don't matter. Longer patterns than can be stored fit nothing."""
    return len(pattern) <= LONGEST_PATTERN and fnmatch.fnmatchcase(name.lower(), pattern.lower().replace("[", "[[]"))


def one_line(typed: str) -> bool:
    """A name of a user, a folder or a file, without signs that steer a terminal."""
    return typed.isprintable()


def one_name(pattern: str) -> bool:
    return pattern.isprintable() and not {"/", "\\"} & set(pattern)


def port_may_be(port: int) -> bool:
    return port == PORT or FROM_PORT <= port <= 65_535


def fingerprint(key: str) -> str:
    """Of a public key as OpenSSH writes it: SHA256 as its tools show it. "" where it is none."""
    try:
        blob = base64.b64decode(key.split()[1], validate=True)
    except (IndexError, binascii.Error):
        return ""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
