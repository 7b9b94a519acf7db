"""If anything else answers in Twilio's place, each call ends in one of our words: nothing odd ends a job (SPEC X2, X4)."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.cast import Cast
from webapp import config
from webapp.gateways import twilio as gateway
from webapp.gateways import twilio_http
from webapp.gateways.twilio import Later, Rejected, Sent, Twilio, Unknown
from webapp.rules.numbers import credentials

LISA, NUMBER, SID = "+14125550101", "+14125550188", "SM" + "1" * 32
OLD = datetime(2026, 11, 1, tzinfo=UTC)


def answer(status: int, body: bytes = b"", **headers: str) -> bytes:
    told = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close"}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode() + body


def said(status: int, /, **body: object) -> bytes:
    return answer(status, json.dumps(body).encode())


PROBLEM = {"type": "about:blank", "title": "Too bad", "status": 400, "code": "x"}
TEXT = {
    "sid": SID,
    "to": LISA,
    "from": NUMBER,
    "body": "Hi",
    "status": "sent",
    "num_media": "0",
    "direction": "inbound",
}
DATES = {"date_created": "Sat, 28 Nov 2026 15:00:00 +0000", "date_sent": "Sat, 28 Nov 2026 15:00:00 +0000"}


def listed(**changed: object) -> bytes:
    return said(200, messages=[TEXT | DATES | changed], next_page_uri=None)


# An answer to "hand this text over", and its meaning; None: anything but a claim that it was sent
ODD: dict[str, tuple[bytes, object]] = {
    "taken": (said(201, sid=SID), Sent(SID)),
    "taken, half of the words": (b'HTTP/1.1 201 X\r\nContent-Length: 500\r\n\r\n{"sid": "SM', Unknown),
    "taken, nothing": (answer(201), Unknown),
    "taken, a list": (answer(201, b"[]"), Unknown),
    "taken, arrays in arrays": (answer(201, b"[" * 100_000), Unknown),
    "taken, null": (answer(201, b"null"), Unknown),
    "taken, no sid": (said(201, to=LISA), Unknown),
    "taken, a number for a sid": (said(201, sid=7), Unknown),
    "taken, a long sid": (said(201, sid="S" * 99), Unknown),
    "taken, no letters we know": (answer(201, b"\xff\xfe\x00{"), Unknown),
    "taken, other fields": (said(201, sid=SID, date_created=7, num_segments=[], error_code={}), Unknown),
    "a hotel's page": (answer(200, b"<html>Log in</html>", Content_Type="text/html"), Unknown),
    "elsewhere": (answer(307, b"", Location="/elsewhere"), Rejected(307)),
    "elsewhere, by GET": (answer(302, b"", Location="/elsewhere"), Rejected(302)),
    "a proxy's page, refused": (answer(403, b"<html>", Content_Type="text/html"), Rejected(403)),
    "a proxy's page in Latin 1": (answer(503, "<html>gestört".encode("latin-1"), Content_Type="text/html"), Unknown),
    "a wrong charset": (answer(502, b"\xff", Content_Type="text/html; charset=nonsense"), Unknown),
    "a time-out of a proxy": (answer(408, b""), Unknown),
    "an error, half of it": (answer(400, b'{"code": 21'), Rejected(400)),
    "an error, its code in words": (said(400, code="21211"), Rejected(21211)),
    "an error, a huge code": (said(400, code=10**30), Rejected(400)),
    "an error, a negative code": (said(400, code=-5), Rejected(400)),
    "an error that is a list": (answer(400, b"[1, 2]"), Rejected(400)),
    "an error of arrays in arrays": (answer(400, b"[" * 100_000), Rejected(400)),
    "a problem whose own status is another": (said(500, **PROBLEM), Unknown),
    "a problem whose own status is no number": (said(500, **PROBLEM | {"status": "500"}), Unknown),
    "a problem": (said(400, **PROBLEM | {"code": 21610}), Rejected(21610)),
    "too many, no time": (answer(429), Later(1.0)),
    "too many, a time": (answer(429, b"", Retry_After="7"), Later(7.0)),
    "too many, in the past": (answer(429, b"", Retry_After="-50"), Later(0.1)),
    "too many, a huge time": (answer(429, b"", Retry_After="1e99"), Later(300.0)),
    "too many, no number": (answer(429, b"", Retry_After="nan"), Later(1.0)),
    "too many, soon": (answer(429, b"", Retry_After="soon"), Later(1.0)),
    "too many, a date": (
        answer(429, b"", Date="Sat, 28 Nov 2026 15:00:00 GMT", Retry_After="Sat, 28 Nov 2026 15:00:40 GMT"),
        Later(40.0),
    ),
    "too many, a date alone": (answer(429, b"", Retry_After="Sat, 28 Nov 2026 15:00:40 GMT"), Later(1.0)),
    "no HTTP": (b"220 smtp.example ESMTP\r\n", Unknown),
    "nothing at all": (b"", Unknown),
    "a list": (listed(), None),
    "a list of numbers": (said(200, messages=[1, 2]), None),
    "a list of nothing": (said(200, messages=None), None),
    "a list without its texts": (said(200, total=7, x=1, y=2), None),
    "a text without a sid": (listed(sid=None), None),
    "a text of no date": (listed(date_created="yesterday", date_sent=7), None),
    "a text of many files": (listed(num_media="many"), None),
    "a text with an odd error": (listed(error_code="x"), None),
    "a text with half a character": (listed(body="\ud83d STOP \x00"), None),
    "a next page of no address": (said(200, messages=[TEXT | DATES], next_page_uri=7), None),
}


@contextlib.asynccontextmanager
async def answering(wire: bytes) -> AsyncIterator[tuple[Twilio, list[str]]]:
    """A server that answers each connection with these bytes; the first lines of what it was asked."""
    asked: list[str] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            asked.append((await reader.readuntil(b"\r\n\r\n")).decode().splitlines()[0])
            writer.write(wire)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    opened = Twilio(replace(config.settings(), twilio_api_url=f"http://127.0.0.1:{port}"))
    try:
        yield opened, asked
    finally:
        await opened.close()
        server.close()


@pytest.mark.parametrize("name", ODD)
async def test_whatever_is_answered_to_a_text_has_its_word_and_it_is_asked_once(cast: Cast, name: str) -> None:
    wire, meaning = ODD[name]
    async with answering(wire) as (opened, asked):
        outcome = await opened.send(LISA, NUMBER, "Hi", "http://texts.example/status", 600)
    assert len(asked) == 1
    if isinstance(meaning, type):
        assert isinstance(outcome, meaning)
    elif meaning is not None:
        assert outcome == meaning
    else:
        assert not isinstance(outcome, Sent)


async def all_pages(opened: Twilio) -> list[gateway.Text]:
    return [text async for page in opened.pages_since(OLD) for text in page.texts]


QUESTIONS: dict[str, Callable[[Twilio], Awaitable[Any]]] = {
    "texts between": lambda opened: opened.texts_between(LISA, NUMBER),
    "newest texts": lambda opened: opened.newest_from(NUMBER, OLD),
    "pages": all_pages,
    "texts from": lambda opened: opened.texts_from(NUMBER, OLD),
    "one text": lambda opened: opened.text(SID),
    "files": lambda opened: opened.media_of(SID),
    "numbers": lambda opened: opened.numbers(),
    "a number bought": lambda opened: opened.buy("412", "http://texts.example/"),
    "a number pointed": lambda opened: opened.point_here("PN" + "1" * 32, "http://texts.example/"),
    "a number given back": lambda opened: opened.release("PN" + "1" * 32),
    "a line": lambda opened: opened.line_type(LISA),
    "services": lambda opened: opened.taken_over("http://texts.example/"),
}


@pytest.mark.parametrize("name", ODD)
async def test_whatever_is_answered_to_a_question_is_an_answer_or_a_trouble_we_know(
    cast: Cast, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twilio_http, "TOTAL", 1)
    async with answering(ODD[name][0]) as (opened, _):
        for ask in QUESTIONS.values():
            with contextlib.suppress(*gateway.TROUBLE):
                await ask(opened)
        assert await opened.account_trouble() in (
            credentials.WORKS,
            credentials.WRONG,
            credentials.NOT_ACTIVE,
            credentials.NO_NETWORK,
            credentials.TROUBLE,
        )


async def test_words_of_a_list_can_be_stored(cast: Cast) -> None:
    async with answering(ODD["a text with half a character"][0]) as (opened, _):
        [text] = await all_pages(opened)
    assert text.body == "\ufffd STOP " and text.body.encode()
    assert text.created_at - OLD > timedelta(days=1)
