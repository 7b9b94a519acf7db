"""A hub of live news, and a page that listens."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from tests.cast import Cast
from webapp.live import Hub, News


@pytest.fixture
async def hub(cast: Cast):  # type: ignore[no-untyped-def]
    made = Hub()
    made.start()
    yield made
    await made.stop()


async def listen(hub: Hub, user_id: int, got: list[News | None], campaigns: Collection[int] = ()) -> None:
    async for told in hub.listen(user_id, campaigns):
        got.append(told)
