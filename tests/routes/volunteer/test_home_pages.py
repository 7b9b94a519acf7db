"""Home: what is open, and why it is not (SPEC V2)."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.database.plans import statements
from tests.cast.site import Browser
from tests.cast.texting import says, texted
from webapp import clock, database
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import User
from webapp.models.actions.action import DRAFT, PRIVATE, Action, ActionUser
from webapp.models.actions.script import INITIAL, Script
from webapp.models.conversations.buckets import Bucket


async def test_home_shows_what_is_open_and_counts_it_as_sent(cast: Cast, browse: Browser) -> None:
    page = await (await browse(cast.amy)).get("/c/meyer/")
    assert "Make a plan to vote" in page.text and "1 person left" in page.text
    assert await ActionUser.filter(user=cast.amy.user).count() == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [({"credentials_ok": False}, "still being set up"), ({"stopped_at": "now"}, "texts are stopped")],
)
async def test_start_is_refused_with_the_reason(cast: Cast, browse: Browser, change: dict, words: str) -> None:
    values = {k: clock.now() if v == "now" else v for k, v in change.items()}
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(**values))
    answer = await (await browse(cast.amy)).post(f"/c/meyer/actions/{cast.action.id}/buckets")
    assert answer.status_code == 409 and words in answer.text


@pytest.mark.both
async def test_a_press_of_start_costs_two_round_trips(cast: Cast, browse: Browser) -> None:
    """On PostgreSQL: the login with what is read, and the bucket. The numbers and the zones are kept from the press before."""
    gary, amy = await browse(cast.gary), await browse(cast.amy)
    await amy.get("/c/meyer/account")  # she is noted as here
    for n in range(120):
        await cast.add_contact(f"+1412555{2100 + n}", first_name="Mo", zip="15213")
    await cast.make()
    assert (await gary.post(f"/c/meyer/actions/{cast.action.id}/buckets")).status_code == 303
    with statements() as asked:
        assert (await amy.post(f"/c/meyer/actions/{cast.action.id}/buckets")).status_code == 303
    assert len(asked) == 2 or database.dialect() == "sqlite", asked


@pytest.mark.both
async def test_start_looks_at_each_first_text_and_only_at_those(cast: Cast, browse: Browser) -> None:
    """One of them is read with the login, several are not."""
    amy, pressed = await browse(cast.amy), f"/c/meyer/actions/{cast.action.id}/buckets"
    await transaction(lambda: User.filter(id=cast.amy.user_id).update(phone=""))
    body = "Hi ##{{first_name}}, call me: {{user.phone}}. STOP to end"
    other = await transaction(lambda: Script.create(action=cast.action, kind=INITIAL, body=body))
    answer = await amy.post(pressed)
    assert answer.status_code == 409 and "phone" in answer.text
    await transaction(lambda: Script.filter(action=cast.action).exclude(id=other.id).update(archived_at=clock.now()))
    assert (await amy.post(pressed)).status_code == 409
    await transaction(lambda: Script.filter(action=cast.action).update(archived_at=clock.now()))
    answer = await amy.post(pressed)
    assert answer.status_code == 409 and await Bucket.all().count() == 0
    await transaction(lambda: Script.filter(action=cast.action).exclude(id=other.id).update(archived_at=None))
    assert (await amy.post(pressed)).status_code == 303


@pytest.mark.both
@pytest.mark.parametrize("change", [{"state": PRIVATE}, {"state": DRAFT}, {"archived_at": "now"}, {"language": "es"}])
async def test_start_in_an_action_that_is_not_open_to_the_volunteer_is_not_found(
    cast: Cast, browse: Browser, change: dict
) -> None:
    values = {k: clock.now() if v == "now" else v for k, v in change.items()}
    await transaction(lambda: Action.filter(id=cast.action.id).update(**values))
    answer = await (await browse(cast.amy)).post(f"/c/meyer/actions/{cast.action.id}/buckets")
    assert answer.status_code == 404 and await Bucket.all().count() == 0


async def test_when_all_are_asleep_start_says_how_many_open_when(cast: Cast, browse: Browser) -> None:
    clock.freeze(clock.now().replace(hour=10))  # 5 in the morning in Pittsburgh
    answer = await (await browse(cast.amy)).post(f"/c/meyer/actions/{cast.action.id}/buckets")
    assert answer.status_code == 409 and "Nobody can be texted right now." in answer.text and "9:00 AM" in answer.text


async def test_while_all_is_stopped_every_page_says_so(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "Where do I vote?")
    await cast.add_contact("+14125550177", first_name="Ike")
    await cast.make()
    await cast.start(cast.amy)
    await transaction(lambda: cast.meyer.stop_everything())
    amy, gary = await browse(cast.amy), await browse(cast.gary)
    for path in ("", "/inbox", f"/threads/{(await cast.conversation()).id}", f"/actions/{cast.action.id}/queue"):
        assert "All texts are stopped" in (await amy.get(f"/c/meyer{path}/" if not path else f"/c/meyer{path}")).text
    assert "All texts are stopped" in (await gary.get("/c/meyer/admin/actions")).text


async def test_one_person_who_waits_is_one_row(cast: Cast, browse: Browser) -> None:
    amy = await browse(cast.amy)
    await texted(cast)
    await says(cast, "Where do I vote?")
    page = (await amy.get("/c/meyer/")).text
    waiting = page[page.index('id="waiting"') : page.index("</section>", page.index('id="waiting"'))]
    assert "1 person is waiting for you" in waiting and waiting.count("row-link") == 1
    assert "inbox?show=attention" in waiting and "1 unread" in waiting and "more than one row" not in waiting
