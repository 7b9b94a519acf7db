"""A machine that was put back asks Twilio before it texts (SPEC X2)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cast import Cast, texts
from tests.cast.database.backups import back_up, restore
from tests.cast.stand_ins.simulated import Simulated
from tests.cast.stand_ins.twilio import Quick
from tests.cast.texting import clicked
from webapp import queue
from webapp.gateways.twilio import Twilio
from webapp.models.accounts.campaign import Campaign
from webapp.models.conversations.message import Message
from webapp.models.outcomes import sent_notes, witness
from webapp.rules import errors
from webapp.simulator.store import OUT
from webapp.workers.sending import draining


async def test_a_whole_machine_put_back_texts_nobody_again(
    cast: Cast, gateway: Twilio, twilio: Simulated, tmp_path: Path
) -> None:
    """Database and data directory are from before the text, and the worker is a new process."""
    await _texted_and_put_back(cast, gateway, tmp_path)
    await draining.drain({"twilio": gateway}, cast.number.id)
    assert len((await twilio.get("/simulator/messages")).json()) == 1
    assert (await Campaign.get(id=cast.meyer.id)).stopped_code == errors.RESTORED
    assert [message.status for message in await texts()] == ["queued"]


@pytest.mark.parametrize("newest", ["Twilio's own answers", "texts that failed"])
async def test_the_witness_is_heard_however_many_texts_hide_the_newest_that_arrived(
    cast: Cast, gateway: Twilio, twilio: Simulated, tmp_path: Path, newest: str
) -> None:
    """Twilio confirms each STOP by itself, and fifty people wrote STOP; or fifty texts reached nobody."""
    await _texted_and_put_back(cast, gateway, tmp_path)
    store, failed = twilio.carrier.store, newest == "texts that failed"
    for n in range(50):
        text = store.add(OUT if failed else "outbound-reply", cast.number.e164, f"+1412555{5000 + n}", "Good bye.", 1)
        store.advance(text.sid, *(("undelivered", 30005) if failed else ("sent",)))
    await draining.drain({"twilio": gateway}, cast.number.id)
    assert len([t for t in (await twilio.get("/simulator/messages")).json() if t["to"] == cast.lisa.phone]) == 1
    assert (await Campaign.get(id=cast.meyer.id)).stopped_code == errors.RESTORED


async def test_without_its_witness_such_a_machine_would_text_lisa_again(
    cast: Cast, gateway: Twilio, twilio: Simulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def knows_all(*_: object) -> None:
        return None

    monkeypatch.setattr(witness, "unknown_text", knows_all)
    await _texted_and_put_back(cast, gateway, tmp_path)
    await draining.drain({"twilio": gateway}, cast.number.id)
    assert len((await twilio.get("/simulator/messages")).json()) == 2


async def _texted_and_put_back(cast: Cast, gateway: Twilio, folder: Path) -> None:
    copy = await back_up(folder)
    await clicked(cast)
    await draining.drain({"twilio": gateway}, cast.number.id)
    assert [message.status for message in await texts()] == ["taken"]
    await restore(copy)
    sent_notes.forget()
    assert not await Message.exists()
    await clicked(cast)


class Elsewhere(Quick):
    """Its clock says that ours is so many seconds ahead."""

    def __init__(self, ahead: float) -> None:
        super().__init__()
        self.seconds = ahead

    def ahead(self) -> float | None:
        return self.seconds


@pytest.mark.both
@pytest.mark.parametrize(("ahead", "leaves"), [(0.0, True), (250.0, True), (400.0, False), (-4000.0, False)])
async def test_by_a_clock_that_is_five_minutes_off_nothing_is_claimed(cast: Cast, ahead: float, leaves: bool) -> None:
    """The machine's clock on SQLite, the database server's on PostgreSQL."""
    await clicked(cast)
    gateway = Elsewhere(ahead)
    await draining.drain({"twilio": gateway}, cast.number.id)
    assert len(gateway.sent) == int(leaves)
    gateway.seconds = 0.0
    await draining.drain({"twilio": gateway}, cast.number.id)
    assert len(gateway.sent) == 1, "and goes on once the clock is right"


@pytest.mark.both
async def test_the_sweep_notes_how_far_the_clock_is_off(cast: Cast) -> None:
    await draining.sweep({"twilio": Elsewhere(75.0)})
    signs = await queue.signs()
    assert signs.worker and signs.ahead == 75.0
