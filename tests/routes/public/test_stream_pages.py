"""The stream of an open page: whose news it hears."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection

from litestar import Litestar

from tests.cast import Cast, suspend
from tests.cast.site import Browser
from webapp import clock
from webapp.database import transaction
from webapp.live import ACCESS_CHANGED, COUNTS, News
from webapp.models.accounts.users import Membership


class Hub:
    """Notes for whom it is asked to listen, and tells these news, COUNTS alone where none are given."""

    def __init__(self, *news: News) -> None:
        self.asked: list[tuple[int, list[int]]] = []
        self.news = news or (COUNTS,)

    async def listen(self, user_id: int, campaigns: Collection[int] = ()) -> AsyncIterator[News]:
        self.asked.append((user_id, list(campaigns)))
        for one in self.news:
            yield one


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


async def test_a_stream_ends_where_what_its_user_may_see_is_another_and_the_next_hears_that_alone(
    cast: Cast, app: Litestar, browse: Browser
) -> None:
    """Else Gary, who is suspended, would hear of the campaign's counts until he closes the page."""
    app.state.hub = hub = Hub(COUNTS, News(ACCESS_CHANGED), COUNTS)
    gary = await browse(cast.gary)
    text = (await gary.get("/live")).text
    assert text.count("counts-changed") == 1 and text.rstrip().endswith("data: 0") and ACCESS_CHANGED in text
    await suspend(cast.gary)
    await gary.get("/live")
    assert [campaigns for _, campaigns in hub.asked] == [[cast.meyer.id], []]
