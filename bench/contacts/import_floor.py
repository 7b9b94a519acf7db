"""The floor of an import: the same rows, read by the same rules, inserted by the bare driver, a thousand a transaction."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import asyncpg

from bench.contacts import files
from webapp import database
from webapp.models.contacts.lists import ContactList
from webapp.models.contacts.new_campaign import create_campaign
from webapp.models.contacts.zones import ZoneSet
from webapp.models.imports import importing
from webapp.rules.contacts import contact_rows

Zones = dict[tuple[str, ...], int]
SLICE = 1_000
COLUMNS = (
    "campaign_id, phone, first_name, last_name, email, state_abbrev, zip, van_id, timezone, zone_set_id, zone_source,"
    " first_key, last_key, created_at"
)
MARKS = ", ".join(f"${n}" for n in range(1, 15))
ADD_CONTACT = (
    f"INSERT INTO contact ({COLUMNS}) VALUES ({MARKS}) ON CONFLICT (campaign_id, phone) DO NOTHING RETURNING id"
)
ADD_TO_LIST = "INSERT INTO list_membership (contact_list_id, contact_id) VALUES (1, $1)"
ADD_LINE = (
    "INSERT INTO imported_contact (import_id, contact_id, line, created, filled) VALUES (1, $1, 1, true, 'first_name')"
)


async def prepare() -> Zones:
    """Campaign, list and import, each with id 1, and the zone sets of the rows, in the open database."""
    campaign = await create_campaign("Floor", "floor", "America/New_York")

    async def make() -> Zones:
        made = await ContactList.make(campaign, "List", "")
        job = await importing.begin(campaign, "List", Path("x"), "x", None)
        assert (campaign.id, made.id, job.id) == (1, 1, 1)
        zones = {("America/New_York",), ("America/Chicago",)}
        return {zone: await ZoneSet.id_of(zone) or 0 for zone in zones}

    return await database.transaction(make)


async def on_postgres(url: str, zones: Zones, path: Path, rows: int) -> float:
    """Rows a second."""
    connection = await asyncpg.connect(url)
    now = await connection.fetchval("SELECT now()")
    began = time.perf_counter()
    for part in _slices(path):
        async with connection.transaction():
            made = await connection.fetchmany(ADD_CONTACT, [_values(person, zones, now) for person in part])
            ids = [(row["id"],) for row in made]
            await connection.executemany(ADD_TO_LIST, ids)
            await connection.executemany(ADD_LINE, ids)
    took = time.perf_counter() - began
    await connection.close()
    return rows / took


def on_sqlite(file: Path, zones: Zones, path: Path, rows: int) -> float:
    """Rows a second."""
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA synchronous = FULL")
    began = time.perf_counter()
    for part in _slices(path):
        last = connection.execute("SELECT COALESCE(MAX(id), 0) FROM contact").fetchone()[0]
        values = [_values(person, zones, "2026-11-25 12:00:00+00:00") for person in part]
        ids = [(last + n,) for n in range(1, len(part) + 1)]
        connection.executemany(f"INSERT INTO contact ({COLUMNS}) VALUES ({', '.join('?' * 14)})", values)
        connection.executemany(ADD_TO_LIST.replace("$1", "?"), ids)
        connection.executemany(ADD_LINE.replace("$1", "?"), ids)
        connection.commit()
    took = time.perf_counter() - began
    connection.close()
    return rows / took


def _slices(path: Path) -> Iterator[list[contact_rows.Person]]:
    people = files.people(path)
    while part := list(islice(people, SLICE)):
        yield part


def _values(person: contact_rows.Person, zones: Zones, now: Any) -> list[Any]:
    given = person.values
    names = given.get("first_name", ""), given.get("last_name", "")
    rest = [given.get(name, "") for name in ("email", "state_abbrev", "zip", "van_id")]
    zone = zones.get(person.zones)
    return [1, person.phone, *names, *rest, "", zone, person.zone_source, names[0].lower(), names[1].lower(), now]
