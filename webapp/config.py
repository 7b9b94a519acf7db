"""Settings from the environment and from `.env`. The only reader of os.environ."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from dataclasses import dataclass, fields
from datetime import datetime
from email.utils import parseaddr
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dotenv.parser import parse_stream

PREFIX = "TEXTBANK_"
NOT_OURS = ("TEXTBANK_TEST_", "TEXTBANK_FAULT_")  # of bin/test and the fault runs
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
FOLDER = Path("var")
REHEARSAL_FOLDER = FOLDER / "rehearsal"
SCHEMES = {
    "redis_url": ("redis", "rediss", "unix"),
    "public_url": ("http", "https"),
    "twilio_api_url": ("http", "https"),
    "van_api_url": ("http", "https"),
    "smtp_url": ("smtp", "smtps"),
}  # database_url has its own reader, database/address.py


class ConfigError(Exception):
    """A setting can't be used; the text says which one and why."""


@dataclass(frozen=True)
class Settings:
    """One field for each TEXTBANK_ variable of .env.example, which explains them."""

    database_url: str = ""
    redis_url: str = ""
    public_url: str = "http://127.0.0.1:8000"
    host: str = "127.0.0.1"
    port: int = 8000
    secret_key: str = ""
    secret_key_previous: str = ""
    twilio_account_sid: str = ""
    twilio_auth_token: str = ""
    twilio_auth_token_previous: str = ""
    twilio_api_url: str = ""
    van_api_url: str = "https://api.securevan.com/v4"
    smtp_url: str = ""
    mail_from: str = "Textbank <no-reply@localhost>"
    data_dir: Path = FOLDER
    clock: str = ""
    metrics_token: str = ""
    trusted_proxies: str = ""

    def __post_init__(self) -> None:
        _networks(self.trusted_proxies)
        for name, schemes in SCHEMES.items():
            _check_address(PREFIX + name.upper(), getattr(self, name), schemes)
        if set(self.public_url) & set("?#"):  # paths are put behind it
            raise ConfigError("TEXTBANK_PUBLIC_URL ends before any ? or #: paths are put behind it.")
        if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", parseaddr(self.mail_from)[1]):
            raise ConfigError('TEXTBANK_MAIL_FROM wants an address, as in "Meyer for Senate <texts@example.org>".')
        if self.clock and not self.rehearsal:
            raise ConfigError("TEXTBANK_CLOCK is for rehearsals: it needs TEXTBANK_TWILIO_API_URL on this machine.")
        if self.clock and self.clock_start is None:
            raise ConfigError(f"TEXTBANK_CLOCK is no instant with a zone: {self.clock}")

    @property
    def rehearsal(self) -> bool:
        """True where every call to Twilio goes to a simulator on this machine."""
        return _on_this_machine(self.twilio_api_url)

    @property
    def real(self) -> bool:
        """True beside an account whose texts would reach real phones."""
        return bool(self.twilio_account_sid) and not self.rehearsal

    @property
    def exposed(self) -> bool:
        """True where the web process listens beyond this machine."""
        return self.host not in LOOPBACK

    @property
    def proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The proxies whose X-Forwarded-For is believed."""
        return _networks(self.trusted_proxies)

    @property
    def clock_start(self) -> datetime | None:
        try:
            at = datetime.fromisoformat(self.clock)
        except ValueError:
            return None
        return at if at.tzinfo else None

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite://{self.data_dir / 'textbank.db'}"

    @property
    def redis(self) -> str:
        return self.redis_url or f"unix://{self.data_dir.resolve() / 'valkey.sock'}"

    @property
    def secure(self) -> bool:
        return self.public_url.startswith("https://")

    def url(self, path: str) -> str:
        """The public address of a path of ours. Never built from a request's Host header."""
        return self.public_url.rstrip("/") + path


@lru_cache(maxsize=8)
def _on_this_machine(url: str) -> bool:
    return bool(url) and urlsplit(url).hostname in LOOPBACK


def _check_address(name: str, url: str, schemes: tuple[str, ...]) -> None:
    """Raises ConfigError, without the address: it may hold a password."""
    try:
        parts = urlsplit(url)
        found = parts.path if parts.scheme == "unix" else parts.hostname and parts.port != 0
        readable = parts.scheme in schemes and found and not parts.fragment
        if name.endswith("REDIS_URL") and parts.scheme != "unix":
            readable = readable and (not parts.path.strip("/") or parts.path.strip("/").isdecimal())
    except ValueError:
        readable = False
    if url and not readable:
        wanted = " or ".join(f"{scheme}://" for scheme in schemes)
        raise ConfigError(f"{name} can't be read. It wants {wanted} and a host; in a password # is %23, / is %2F.")


@lru_cache(maxsize=8)
def _networks(written: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Addresses and networks with commas or spaces between them."""
    try:
        return tuple(ip_network(one, strict=False) for one in written.replace(",", " ").split())
    except ValueError as error:
        raise ConfigError(f"TEXTBANK_TRUSTED_PROXIES wants addresses such as 10.0.0.0/8: {error}.") from None


def from_environment(environ: dict[str, str] | None = None) -> Settings:
    """Without a Twilio account and a data directory of their own, the settings lead to the rehearsal's folder."""
    environ = dict(os.environ) if environ is None else environ
    values: dict[str, Any] = {}
    for field in fields(Settings):
        raw = environ.get(PREFIX + field.name.upper(), "").strip()
        if raw:
            values[field.name] = _parse(field.name, raw)
    if "twilio_account_sid" not in values:
        values.setdefault("data_dir", REHEARSAL_FOLDER)
    values.setdefault("public_url", f"http://127.0.0.1:{values.get('port', Settings.port)}")
    return Settings(**values)


def with_env_file(path: Path = Path(".env")) -> dict[str, str]:
    """The environment, and where it is silent the file's TEXTBANK_ variables. No shell reads the file, so a $ is a $."""
    there = path.exists() or path.is_symlink()
    return {**(_variables(path) if there else {}), **os.environ}


def _variables(path: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    try:
        with path.open(encoding="utf-8-sig") as lines:
            for line in parse_stream(lines):
                if line.error or (line.key and line.value is None):
                    raise ConfigError(f"Line {line.original.line} of {path} is not NAME=value. Nothing was started.")
                if line.key and line.key.startswith(PREFIX):
                    found[line.key] = line.value or ""
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8. Save it as UTF-8, then try again.") from None
    except OSError as error:
        raise ConfigError(f"{path} can't be read: {error.strerror}. Nothing was started.") from None
    return found


def _parse(name: str, raw: str) -> object:
    if not raw.isprintable():
        raise ConfigError(f"{PREFIX}{name.upper()} holds a character that can't be seen. Type it again.")
    if name == "data_dir":
        return Path(raw)
    if name != "port":
        return raw
    if not raw.isdecimal() or not 0 < int(raw) < 65536:
        raise ConfigError(f"TEXTBANK_PORT is no port: {raw}")
    return int(raw)


_current: Settings | None = None


def settings() -> Settings:
    """The settings given to `use`, else the environment's."""
    global _current
    if _current is None:
        _current = from_environment()
    return _current


def use(chosen: Settings) -> Settings:
    """Makes these the settings of this process."""
    global _current
    _current = chosen
    return chosen


@lru_cache(maxsize=8)
def secret_key(chosen: Settings) -> str:
    """Signs what leaves this site and comes back. TEXTBANK_SECRET_KEY, else a key kept in the data directory."""
    if chosen.secret_key:
        return chosen.secret_key
    kept = chosen.data_dir / "secret_key"
    if not kept.exists():
        _keep_new_key(kept)
    return kept.read_text()


def _keep_new_key(kept: Path) -> None:
    """Writes the whole file or none; where two processes start together, both use the first one's key."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    mine = kept.with_name(f"secret_key.{secrets.token_hex(8)}")
    mine.touch(mode=0o600)
    mine.write_text(secrets.token_urlsafe(32))
    with contextlib.suppress(FileExistsError):
        os.link(mine, kept)
    mine.unlink()


def environment_of(chosen: Settings) -> dict[str, str]:
    """The variables that give a child process the same settings. Unknown ones stay here: they were named once."""
    named = {PREFIX + field.name.upper(): str(getattr(chosen, field.name)) for field in fields(Settings)}
    others = {
        name: value for name, value in os.environ.items() if not name.startswith(PREFIX) or name.startswith(NOT_OURS)
    }
    return {**others, **named}
