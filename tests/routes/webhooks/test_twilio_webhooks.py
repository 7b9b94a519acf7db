"""Only Twilio's own webhooks are taken in, and each once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import pytest
from litestar import Litestar
from twilio.request_validator import RequestValidator

from tests.cast import TESTS, Cast
from tests.cast.site import over_asgi
from webapp import clock, config
from webapp.config import Settings
from webapp.gateways import signature
from webapp.models.conversations.message import Message
from webapp.models.opt_outs.opt_out import OptOut
from webapp.models.receiving import applying
from webapp.models.receiving.event import TwilioEvent
from webapp.models.sending.claim import claim_next
from webapp.models.sending.leaving import Claimed
from webapp.simulator import account as simulator

VECTORS = TESTS / "vectors" / "twilio_signature.jsonl"


def rows() -> list[dict]:
    found = [json.loads(line) for line in VECTORS.read_text().split("\n") if line]
    assert len(found) > 70
    return [row for row in found if row["kind"] != "sdk_quirk"]


def test_signatures_are_judged_as_twilio_s_own_validator_judges_them() -> None:
    for row in rows():
        headers = {
            "x-twilio-signature": row["signature"],
            "content-type": row["content_type"] or "",
            **row.get("extra_headers", {}),
        }
        headers = {name.lower(): value for name, value in headers.items()}
        if not headers["content-type"]:
            del headers["content-type"]
        body = (row.get("raw_body") or "").encode()
        judged = signature.valid(row["url"], signature.parameters(body), headers, [row["auth_token"]])
        assert judged is (row["expected"] == "valid"), row["id"]


Calls = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
def twilio_calls(app: Litestar) -> Calls:
    """A Twilio that signs: `await twilio_calls(path, form)`."""

    async def call(path: str, form: dict[str, str], token: str = simulator.TOKEN, sign: str = "") -> httpx.Response:
        url = "http://texts.example" + path
        signed = sign or RequestValidator(token).compute_signature(url, form)
        async with httpx.AsyncClient(
            transport=over_asgi(app, raise_errors=True), base_url="http://elsewhere.internal:9999"
        ) as client:
            return await client.post(path, data=form, headers={"X-Twilio-Signature": signed})

    return call


def inbound(cast: Cast, body: str = "Yes") -> dict[str, str]:
    return {
        "MessageSid": "SM" + "b" * 32,
        "From": cast.lisa.phone,
        "To": cast.number.e164,
        "Body": body,
        "NumMedia": "0",
        "Extra": "",
    }


async def test_a_signed_text_is_stored_and_answered_with_nothing_to_say(cast: Cast, twilio_calls: Calls) -> None:
    answer = await twilio_calls("/webhooks/twilio/inbound", inbound(cast))
    assert answer.status_code == 200 and "<Response></Response>" in answer.text
    assert answer.headers["content-type"].startswith("application/xml")
    assert (await Message.get(direction="in")).body == "Yes"


@pytest.mark.parametrize("sign", ["forged", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="])
async def test_a_forged_webhook_stores_nothing(cast: Cast, twilio_calls: Calls, sign: str) -> None:
    answer = await twilio_calls("/webhooks/twilio/inbound", inbound(cast, "STOP"), sign=sign)
    assert answer.status_code == 403
    assert await TwilioEvent.all().count() == 0 and await Message.all().count() == 0


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "text/plain", ""])
async def test_what_is_no_form_is_refused_whoever_signed_it(cast: Cast, app: Litestar, kind: str) -> None:
    body = b'{"Body": "STOP"}'
    digest = hashlib.sha256(body).hexdigest()
    path = f"/webhooks/twilio/inbound?bodySHA256={digest}"
    chosen = config.settings()
    signed = RequestValidator(chosen.twilio_auth_token).compute_signature(chosen.url(path), {})
    async with httpx.AsyncClient(transport=over_asgi(app, raise_errors=True), base_url="http://x.internal") as client:
        answer = await client.post(path, content=body, headers={"X-Twilio-Signature": signed, "content-type": kind})
    assert answer.status_code == 403 and await TwilioEvent.all().count() == 0


async def test_the_same_webhook_twice_is_one_text(cast: Cast, twilio_calls: Calls) -> None:
    for _ in range(2):
        assert (await twilio_calls("/webhooks/twilio/inbound", inbound(cast))).status_code == 200
    assert await Message.all().count() == 1


async def test_a_text_without_an_id_of_its_own_is_refused_and_nothing_is_stored(
    cast: Cast, twilio_calls: Calls
) -> None:
    """Two without one, or with ids that are alike where they are cut, would be taken as one text (X5)."""
    for sid in ("", " ", "S" * 40, "SM\x00", "SM 1"):
        for path in ("inbound", "status"):
            form = {**inbound(cast, "STOP"), "MessageSid": sid, "MessageStatus": "sent"}
            assert (await twilio_calls(f"/webhooks/twilio/{path}", form)).status_code == 400, sid
    assert await TwilioEvent.all().count() == 0
    old = {name: value for name, value in inbound(cast).items() if name != "MessageSid"} | {"SmsSid": "SM" + "e" * 32}
    assert (await twilio_calls("/webhooks/twilio/inbound", old)).status_code == 200
    assert await Message.all().count() == 1


async def test_the_token_before_is_accepted_while_one_is_rotated(cast: Cast, twilio_calls: Calls) -> None:
    now = config.settings()
    config.use(Settings(**{**now.__dict__, "twilio_auth_token": "new", "twilio_auth_token_previous": simulator.TOKEN}))
    assert (await twilio_calls("/webhooks/twilio/inbound", inbound(cast))).status_code == 200
    assert (
        await twilio_calls("/webhooks/twilio/inbound", {**inbound(cast), "MessageSid": "SM" + "c" * 32}, token="new")
    ).status_code == 200


async def test_a_status_names_its_text_by_the_address(cast: Cast, twilio_calls: Calls) -> None:

    await cast.start(cast.amy)
    await cast.click(cast.amy)
    claim = await claim_next(cast.number.id)
    assert isinstance(claim, Claimed)
    form = {"MessageSid": "SM" + "d" * 32, "MessageStatus": "delivered", "To": cast.lisa.phone}
    assert (await twilio_calls(f"/webhooks/twilio/status?message={claim.public_id}", form)).status_code == 200
    message = await Message.get(id=claim.message_id)
    assert (message.status, message.delivery, message.sid) == ("taken", "delivered", "SM" + "d" * 32)


async def test_a_webhook_that_can_not_be_applied_yet_is_kept_for_the_sweep(
    cast: Cast, twilio_calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:

    async def broken(_: object) -> None:
        raise RuntimeError("not now")

    monkeypatch.setattr(applying, "apply", broken)
    assert (await twilio_calls("/webhooks/twilio/inbound", inbound(cast, "STOP"))).status_code == 200
    monkeypatch.undo()
    clock.freeze(clock.now() + timedelta(seconds=2))
    [event] = await applying.waiting()
    await applying.apply(event)

    assert await OptOut.exists(phone=cast.lisa.phone)
