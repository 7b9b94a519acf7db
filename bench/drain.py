"""Measures whether the pace is held: several workers drain numbers of one segment a second each, for a minute."""

from __future__ import annotations

import asyncio
import sys
import uuid
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from bench import bank
from bench.bank import Bank
from tests.cast.waiting import free_port, until
from webapp import clock, database
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.new_campaign import create_campaign
from webapp.models.contacts.zones import ZoneSet
from webapp.models.conversations.message import FOLLOW_UP, OUT, QUEUED, Message
from webapp.models.numbers.number import PhoneNumber, add_number

SECONDS = 60
SURPLUS = 30  # texts a number has more than it can send


async def run(folder: Path, numbers: int, workers: int) -> None:
    port = free_port()
    async with bank.running(folder, f"http://127.0.0.1:{port}") as mine:
        clock.set_to(clock.now().replace(hour=19, minute=0))
        url = mine.settings.twilio_api_url
        _start_simulator(mine, port)
        await until(lambda: bank.answers(url, "/simulator/health"), 20)
        await bank.in_new_database(mine.settings.database, lambda: _fill(numbers))
        await _tell_simulator(mine, numbers)
        for _ in range(workers):
            mine.textbank("worker")
        _print(await _sent(url, numbers), numbers, workers)


def _start_simulator(mine: Bank, port: int) -> None:
    clock_file = str(mine.settings.data_dir / "clock")
    mine.start(sys.executable, "-m", "webapp.simulator", "--port", str(port), "--clock-file", clock_file, log=False)


async def _tell_simulator(mine: Bank, numbers: int) -> None:
    """It sends only from numbers of the account."""
    async with httpx.AsyncClient(base_url=mine.settings.twilio_api_url) as client:
        for n in range(numbers):
            body = {"phone": _number(n), "sms_url": mine.settings.url("/webhooks/twilio/inbound")}
            await client.post("/simulator/numbers", json=body)


def _number(n: int) -> str:
    return f"+1412555{n:04}"


async def _fill(numbers: int) -> None:
    await transaction(lambda: _texts(numbers))
    await database.query("ANALYZE")


async def _texts(numbers: int) -> None:
    """More texts at each number than it can send in the time; every fifth has two segments."""
    campaign = await create_campaign("Meyer for Senate", "meyer", "America/New_York")
    campaign.credentials_ok = campaign.webhooks_ok = True
    campaign.registration, campaign.round_trip_at = "10dlc", clock.now()
    await campaign.save()
    senders = [await add_number(campaign, _number(n), rate=1.0, webhooks_ok=True) for n in range(numbers)]
    zone, now = await ZoneSet.id_of(("America/New_York",)), clock.now()
    contacts = [
        Contact(campaign=campaign, phone=f"+1724{2000000 + n}", first_name="C", zone_set_id=zone, created_at=now)
        for n in range(numbers * (SECONDS + SURPLUS))
    ]
    await Contact.bulk_create(contacts, batch_size=1000)
    people = await Contact.filter(campaign=campaign).order_by("id")
    texts = [
        _text(campaign, contact, senders[n % numbers], n // numbers % 5 == 0, now) for n, contact in enumerate(people)
    ]
    await Message.bulk_create(texts, batch_size=1000)


def _text(campaign: Campaign, contact: Contact, number: PhoneNumber, long: bool, now: datetime) -> Message:
    return Message(
        campaign=campaign,
        contact=contact,
        number=number,
        direction=OUT,
        kind=FOLLOW_UP,
        phone=contact.phone,
        body="x" * (200 if long else 20),
        segments=2 if long else 1,
        status=QUEUED,
        created_at=now,
        public_id=uuid.uuid4(),
        priority=1,
        due_at=now - timedelta(seconds=1),
    )


async def _sent(url: str, numbers: int) -> list[dict[str, Any]]:
    """Every text the simulator took, a little over a minute after all numbers have begun."""
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:

        async def begun() -> bool:
            return len((await client.get("/simulator/messages")).json()) >= numbers

        await until(begun, 30, 0.2)
        await asyncio.sleep(SECONDS + 5)
        sent: list[dict[str, Any]] = (await client.get("/simulator/messages")).json()
        return sent


def _print(sent: list[dict[str, Any]], numbers: int, workers: int) -> None:
    first = min(text["created"] for text in sent) + 3  # by then every number has begun
    segments: Counter[str] = Counter()
    for text in sent:
        if first <= text["created"] < first + SECONDS:
            segments[text["from"]] += text["segments"]
    rates = sorted(segments[_number(n)] / SECONDS for n in range(numbers))
    twice = sum(times > 1 for times in Counter(text["to"] for text in sent).values())
    print(
        f"{numbers} numbers at 1 segment a second, {workers} workers, {SECONDS} s: {sum(rates):.1f} segments a second in all"
    )
    print(
        f"by number: least {rates[0]:.3f}, median {rates[numbers // 2]:.3f}, most {rates[-1]:.3f}; sent twice: {twice}"
    )
