"""How well the pace is held: numbers that each send one segment a second, drained by several workers for a minute."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import uuid
from collections import Counter
from datetime import timedelta
from pathlib import Path

import httpx

from bench import stage
from tests.conftest import free_port, until
from webapp import clock, config, database
from webapp.config import Settings
from webapp.database import transaction
from webapp.database.migrate import migrate
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.create import create_campaign
from webapp.models.contacts.zones import ZoneSet
from webapp.models.conversations.message import FOLLOW_UP, OUT, QUEUED, Message
from webapp.models.numbers.number import PhoneNumber, add_number

SECONDS = 60


async def run(folder: Path, pool: int, workers: int) -> None:
    server, settings = await stage.ground(folder)
    port = free_port()
    settings = config.use(Settings(**{**settings.__dict__, "twilio_api_url": f"http://127.0.0.1:{port}"}))
    clock.set_to(clock.now().replace(hour=19, minute=0))
    children = [stage.valkey(folder), _simulator(port, settings.data_dir / "clock")]
    try:
        await until((folder / "valkey.sock").exists)
        await until(lambda: _answers(settings.twilio_api_url), 20)
        await _fill(settings, pool, workers)
        environment = config.environment_of(settings)
        children += [
            subprocess.Popen([sys.executable, "-m", "webapp.cli", "worker"], env=environment) for _ in range(workers)
        ]
        await _watch(settings.twilio_api_url, pool, workers)
    finally:
        for child in reversed(children):
            child.terminate()
            child.wait()
        server.cleanup()


def _simulator(port: int, clock_file: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "webapp.simulator", "--port", str(port), "--clock-file", str(clock_file)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


async def _answers(url: str) -> bool:
    async with httpx.AsyncClient(base_url=url) as client:
        try:
            return (await client.get("/simulator/health")).status_code == 200
        except httpx.HTTPError:
            return False


async def _fill(settings: Settings, pool: int, workers: int) -> None:
    """More texts at each number than a minute can take; every fifth has two segments."""
    await migrate(settings.database)
    await database.open_database(settings.database)
    try:
        await transaction(lambda: _texts(pool))
        await database.query("ANALYZE")
    finally:
        await database.close_database()
    async with httpx.AsyncClient(base_url=settings.twilio_api_url) as client:
        for n in range(pool):
            body = {"phone": _number(n), "sms_url": f"{settings.public_url}/webhooks/twilio/inbound"}
            await client.post("/simulator/numbers", json=body)


def _number(n: int) -> str:
    return f"+1412555{n:04}"


async def _texts(pool: int) -> None:
    campaign = await create_campaign("Meyer for Senate", "meyer", "America/New_York")
    campaign.credentials_ok = campaign.webhooks_ok = True
    campaign.registration, campaign.round_trip_at = "10dlc", clock.now()
    await campaign.save()
    zone, now = await ZoneSet.id_of(("America/New_York",)), clock.now()
    senders: list[PhoneNumber] = [
        await add_number(campaign, _number(n), rate=1.0, webhooks_ok=True) for n in range(pool)
    ]
    contacts = [
        Contact(campaign=campaign, phone=f"+1724{2000000 + n}", first_name="C", zone_set_id=zone, created_at=now)
        for n in range(pool * (SECONDS + 30))
    ]
    await Contact.bulk_create(contacts, batch_size=1000)
    people = await Contact.filter(campaign=campaign).order_by("id")
    await Message.bulk_create(
        [
            Message(
                campaign=campaign,
                contact=person,
                number=senders[n % pool],
                direction=OUT,
                kind=FOLLOW_UP,
                phone=person.phone,
                body="x" * (200 if n // pool % 5 == 0 else 20),
                segments=2 if n // pool % 5 == 0 else 1,
                status=QUEUED,
                created_at=now,
                public_id=uuid.uuid4(),
                priority=1,
                due_at=now - timedelta(seconds=1),
            )
            for n, person in enumerate(people)
        ],
        batch_size=1000,
    )


async def _watch(url: str, pool: int, workers: int) -> None:
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:

        async def begun() -> bool:
            return len((await client.get("/simulator/messages")).json()) >= pool

        await until(begun, 30, 0.2)
        await asyncio.sleep(SECONDS + 5)
        sent = (await client.get("/simulator/messages")).json()
    first = min(text["created"] for text in sent) + 3  # when every number is at it
    segments: Counter[str] = Counter()
    for text in sent:
        if first <= text["created"] < first + SECONDS:
            segments[text["from"]] += text["segments"]
    rates = sorted(segments[_number(n)] / SECONDS for n in range(pool))
    twice = sum(times > 1 for times in Counter(text["to"] for text in sent).values())
    print(
        f"{pool} numbers at 1 segment a second, {workers} workers, {SECONDS} s: {sum(rates):.1f} segments a second in all"
    )
    print(f"by number: least {rates[0]:.3f}, median {rates[pool // 2]:.3f}, most {rates[-1]:.3f}; sent twice: {twice}")
