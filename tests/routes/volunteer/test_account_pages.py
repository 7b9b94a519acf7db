"""One's own account (SPEC S9)."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.site import Browser
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.users import Membership, User

PERSON = {"first_name": "Amy", "last_name": "Brookheimer-Egan", "phone": "412 555 0144"}


async def test_amy_changes_her_own_name_and_phone(cast: Cast, browse: Browser) -> None:
    amy = await browse(cast.amy)
    answer = await amy.post("/c/meyer/account", data=PERSON)
    assert answer.status_code == 200 and "Saved." in answer.text
    assert 'value="Brookheimer-Egan"' in answer.text and 'value="412-555-0144"' in answer.text
    stored = await User.get(id=cast.amy.user_id)
    assert (stored.name, stored.phone) == ("Amy Brookheimer-Egan", "+14125550144")
    assert (await User.get(id=cast.dan.user_id)).last_name != "Brookheimer-Egan"


async def test_a_phone_that_is_none_is_told_and_the_rest_of_the_form_kept(cast: Cast, browse: Browser) -> None:
    before = await User.get(id=cast.amy.user_id)
    answer = await (await browse(cast.amy)).post("/c/meyer/account", data={**PERSON, "phone": "12"})
    assert answer.status_code == 422 and 'value="12"' in answer.text and 'value="Brookheimer-Egan"' in answer.text
    assert await User.get(id=cast.amy.user_id).values("last_name", "phone") == {
        "last_name": before.last_name,
        "phone": before.phone,
    }


async def test_a_name_that_is_a_message_is_refused(cast: Cast, browse: Browser) -> None:
    form = PERSON | {"first_name": "Jo. Polling place MOVED, see bit.ly/x"}
    answer = await (await browse(cast.amy)).post("/c/meyer/account", data=form)
    assert answer.status_code == 422 and (await User.get(id=cast.amy.user_id)).first_name == "Amy"


async def test_an_empty_form_says_what_is_missing(cast: Cast, browse: Browser) -> None:
    answer = await (await browse(cast.amy)).post("/c/meyer/account", data={})
    assert answer.status_code == 422 and answer.text.count("is missing") >= 3


async def test_only_those_of_the_campaign_have_an_account_there(cast: Cast, browse: Browser) -> None:
    assert (await (await browse()).post("/c/meyer/account", data=PERSON)).status_code == 303
    assert (await (await browse(cast.jonah)).post("/c/meyer/account", data=PERSON)).status_code == 404
    assert (await (await browse(cast.amy)).put("/c/meyer/account")).status_code in (403, 405)


@pytest.mark.parametrize("state", [{"approved_at": None}, {"suspended_at": clock.now()}])
async def test_the_account_is_one_s_own_also_while_one_waits_or_is_suspended(
    cast: Cast, browse: Browser, state: dict[str, object]
) -> None:
    await transaction(lambda: Membership.filter(id=cast.amy.id).update(**state))
    amy = await browse(cast.amy)
    assert 'href="/c/meyer/account"' in (await amy.get("/c/meyer/waiting")).text
    assert "Saved." in (await amy.post("/c/meyer/account", data=PERSON)).text
    page = (await amy.get("/c/meyer/account")).text
    assert "/c/meyer/account/email" in page and "notice-choices" not in page and "/c/meyer/teams" not in page
