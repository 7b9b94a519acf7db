"""Settings from the environment. The only reader of os.environ."""

from __future__ import annotations

import contextlib
import os
import secrets
from dataclasses import dataclass, fields
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

PREFIX = "TEXTBANK_"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


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
    twilio_account_sid: str = ""
    twilio_auth_token: str = ""
    twilio_auth_token_previous: str = ""
    twilio_api_url: str = ""
    smtp_url: str = ""
    mail_from: str = "Textbank <no-reply@localhost>"
    data_dir: Path = Path("var")
    clock: str = ""
    metrics_token: str = ""

    def __post_init__(self) -> None:
        if self.clock and not self.rehearsal:
            raise ConfigError("TEXTBANK_CLOCK is for rehearsals: it needs TEXTBANK_TWILIO_API_URL on this machine.")
        if self.clock and self.clock_start is None:
            raise ConfigError(f"TEXTBANK_CLOCK is no instant with a zone: {self.clock}")

    @property
    def rehearsal(self) -> bool:
        """True where every call to Twilio goes to a simulator on this machine."""
        return _on_this_machine(self.twilio_api_url)

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


def from_environment(environ: dict[str, str] | None = None) -> Settings:
    environ = dict(os.environ) if environ is None else environ
    values: dict[str, object] = {}
    for field in fields(Settings):
        raw = environ.get(PREFIX + field.name.upper(), "").strip()
        if raw:
            values[field.name] = _parse(field.name, raw)
    return Settings(**values)  # type: ignore[arg-type]


def _parse(name: str, raw: str) -> object:
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
    """The variables that give a child process the same settings."""
    named = {PREFIX + field.name.upper(): str(getattr(chosen, field.name)) for field in fields(Settings)}
    return {**os.environ, **named}
