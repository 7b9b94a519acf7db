"""A database's address, sqlite://path or postgres://user:password@host:port/name?option=value, taken apart. What can't be
honoured is refused: an sslmode that is dropped is a connection in clear text."""

from __future__ import annotations

from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

from webapp.config import ConfigError

NAME = "TEXTBANK_DATABASE_URL"
SQLITE = "sqlite://"
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


def sqlite_path(url: str) -> str:
    path, _, options = url.removeprefix(SQLITE).partition("?")
    if options:
        raise ConfigError(f"{NAME}: an SQLite address has no options. Take ?{options} off.")
    return path


def postgres_credentials(url: str) -> dict[str, Any]:
    """What Tortoise gives to asyncpg. ``dsn`` holds the options that asyncpg reads itself."""
    parts, options = urlsplit(url), _options(url)
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
        **({"timeout": _number(options, "connect_timeout", 60)} if "connect_timeout" in options else {}),
        **({"dsn": "postgres:///?" + urlencode(driver)} if driver else {}),
    }


def for_one_connection(url: str) -> dict[str, Any]:
    """As asyncpg.connect takes them: encrypted and named as those of the pool."""
    credentials = postgres_credentials(url)
    return {name: value for name, value in credentials.items() if name not in ("minsize", "maxsize")}


def _options(url: str) -> dict[str, str]:
    options = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    if strangers := sorted(set(options) - OF_THE_DRIVER - OURS):
        known = ", ".join(sorted(OF_THE_DRIVER | OURS))
        raise ConfigError(f"{NAME}: {', '.join(strangers)} is no option known here. Those are {known}.")
    if options.get("sslmode", "prefer") not in SSL_MODES:
        raise ConfigError(f"{NAME}: sslmode is one of {', '.join(sorted(SSL_MODES))}.")
    return options


def _port(parts: SplitResult) -> int:
    try:
        return parts.port or 5432
    except ValueError:
        raise ConfigError(f"{NAME} has no port that can be read.") from None


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
