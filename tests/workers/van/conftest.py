"""A campaign that sends to VAN."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.van import connects, maps_all
from webapp.simulator.van.store import Store


@pytest.fixture
async def ready(cast: Cast, van: Store) -> Store:
    await connects(cast)
    await maps_all(cast)
    return van
