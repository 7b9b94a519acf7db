"""Records the statements of one click and one reply, done in this process. The floor runs the same for other people."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterator
from typing import Any

import asyncpg
import httpx

from bench.speed import as_htmx, load
from bench.speed.floor import Floor
from bench.speed.stage import Card, Stage
from webapp import database, live
from webapp.access import login
from webapp.app import create_app

Statements = list[tuple[str, list[Any]]]
MOST_ANSWERS = 20_000
_VERSION = re.compile(r"(\b\w\.xmin = \$\d+)")
WHO_MAY_ANSWER = (
    "SELECT m.phone, n.e164, m.contact_id, m.conversation_id, m.user_id FROM message m"
    " JOIN phone_number n ON n.id = m.number_id WHERE m.direction = 'out' AND m.sid IS NULL"
)


async def record(stage: Stage) -> None:
    """Uses up four cards and one reply; half of the cards that are left become the floors' people."""
    app = create_app()
    app.state.hub = live.Hub()
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=stage.url) as client:
        stage.tap_floor = await _recorded_press(stage, client, as_htmx.press(stage.url, load.QUEUE, ""))
        stage.click_floor = await _recorded_press(stage, client, {})
        await _record_reply(stage, client)


async def _recorded_press(stage: Stage, client: httpx.AsyncClient, headers: dict[str, str]) -> Floor:
    """The second press of a volunteer: it finds the caches as they are under load."""
    first = stage.cards.pop()
    second, *later = [card for card in stage.cards if card.cookie == first.cookie][:4]
    stage.cards.remove(second)
    shows = await _press(client, first, headers, [second, later[0]])
    with _recording() as statements:
        await _press(client, second, headers, later, shows)
    quarter = len(stage.cards) // 4
    people = [card.keys for card in stage.cards[:quarter]]
    del stage.cards[:quarter]
    return Floor(stage.database_url, [_of_anybody(*one) for one in statements], second.keys, people, begun=False)


def _of_anybody(text: str, values: list[Any]) -> tuple[str, list[Any]]:
    """A click writes where its rows are the versions it looked at, which are others for each person."""
    return _VERSION.sub(r"(\1 OR true)", text), values


async def _press(
    client: httpx.AsyncClient, card: Card, headers: dict[str, str], ahead: list[Card], shows: str = ""
) -> str:
    """Returns the mark of the page after it."""
    client.cookies.set(login.COOKIE, card.cookie)
    own = {name: value for name, value in headers.items() if name not in ("cookie", "content-type")}
    form = card.form | (load.deck(ahead[:2], shows) if headers else {})
    answer = await client.post(card.path, data=form, headers=own)
    assert answer.status_code in (200, 303), answer.text[:500]
    return "".join(re.findall(r'data-shows="([^"]*)"', answer.text))


async def _record_reply(stage: Stage, client: httpx.AsyncClient) -> None:
    await database.query("UPDATE message SET status = 'taken'")
    [row] = await database.query(f"{WHO_MAY_ANSWER} LIMIT 1")
    stage.texted = [(row["phone"], row["e164"])]
    path, form, signature = stage.reply(0)
    with _recording() as statements:
        answer = await client.post(path, data=form, headers={"X-Twilio-Signature": signature})
    assert answer.status_code == 200
    own = [_of_anybody(*one) for one in statements]  # a plain answer takes no transaction
    stage.reply_floor = Floor(stage.database_url, own, _keys(row), again=True, begun=False)


async def let_people_answer(stage: Stage) -> None:
    """Everybody who was clicked counts as texted, and may answer."""
    connection = await asyncpg.connect(stage.database_url)
    await connection.execute("UPDATE message SET status = 'taken' WHERE status = 'queued'")
    rows = await connection.fetch(f"{WHO_MAY_ANSWER} LIMIT {MOST_ANSWERS}")
    await connection.close()
    stage.texted = [(row["phone"], row["e164"]) for row in rows]
    stage.reply_floor.people = [_keys(row) for row in rows]


def _keys(row: Any) -> dict[str, Any]:
    """By which the statements of one person's reply differ from another's."""
    return {
        "phone": row["phone"],
        "contact": row["contact_id"],
        "conversation": row["conversation_id"],
        "user": row["user_id"],
    }


@contextlib.contextmanager
def _recording() -> Iterator[Statements]:
    """Statements and their values, as Tortoise logs them; complete when the block ends."""
    found: Statements = []

    class Recorder(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if isinstance(record.args, tuple) and len(record.args) == 2:
                text, values = record.args
                found.append((str(text), list(values) if isinstance(values, list | tuple) else []))

    logger, recorder = logging.getLogger("tortoise.db_client"), Recorder()
    logger.addHandler(recorder)
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    try:
        yield found
    finally:
        logger.removeHandler(recorder)
        logger.setLevel(logging.WARNING)
