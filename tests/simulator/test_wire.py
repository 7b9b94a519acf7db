"""The simulator answers as the published API does, and never runs beside a real account."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import pytest
from aiohttp import web
from twilio.request_validator import RequestValidator

from tests.cast import Cast
from tests.cast.stand_ins.simulated import Simulated
from tests.cast.waiting import until
from webapp.simulator import main as simulator
from webapp.simulator import personas, wire
from webapp.simulator.account import ACCOUNT, TOKEN
from webapp.simulator.store import IN, OUT

WIRE = json.loads((Path(__file__).parents[1] / "vectors" / "sdk_wire.json").read_text())
ROOT = f"/2010-04-01/Accounts/{ACCOUNT}"
AUTH = (ACCOUNT, TOKEN)
MESSAGE_KEYS = {
    "body",
    "num_segments",
    "direction",
    "from",
    "to",
    "date_updated",
    "price",
    "error_message",
    "uri",
    "account_sid",
    "num_media",
    "status",
    "messaging_service_sid",
    "sid",
    "date_sent",
    "date_created",
    "error_code",
    "price_unit",
    "api_version",
    "subresource_uris",
}
PAGE_KEYS = {
    "end",
    "first_page_uri",
    "next_page_uri",
    "page",
    "page_size",
    "previous_page_uri",
    "start",
    "uri",
    "messages",
}


async def test_a_created_message_has_every_key_in_twilio_s_types(cast: Cast, twilio: Simulated) -> None:
    twilio.carrier.store.add_number("+14125550188")
    form = {"To": "+14125550101", "From": "+14125550188", "Body": "Hola ñ 👍"}
    answer = await twilio.post(ROOT + "/Messages.json", data=form, auth=AUTH)
    assert answer.status_code == 201
    told = answer.json()
    assert set(told) == MESSAGE_KEYS
    assert (told["num_segments"], told["num_media"], told["error_code"], told["price"]) == ("1", "0", None, None)
    assert (
        re.fullmatch(r"SM[0-9a-f]{32}", told["sid"])
        and told["status"] == "queued"
        and told["direction"] == "outbound-api"
    )
    assert parsedate_to_datetime(told["date_created"]).tzinfo
    listed = (await twilio.get(ROOT + "/Messages.json", auth=AUTH)).json()
    assert set(listed) == PAGE_KEYS and listed["messages"][0]["sid"] == told["sid"]


@pytest.mark.parametrize(("auth", "code", "status"), [((ACCOUNT, "wrong"), 20003, 401), (AUTH, 20404, 404)])
async def test_errors_have_code_message_more_info_and_status(
    cast: Cast, twilio: Simulated, auth: tuple, code: int, status: int
) -> None:
    answer = await twilio.get(f"{ROOT}/Messages/SM{'0' * 32}.json", auth=auth)
    assert answer.status_code == status
    assert set(answer.json()) == {"code", "message", "more_info", "status"} and answer.json()["code"] == code


async def test_429_says_when_to_come_back(cast: Cast, twilio: Simulated) -> None:
    await twilio.post("/simulator/faults", json={"do": "429", "seconds": 0.5})
    answer = await twilio.post(ROOT + "/Messages.json", data={"To": "+14125550101"}, auth=AUTH)
    assert answer.status_code == 429 and answer.headers["retry-after"] == "0.5"


@pytest.mark.parametrize(
    "row",
    [r for r in WIRE if "Messages.json" in r["path"] and r["method"] == "POST"][:6],
    ids=lambda r: r["raw_body"][:30],
)
async def test_what_the_sdk_really_puts_on_the_wire_is_understood(cast: Cast, twilio: Simulated, row: dict) -> None:
    twilio.carrier.store.add_number("+13125550199")
    answer = await twilio.post(
        ROOT + "/Messages.json", content=row["raw_body"], headers={"content-type": row["content_type"]}, auth=AUTH
    )
    form = dict(row["form"])
    assert answer.status_code == (201 if form.get("From") == "+13125550199" else 400), answer.text


@dataclass
class Webhooks:
    """A site that takes what the simulator tells it. ``signed``: was each signed as Twilio signs?"""

    url: str = ""
    came: list[dict[str, str]] = field(default_factory=list)
    signed: list[bool] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        signature = request.headers["X-Twilio-Signature"]
        self.came.append(form)
        self.signed.append(RequestValidator(TOKEN).validate(str(request.url), form, signature))
        return web.Response()


@pytest.fixture
async def webhooks() -> AsyncIterator[Webhooks]:
    made, site = Webhooks(), web.Application()
    site.router.add_post("/{room}", made.take)
    runner = web.AppRunner(site, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, shutdown_timeout=0.2).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


async def test_webhooks_are_signed_and_tell_the_whole_life(cast: Cast, twilio: Simulated, webhooks: Webhooks) -> None:
    carrier = twilio.carrier
    carrier.store.add_number("+14125550188", webhooks.url + "/in")
    form = {"To": "+14125550101", "From": "+14125550188", "Body": "Hi", "StatusCallback": webhooks.url + "/s"}
    await twilio.post(ROOT + "/Messages.json", data=form, auth=AUTH)
    await until(lambda: len(webhooks.came) == 2)
    assert [told["MessageStatus"] for told in webhooks.came] == ["sent", "delivered"]
    await carrier.receive("+14125550101", "+14125550188", "Yes")
    assert webhooks.came[2]["Body"] == "Yes" and webhooks.came[2]["NumMedia"] == "0"
    assert webhooks.signed == [True] * 3


@pytest.mark.parametrize(
    ("fault", "statuses"),
    [
        ({"do": "fail", "code": 30003}, ["sent", "undelivered"]),
        ({"do": "lost"}, []),
        ({"do": "doubled"}, ["sent", "sent", "delivered", "delivered"]),
        ({"do": "reordered"}, ["delivered", "sent"]),
        ({"do": "before_answer"}, ["sent", "sent", "delivered"]),
        ({"do": "late", "seconds": 0.1}, ["sent", "delivered"]),
    ],
)
async def test_callbacks_go_wrong_as_told(
    cast: Cast, twilio: Simulated, webhooks: Webhooks, fault: dict, statuses: list[str]
) -> None:
    carrier = twilio.carrier
    carrier.store.add_number("+14125550188")
    await twilio.post("/simulator/faults", json=fault)
    form = {"To": "+14125550101", "From": "+14125550188", "Body": "Hi", "StatusCallback": webhooks.url + "/s"}
    sid = (await twilio.post(ROOT + "/Messages.json", data=form, auth=AUTH)).json()["sid"]
    await until(lambda: (text := carrier.store.get(sid)) and text.status.endswith("delivered") and carrier.idle)
    assert [told["MessageStatus"] for told in webhooks.came] == statuses


@pytest.mark.parametrize(
    ("environ", "refused"),
    [
        ({}, False),
        ({"TEXTBANK_TWILIO_ACCOUNT_SID": ACCOUNT, "TEXTBANK_TWILIO_API_URL": "http://127.0.0.1:1"}, False),
        ({"TEXTBANK_TWILIO_ACCOUNT_SID": "AC" + "9" * 32}, True),
        ({"TEXTBANK_TWILIO_API_URL": "https://api.twilio.example"}, True),
    ],
)
def test_it_refuses_to_start_beside_real_credentials(environ: dict, refused: bool) -> None:
    assert bool(simulator.refuse_beside_real_credentials(environ)) is refused


def test_a_persona_is_the_same_person_for_the_same_phone() -> None:
    names = {personas.of(f"+1412555{n:04}").name for n in range(1000)}
    assert names == {persona.name for persona in personas.PERSONAS}
    assert sum(persona.share for persona in personas.PERSONAS) == 100
    stopper = next(f"+1412555{n:04}" for n in range(1000) if personas.of(f"+1412555{n:04}").name == "STOP")
    assert personas.answer(stopper, 0, 1) == "STOP" and personas.answer(stopper, 1, 2) == ""


@pytest.mark.parametrize(("text", "segments"), [("", 1), ("a" * 160, 1), ("a" * 161, 2), ("á" * 71, 2)])
def test_segments_are_counted_with_another_library(text: str, segments: int) -> None:
    assert wire.segments(text) == segments


async def test_the_phones_page_answers_as_a_contact(cast: Cast, twilio: Simulated) -> None:
    assert "No phone has received a text yet" in (await twilio.get("/phones")).text
    twilio.carrier.store.add_number("+14125550188")
    await twilio.post(
        ROOT + "/Messages.json",
        data={"To": "+14125550101", "From": "+14125550188", "Body": "Hi <b>Lisa</b>"},
        auth=AUTH,
    )
    page = (await twilio.get("/phones/+14125550101")).text
    assert "Hi &lt;b&gt;Lisa&lt;/b&gt;" in page
    answer = await twilio.post("/phones/+14125550101/replies", data={"body": "Yes!"})
    assert answer.status_code == 303
    assert "Yes!" in (await twilio.get("/phones")).text


async def test_another_site_can_not_answer_as_a_contact(cast: Cast, twilio: Simulated) -> None:
    answer = await twilio.post("/personas", data={"on": "1"}, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403


async def test_messages_are_listed_newest_first_by_the_date_sent_and_pages_go_on_where_they_ended(
    cast: Cast, twilio: Simulated
) -> None:
    store = twilio.carrier.store
    sids = [store.add(OUT, "+14125550188", "+14125550101", f"{n}", 1).sid for n in range(5)]
    for sid in (*sids[1:], sids[0]):  # the first one waited
        store.clock.go_ahead(60)
        store.advance(sid, "sent")
    listed: list[str] = []
    since = (store.clock.now() - timedelta(seconds=210)).isoformat()  # 3.5 minutes: the texts before are not asked for
    address: str | None = str(httpx.URL(ROOT + "/Messages.json", params={"DateSent>": since, "PageSize": 2}))
    while address:
        page = (await twilio.get(address, auth=AUTH)).json()
        listed += [message["sid"] for message in page["messages"]]
        address = page["next_page_uri"]
        store.add(IN, "+14125550101", "+14125550188", "comes in between", 1)
    assert listed == [sids[0], sids[4], sids[3], sids[2]]
