"""A database's address: each part of it is honoured or refused."""

from __future__ import annotations

import asyncio
import contextlib

import asyncpg
import certifi
import pytest

from webapp import database
from webapp.config import ConfigError
from webapp.database import address

HERE = "postgres://amy:p%40ss@db.example:5433/text%20bank"


def test_the_plain_parts_are_unquoted() -> None:
    found = address.postgres_credentials(HERE)
    assert [found[name] for name in ("user", "password", "host", "port", "database")] == [
        "amy",
        "p@ss",
        "db.example",
        5433,
        "text bank",
    ]


ASKS_FOR_ENCRYPTION = bytes.fromhex("00000008 04d2162f")  # PostgreSQL's SSLRequest


async def said_to_a_server_without_encryption(options: str) -> list[str]:
    """The first bytes of a client, connection by connection, to a server that can't encrypt."""
    said: list[str] = []

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):
            asks = await reader.readexactly(8) == ASKS_FOR_ENCRYPTION
            said.append("asks" if asks else "speaks")
            if asks:
                writer.write(b"N")
                await reader.readexactly(1)
                said.append("speaks")
        writer.close()

    async with await asyncio.start_server(meet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        await database.open_database(f"postgres://amy:p@127.0.0.1:{port}/meyer?{options}")
        with pytest.raises((OSError, asyncpg.PostgresError, asyncpg.InterfaceError)):
            await database.query("SELECT 1 AS one")
        await database.close_database()
    return said


ROOT_CA = f"&sslrootcert={certifi.where()}"
IN_CLEAR = {"sslmode=disable": "speaks", "sslmode=prefer": "asks"}
NEVER_IN_CLEAR = ["sslmode=require", f"sslmode=verify-ca{ROOT_CA}", f"sslmode=verify-full{ROOT_CA}"]


@pytest.mark.parametrize("options", IN_CLEAR)
async def test_where_encryption_may_be_missing_the_client_goes_on_without(options: str) -> None:
    said = await said_to_a_server_without_encryption(options)
    assert said[0] == IN_CLEAR[options] and "speaks" in said


@pytest.mark.parametrize("options", NEVER_IN_CLEAR)
async def test_where_encryption_is_required_nothing_is_said_in_clear(options: str) -> None:
    assert set(await said_to_a_server_without_encryption(options)) == {"asks"}


def test_other_options_are_honoured() -> None:
    found = address.postgres_credentials(HERE + "?pool=3&application_name=meyer&connect_timeout=7&host=/run/pg")
    assert (found["maxsize"], found["timeout"], found["host"]) == (3, 7, "/run/pg")
    assert found["server_settings"]["application_name"] == "meyer"


@pytest.mark.parametrize(
    "url",
    [
        HERE + "?sslmode=required",
        HERE + "?ssl=true",
        HERE + "?pool=many",
        HERE + "?pool=0",
        HERE + "?connect_timeout=soon",
        HERE + "?options=-c%20x",
        "postgres://db.example:http/x",
        "mysql://db.example/x",
        "db.example/x",
        "sqlite:///srv/a.db?mode=ro",
    ],
)
def test_what_cannot_be_honoured_is_refused_and_no_password_told(url: str) -> None:
    with pytest.raises(ConfigError, match="TEXTBANK_DATABASE_URL") as told:
        database.configuration(url)
    assert "p%40ss" not in str(told.value) and "p@ss" not in str(told.value)


@pytest.mark.postgres
async def test_a_pool_takes_the_options_too(db_url: str) -> None:
    await database.open_database(db_url + "&sslmode=disable&application_name=meyer")
    try:
        [row] = await database.query("SELECT current_setting('application_name') AS name")
    finally:
        await database.close_database()
    assert row["name"] == "meyer"
