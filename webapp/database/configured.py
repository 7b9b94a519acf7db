"""Tortoise's configuration for a database."""

from __future__ import annotations

from typing import Any

from webapp.database import address

MODELS = "webapp.models"
MIGRATIONS = "webapp.migrations"


def configuration(url: str, migrating: bool = False) -> dict[str, Any]:
    """``url``: sqlite://path or postgres://user:password@host:port/name."""
    app = {"models": [MODELS], "default_connection": "default", "migrations": MIGRATIONS}
    return {"connections": _connections(url, migrating), "apps": {"models": app}, "use_tz": True, "timezone": "UTC"}


def _connections(url: str, migrating: bool) -> dict[str, Any]:
    if address.dialect(url) == "sqlite":
        return _sqlite_connections(address.sqlite_path(url), migrating)
    return {
        "default": {
            "engine": "webapp.database.engines.asyncpg_engine",
            "credentials": address.postgres_credentials(url),
        }
    }


def _sqlite_connections(path: str, migrating: bool) -> dict[str, Any]:
    common = {"file_path": path, "recursive_triggers": "ON", "synchronous": "FULL", "busy_timeout": 25}
    writing = {**common, "foreign_keys": "OFF" if migrating else "ON"}
    writer = {"engine": "webapp.database.engines.sqlite", "credentials": writing}
    if migrating:
        return {"default": {**writer, "credentials": {**writing, "busy_timeout": 10_000}}}
    reading = {**common, "query_only": "ON", "busy_timeout": 5_000}
    return {"default": {"engine": "webapp.database.engines.sqlite", "credentials": reading}, "write": writer}


# For Tortoise's own command line: `tortoise -c webapp.database.IN_MEMORY makemigrations`
IN_MEMORY = configuration("sqlite://:memory:", migrating=True)
