"""What runs by the clock asks questions that both databases understand."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.texting import says, texted
from webapp.models.outcomes import restoring
from webapp.workers import settings

JOBS = {job.coroutine.__qualname__: job.coroutine for job in settings.CLOCKWORK}


@pytest.mark.both
@pytest.mark.parametrize("name", sorted(JOBS))
async def test_a_job_of_the_clockwork_runs_to_its_end(cast: Cast, ctx: dict, name: str) -> None:
    await texted(cast)
    await says(cast, "take me off your list")
    await JOBS[name](ctx)


@pytest.mark.both
async def test_the_newest_claim_is_read(cast: Cast) -> None:
    assert await restoring.newest_claim() is None
