"""Stop Everything, and who lets texts go again."""

from __future__ import annotations

import httpx
import pytest

from tests.cast import Cast
from tests.cast.site import OFFICE, Browser, audited, form_of
from tests.cast.waiting import until
from webapp import clock, news
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.outcomes import restoring


async def start_again(browser: httpx.AsyncClient) -> httpx.Response:
    page = (await browser.get(OFFICE + "/setup")).text
    return await browser.post(OFFICE + "/stop/end", data=form_of(page, OFFICE + "/stop/end"))


async def test_stop_everything_and_start_again(
    cast: Cast, browse: Browser, queues_told: list[tuple[set[int], int]]
) -> None:
    gary = await browse(cast.gary)
    await cast.start(cast.amy)
    async with news.commits_told():
        await gary.post(OFFICE + "/stop")
        await until(lambda: len(queues_told) == 1)
    assert "All texts are stopped" in (await gary.get(OFFICE + "/setup")).text
    await start_again(gary)
    assert "All texts are stopped" not in (await gary.get(OFFICE + "/setup")).text
    assert queues_told == [({cast.amy.user_id}, 0)] * 2, "open decks hear of both"
    assert await audited("campaign.stopped") == await audited("campaign.started_again") == 1


async def test_after_a_restore_only_an_owner_lets_texts_go_and_only_once_it_is_reconciled(
    cast: Cast, browse: Browser
) -> None:
    selina, gary = await browse(cast.selina), await browse(cast.gary)
    await restoring.stop_all()
    refused = await start_again(selina)
    assert refused.status_code == 409 and "textbank doctor --after-restore" in refused.text
    await restoring.reconciled()
    refused = await start_again(gary)
    assert refused.status_code == 409 and "only an owner" in refused.text
    assert (await start_again(selina)).status_code == 303
    assert (await Campaign.get(id=cast.meyer.id)).stopped_at is None


async def test_stop_everything_does_not_end_the_stop_of_a_restore(cast: Cast, browse: Browser) -> None:
    """Gary, an admin, presses Stop Everything (which is no harm, it seems), then lets texts go."""
    gary = await browse(cast.gary)
    await restoring.stop_all()
    await gary.post("/c/meyer/admin/stop")
    await start_again(gary)
    assert (await Campaign.get(id=cast.meyer.id)).stopped_at, "nothing was reconciled, and no owner went on"


@pytest.mark.both
async def test_start_again_on_an_old_page_ends_no_later_stop(cast: Cast, browse: Browser) -> None:
    """Twilio's refusal stopped everything; Selina started again, then stopped everything because of a wrong script."""
    stopped = {"stopped_at": clock.now(), "stopped_code": 30034}
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(**stopped))
    gary, selina = await browse(cast.gary), await browse(cast.selina)
    old = form_of((await gary.get(OFFICE + "/setup")).text, OFFICE + "/stop/end")
    assert (await start_again(selina)).status_code == 303
    await selina.post(OFFICE + "/stop")
    for form in (old, {}):
        answer = await gary.post(OFFICE + "/stop/end", data=form)
        assert answer.status_code == 409 and "Everything was stopped again after the page was opened" in answer.text
        assert "No text is sent until someone presses Start again." in answer.text, "what stopped it since"
        assert (await Campaign.get(id=cast.meyer.id)).stopped_at
    assert (await start_again(gary)).status_code == 303
    assert (await Campaign.get(id=cast.meyer.id)).stopped_at is None
