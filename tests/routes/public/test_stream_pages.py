"""The stream of an open page: whose news it hears."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection

from litestar import Litestar

from tests.cast import Cast, suspend
from tests.cast.site import Browser
from webapp import clock
from webapp.database import transaction
from webapp.live import COUNTS, News
from webapp.models.accounts.users import Membership


class Hub:
    """Notes for whom it is asked to listen, and tells one piece of news."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, list[int]]] = []

    async def listen(self, user_id: int, campaigns: Collection[int] = ()) -> AsyncIterator[News]:
        self.asked.append((user_id, list(campaigns)))
        yield COUNTS


async def test_only_the_staff_of_a_campaign_hear_that_its_counts_changed(
    cast: Cast, app: Litestar, browse: Browser
) -> None:
    app.state.hub = hub = Hub()
    for member in (cast.gary, cast.amy):
        answer = await (await browse(member)).get("/live")
        assert "event: counts-changed" in answer.text
    gary = await browse(cast.gary)
    await suspend(cast.gary)
    await gary.get("/live")
    assert hub.asked == [(cast.gary.user_id, [cast.meyer.id]), (cast.amy.user_id, []), (cast.gary.user_id, [])]
    assert (await (await browse()).get("/live")).status_code == 401 and len(hub.asked) == 3


async def test_whoever_was_removed_hears_no_counts_of_that_campaign(cast: Cast, app: Litestar, browse: Browser) -> None:
    app.state.hub = hub = Hub()
    gary = await browse(cast.gary)
    await transaction(lambda: Membership.filter(id=cast.gary.id).update(removed_at=clock.now()))
    await gary.get("/live")
    assert hub.asked == [(cast.gary.user_id, [])]
