"""The campaign's dashboard, and the same few numbers on My Campaigns (SPEC R6)."""

from __future__ import annotations

import re
from datetime import timedelta

from tests.cast import Cast
from tests.cast.site import OFFICE, PARTIAL, Browser, here
from tests.cast.texting import clicked, new_sid, says, texted
from webapp import clock, queue
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import OWNER, Membership
from webapp.models.actions.action import DRAFT, Action
from webapp.models.numbers.number import change_number
from webapp.models.outcomes import answers
from webapp.models.sending.claim import claim_next
from webapp.models.sending.leaving import Claimed


def words(page: str) -> str:
    """The text of the page, in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.split("<main", 1)[-1]).split())


async def test_the_dashboard_says_how_each_running_action_goes_and_links_to_the_rows(
    cast: Cast, browse: Browser
) -> None:
    await cast.add_contact("+14125550102", first_name="Mike", zip="15213")
    await cast.make()
    await texted(cast)
    await says(cast, "Yes!")
    gary = await browse(cast.gary)
    page = (await gary.get(OFFICE)).text
    assert "1 of 2" in words(page) and "$0.01" in words(page)
    rows = f"{OFFICE}/contacts?action={cast.action.id}&amp;attention=yes"
    assert rows in page, "exactly the people who wait"
    assert "Lisa" in (await gary.get(rows.replace("&amp;", "&"))).text
    await says(cast, "STOP")
    assert "1 100.0 %" in words((await gary.get(OFFICE)).text), "opt-outs and their rate"


async def test_nobody_is_missing_from_the_people_of_an_action_while_their_text_waits(
    cast: Cast, browse: Browser
) -> None:
    await cast.add_contact("+14125550102", first_name="Mike", zip="15213")
    await cast.make()
    await clicked(cast)
    gary = await browse(cast.gary)
    for page in (OFFICE, OFFICE + "/actions"):
        assert "0 of 2" in words((await gary.get(page)).text), page
    shown = words((await gary.get(f"{here(cast)}/results")).text)
    assert "may be. 1 first text waits to be sent." in shown and "Texted, or still to be 2 100.0 %" in shown
    claim = await claim_next(cast.number.id)
    assert isinstance(claim, Claimed)
    await answers.taken(claim.message_id, new_sid(), claim.attempt_id)
    for page in (OFFICE, OFFICE + "/actions"):
        assert "1 of 2" in words((await gary.get(page)).text), page
    shown = words((await gary.get(f"{here(cast)}/results")).text)
    assert "waits to be sent" not in shown and "Texted, or still to be 2 100.0 %" in shown


async def test_only_what_runs_is_running(cast: Cast, browse: Browser) -> None:
    await transaction(lambda: Action.create(campaign=cast.meyer, title="A draft", state=DRAFT, created_at=clock.now()))
    yesterday = clock.now().date() - timedelta(days=1)
    await transaction(
        lambda: Action.create(
            campaign=cast.meyer, title="Over", state="public", ends_on=yesterday, created_at=clock.now()
        )
    )
    shown = words((await (await browse(cast.gary)).get(OFFICE)).text)
    assert "Make a plan to vote" in shown and "A draft" not in shown and "Over" not in shown


async def test_the_dashboard_says_what_numbers_and_the_worker_do(cast: Cast, browse: Browser) -> None:
    await queue.note_worker()
    gary = await browse(cast.gary)
    await clicked(cast)
    shown = words((await gary.get(OFFICE)).text)
    assert "Waiting to be sent 1" in shown and "take new contacts 1 of 1" in shown and "sends runs" in shown
    await change_number(cast.number, paused_at=clock.now())
    await queue.pool().delete(queue.WORKER)
    shown = words((await gary.get(OFFICE)).text)
    assert "take new contacts 0 of 1 1 is paused" in shown and "sends is away" in shown


async def test_spend_stands_beside_its_caps(cast: Cast, browse: Browser) -> None:
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(daily_cap=500_000))
    await transaction(lambda: Action.filter(id=cast.action.id).update(daily_cap=400_000))
    await texted(cast)
    shown = words((await (await browse(cast.gary)).get(OFFICE)).text)
    assert "$0.01 of $40.00" in shown and "Spent today $0.01 of $50.00" in shown
    assert "Nov 24 1 1 $0.01" in shown and "Make a plan to vote 1 1 $0.01" in shown, "by day and by action"


async def test_the_part_that_changes_is_asked_for_when_counts_move(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    part = (await gary.get(OFFICE, headers=PARTIAL)).text
    assert part.startswith("<div") and "counts-changed from:#live" in part and "last 7 days" not in part
    assert "every 60s" in part and "every 5s" not in part


async def test_before_the_first_action_the_office_opens_with_what_is_left_to_do(cast: Cast, browse: Browser) -> None:
    jonah = await browse(cast.jonah)
    assert (await jonah.get("/c/ryan/admin")).headers["location"] == "/c/ryan/admin/actions"
    assert (await jonah.get(OFFICE)).status_code == 404, "another campaign's"
    assert (await (await browse(cast.amy)).get(OFFICE)).status_code == 404, "a volunteer"
    assert "/login" in (await (await browse()).get(OFFICE)).headers["location"]
    assert (await (await browse(cast.gary)).post(OFFICE)).status_code == 405


async def test_my_campaigns_has_the_same_numbers_of_each_campaign_for_its_staff(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "Yes!")
    await transaction(lambda: Membership.join(cast.gary.user, cast.ryan, OWNER, "15213"))
    shown = words((await (await browse(cast.gary)).get("/campaigns")).text)
    assert "1 action running, 0 left to text, spent today $0.01 1 Needs Attention" in shown
    assert "0 actions running, 0 left to text, spent today $0.00" in shown
    assert "running" not in words((await (await browse(cast.amy)).get("/campaigns")).text), "a volunteer sees none"


async def test_my_campaigns_keeps_numbers_from_a_login_without_the_second_step(cast: Cast, browse: Browser) -> None:
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(second_step_needed=True))
    assert "running" not in words((await (await browse(cast.gary)).get("/campaigns")).text)
