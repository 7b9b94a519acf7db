"""A mail server and a push service that listen here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.cast import Cast
from tests.cast.stand_ins.letters import Post, mail_at
from tests.cast.stand_ins.push_service import PushService, push_service
from tests.cast.waiting import free_port
from webapp.gateways import push


@pytest.fixture
def mailbox(cast: Cast) -> Iterator[Post]:
    port = free_port()
    box = Post(port)
    box.start()
    mail_at(f"smtp://127.0.0.1:{port}")
    yield box
    box.stop()


@pytest.fixture
async def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PushService]:
    """Every push of the worker comes here."""
    real = push.opened
    async with push_service(tmp_path) as started:

        @asynccontextmanager
        async def opened() -> AsyncIterator[aiohttp.ClientSession]:
            async with real(started.connector()) as session:
                yield session

        monkeypatch.setattr(push, "opened", opened)
        yield started
