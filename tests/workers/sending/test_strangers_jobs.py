"""Anything else that texts by our numbers is noticed within two minutes: a copy of this installation, or a program (SPEC X2)."""

from __future__ import annotations

import pytest

from tests.cast import Cast, texts
from tests.cast.stand_ins.simulated import Simulated
from tests.cast.stand_ins.strangers import DORA, left, stopped
from tests.cast.texting import clicked
from webapp import clock
from webapp.database import transaction
from webapp.gateways.twilio import Twilio
from webapp.models.accounts.audit import AuditEvent
from webapp.models.accounts.campaign import Campaign
from webapp.models.conversations.message import SENDING, UNKNOWN, Message
from webapp.workers.sending import draining


@pytest.mark.both
async def test_a_text_by_our_number_that_no_row_is_about_stops_everything(
    cast: Cast, gateway: Twilio, twilio: Simulated
) -> None:
    left(twilio, cast.number.e164, DORA, "Hi Dora")
    assert await stopped(gateway)


@pytest.mark.both
@pytest.mark.parametrize("attempts", [SENDING, UNKNOWN, "taken"])
async def test_our_own_texts_stop_nothing_whatever_is_known_of_them(
    cast: Cast, gateway: Twilio, twilio: Simulated, attempts: str
) -> None:
    await clicked(cast)
    await draining.drain({"twilio": gateway}, cast.number.id)
    [message] = await texts()
    assert message.sid
    at = clock.now().timestamp() - 90
    twilio.carrier.store.db.execute("UPDATE message SET created = ?, sent = ?", (at, at))
    if attempts != "taken":
        await transaction(lambda: Message.filter(id=message.id).update(status=attempts, sid=None))
    assert not await stopped(gateway)
    left(twilio, cast.number.e164, cast.lisa.phone, "Other words")
    assert await stopped(gateway)


@pytest.mark.parametrize(
    ("what", "more"),
    [
        ("of another number of the account", {"number": "+14125550177"}),
        ("of a moment ago, and recorded at this moment", {"ago": 30}),
        ("from before the number was ours", {"ago": 7200}),
        ("by Twilio itself, after a STOP", {"direction": "outbound-reply"}),
        ("that failed", {"status": "undelivered"}),
    ],
)
async def test_texts_that_mean_nothing_stop_nothing(
    cast: Cast, gateway: Twilio, twilio: Simulated, what: str, more: dict
) -> None:
    left(twilio, **{"number": cast.number.e164, "phone": DORA, "words": "Hi", **more})
    assert not await stopped(gateway), what


@pytest.mark.both
async def test_the_audit_log_and_the_log_say_which_text_by_which_number_and_when(
    cast: Cast, gateway: Twilio, twilio: Simulated, caplog: pytest.LogCaptureFixture
) -> None:
    sid = left(twilio, cast.number.e164, DORA, "Hi Dora")
    assert await stopped(gateway)
    noted = await AuditEvent.filter(what="campaign.restored")
    assert len(noted) == await Campaign.all().count()
    assert {(row.detail["text"], row.detail["number"]) for row in noted} == {(sid, cast.number.e164)}
    assert all(row.detail["left"].startswith(f"{clock.now():%Y-%m-}") for row in noted)
    assert sid in caplog.text and cast.number.e164 in caplog.text and DORA not in caplog.text


async def test_a_drain_that_finds_such_a_text_says_so_too(
    cast: Cast, gateway: Twilio, twilio: Simulated, caplog: pytest.LogCaptureFixture
) -> None:
    sid = left(twilio, cast.number.e164, DORA, "Hi Dora", ago=0)
    await clicked(cast)
    await draining.drain({"twilio": gateway}, cast.number.id)
    [noted] = await AuditEvent.filter(what="campaign.restored", campaign=cast.meyer)
    assert (noted.detail["text"], noted.detail["number"]) == (sid, cast.number.e164)
    assert sid in caplog.text and cast.number.e164 in caplog.text
