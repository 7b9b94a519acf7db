"""A database's address, sqlite://path or postgres://user:password@host:port/name?option=value, taken apart. An option that can't be
honoured is refused: an sslmode that is dropped is a connection in clear text."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

from webapp.config import ConfigError

NAME = "TEXTBANK_DATABASE_URL"
SQLITE = "sqlite://"
SQLITE_BEGINS = b"SQLite format 3\0"
CONNECTIONS = 10  # of one process to PostgreSQL: with more it has to choose between them, and does less (docs/bench.md)
SSL_MODES = {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}
# Read by asyncpg, as libpq would
OF_THE_DRIVER = {
    "sslmode",
    "sslcert",
    "sslkey",
    "sslrootcert",
    "sslcrl",
    "sslpassword",
    "sslnegotiation",
    "ssl_min_protocol_version",
    "ssl_max_protocol_version",
    "target_session_attrs",
}
OURS = {"pool", "host", "connect_timeout", "application_name"}


def dialect(url: str) -> str:
    """ "sqlite" or "postgres"."""
    scheme = url.partition("://")[0]
    if scheme not in ("sqlite", "postgres", "postgresql"):
        raise ConfigError(f"{NAME} begins with sqlite:// or postgres://.")
    return "sqlite" if scheme == "sqlite" else "postgres"


def check(url: str) -> None:
    """Raises ConfigError where no database can be, before anything is started or any file made."""
    if dialect(url) == "postgres":
        postgres_credentials(url)
    else:
        _check_file(Path(sqlite_path(url)))


def _check_file(path: Path) -> None:
    """The file, or the folder that it would be made in."""
    folder = next(one for one in path.absolute().parents if one.exists())
    if not folder.is_dir() or (path.exists() and not path.is_file()):
        raise ConfigError(f"{NAME}: {path} is no file and can't become one. Name a file for the database.")
    if not os.access(folder, os.W_OK | os.X_OK) or (path.exists() and not os.access(path, os.R_OK | os.W_OK)):
        raise ConfigError(f"{NAME}: this user may not read and write {path}. Its folder must be open to this user too.")
    if path.exists() and path.open("rb").read(len(SQLITE_BEGINS)) not in (b"", SQLITE_BEGINS):
        raise ConfigError(f"{NAME}: {path} is no SQLite database. Nothing was changed.")


def sqlite_path(url: str) -> str:
    path, _, options = url.removeprefix(SQLITE).partition("?")
    if options:
        raise ConfigError(f"{NAME}: an SQLite address has no options. Take ?{options} off.")
    if not path:
        raise ConfigError(f"{NAME} names no file: sqlite:///srv/textbank.db is one.")
    return path


def postgres_credentials(url: str) -> dict[str, Any]:
    """The arguments that Tortoise gives to asyncpg. ``dsn`` holds the options that asyncpg reads itself."""
    parts = _parts(url)
    options = _options(parts)
    driver = {name: value for name, value in options.items() if name in OF_THE_DRIVER}
    named = {"application_name": options["application_name"]} if "application_name" in options else {}
    return {
        "host": options.get("host") or parts.hostname or "127.0.0.1",
        "port": _port(parts),
        "user": unquote(parts.username or "postgres"),
        "password": unquote(parts.password or ""),
        "database": unquote(parts.path.lstrip("/")),
        "minsize": 1,
        "maxsize": _number(options, "pool", CONNECTIONS),
        "server_settings": {"default_transaction_isolation": "read committed", "timezone": "UTC", **named},
        "timeout": _number(options, "connect_timeout", 10),
        **({"dsn": "postgres:///?" + urlencode(driver)} if driver else {}),
    }


def for_one_connection(url: str) -> dict[str, Any]:
    """As asyncpg.connect takes them: encrypted and named as those of the pool."""
    credentials = postgres_credentials(url)
    return {name: value for name, value in credentials.items() if name not in ("minsize", "maxsize")}


def _parts(url: str) -> SplitResult:
    """A password may hold any character, but not as it stands; so the error shows nothing of the address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = SplitResult("", "", "", "", "")
    if not parts.path.strip("/") or "#" in url:
        wanted = "postgres:// and then user:password@host:5432/name"  # in one word it would be masked
        raise ConfigError(f"{NAME} is not {wanted}. In a password # is %23, / is %2F, ? is %3F, [ is %5B.")
    return parts


def _options(parts: SplitResult) -> dict[str, str]:
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if strangers := sorted(set(options) - OF_THE_DRIVER - OURS):
        known, named = ", ".join(sorted(OF_THE_DRIVER | OURS)), [name for name in strangers if name.isidentifier()]
        raise ConfigError(f"{NAME}: {', '.join(named) or 'this'} is no option known here. Those are {known}.")
    if options.get("sslmode", "prefer") not in SSL_MODES:
        raise ConfigError(f"{NAME}: sslmode is one of {', '.join(sorted(SSL_MODES))}.")
    return options


def _port(parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise ConfigError(f"{NAME} has no port that can be read.")
    return port or 5432


def _number(options: dict[str, str], name: str, default: int) -> int:
    written = options.get(name, str(default))
    if not written.isdecimal() or not 0 < int(written) <= 10_000:
        raise ConfigError(f"{NAME}: {name} is a whole number from 1 to 10,000, not {written[:20]}.")
    return int(written)


def shown(url: str) -> str:
    """The address for people: without user, password and options."""
    if dialect(url) == "sqlite":
        return sqlite_path(url)
    credentials = postgres_credentials(url)
    return f"{credentials['database']} on {credentials['host']}"
