"""Setting up a second step, and where it is wanted (SPEC V1)."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pyotp
import pytest
from litestar import Litestar

from tests.cast import Cast
from tests.cast.site import Browser, audited, campaign_routes
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.mail import Mail
from webapp.models.accounts.sessions import Session
from webapp.models.accounts.users import User
from webapp.models.logins import second_steps
from webapp.models.logins.app_codes import AuthenticatorApp, RecoveryCode

PATH = "/c/meyer/account/second-step"
SETTING = "/c/meyer/admin/settings/log-in"


async def set_up(client: httpx.AsyncClient) -> list[str]:
    """An app by its pages; the recovery codes shown."""
    text = (await client.post(f"{PATH}/app")).text
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", text)[1].replace(" ", "")  # type: ignore[index]
    answer = await client.post(f"{PATH}/app/confirmation", data={"code": pyotp.TOTP(secret).at(clock.now())})
    return re.findall(r"<code>([A-Z0-9-]{29})</code>", answer.text)


async def test_amy_sets_up_an_app_and_is_given_recovery_codes(cast: Cast, browse: Browser) -> None:
    amy, elsewhere = await browse(cast.amy), await browse(cast.amy)
    assert "Set up an app" in (await amy.get(PATH)).text
    assert len(await set_up(amy)) == 10 == await RecoveryCode.left(cast.amy.user_id)
    text = (await amy.get(PATH)).text
    assert "Remove the app" in text and "10 recovery codes left" in text
    assert (await elsewhere.get("/c/meyer/")).status_code == 303, "other devices are logged out"


async def test_every_change_of_her_second_step_is_told_to_amy_by_a_letter_in_her_language(
    cast: Cast, browse: Browser
) -> None:
    amy = await browse(cast.amy)
    await amy.post(f"{PATH}/app/end")
    await amy.post(f"{PATH}/recovery-codes")
    assert not await Mail.exists(), "nothing was changed"
    await set_up(amy)
    await amy.post(f"{PATH}/recovery-codes")
    await cast.amy.user.change(language="es")
    await amy.post(f"{PATH}/app/end")
    told = [mail.text for mail in await Mail.filter(to="amy@example.org").order_by("id")]
    assert len(told) == 3 and all("/password-reset" in text for text in told)
    assert "authenticator app are asked for" in told[0] and "New recovery codes were made" in told[1]
    assert "Se quitó la aplicación" in told[2]


@pytest.mark.parametrize("confirmed", [True, False])
async def test_no_change_of_a_log_in_goes_without_its_letter(cast: Cast, browse: Browser, confirmed: bool) -> None:
    """To a confirmed address all are written; where anybody may have given it, the changes end with the letters."""
    at = clock.now() if confirmed else None
    await transaction(lambda: User.filter(id=cast.amy.user_id).update(confirmed_at=at))
    amy = await browse(cast.amy)
    before = await set_up(amy)
    statuses = [(await amy.post(f"{PATH}/recovery-codes")).status_code for _ in range(8)]
    changes = 1 + statuses.count(200)
    assert await Mail.filter(to="amy@example.org").count() == changes == (9 if confirmed else 5)
    refused = await amy.post(f"{PATH}/app/end")
    assert refused.status_code == (303 if confirmed else 429)
    if not confirmed:
        assert "Wait an hour" in refused.text and before and await RecoveryCode.left(cast.amy.user_id) == 10


async def test_a_wrong_first_code_turns_nothing_on_and_shows_the_same_key(cast: Cast, browse: Browser) -> None:
    amy = await browse(cast.amy)
    first = (await amy.post(f"{PATH}/app")).text
    answer = await amy.post(f"{PATH}/app/confirmation", data={"code": "000000"})
    assert answer.status_code == 422 and "not right" in answer.text
    key = re.search(r"<code>[A-Z2-7 ]+</code>", first)[0]  # type: ignore[index]
    assert key in answer.text and not await second_steps.of(cast.amy.user_id)
    assert (await amy.post(f"{PATH}/app/confirmation", data={})).status_code == 422


async def test_the_key_of_an_app_that_counts_is_never_shown_again(cast: Cast, browse: Browser) -> None:
    amy = await browse(cast.amy)
    await set_up(amy)
    assert (await amy.post(f"{PATH}/app")).headers["location"] == PATH
    assert (await amy.post(f"{PATH}/app/confirmation", data={"code": "1"})).headers["location"] == PATH


async def test_amy_removes_her_app(cast: Cast, browse: Browser) -> None:
    amy = await browse(cast.amy)
    await set_up(amy)
    await amy.post(f"{PATH}/app/end")
    assert not await second_steps.of(cast.amy.user_id) and not await AuthenticatorApp.exists()
    assert (await amy.post(f"{PATH}/recovery-codes")).headers["location"] == PATH, "codes for nothing are not made"


async def test_where_it_is_wanted_no_page_of_the_office_opens_without_one(
    cast: Cast, app: Litestar, browse: Browser
) -> None:
    selina, gary, amy = await browse(cast.selina), await browse(cast.gary), await browse(cast.amy)
    assert "of your own first" in (await selina.post(SETTING, data={"second_step_needed": "1"})).text
    await set_up(selina)
    assert "Saved." in (await selina.post(SETTING, data={"second_step_needed": "1"})).text
    assert await audited("second_step.required") == 1
    checked = 0
    for method, path in campaign_routes(app):
        if "/admin" in path and path.count("{") == 1:
            answer = await gary.request(method, path.replace("{slug}", "meyer").replace("{slug:str}", "meyer"))
            assert answer.headers.get("location") == f"{PATH}?needed=1", (method, path)
            checked += 1
    assert checked > 25 and (await amy.get("/c/meyer/")).status_code == 200, "volunteers need none"
    assert "wants a second step" in (await gary.get(f"{PATH}?needed=1")).text
    await set_up(gary)
    assert (await gary.get("/c/meyer/admin/actions")).status_code == 200
    assert (await selina.get("/c/meyer/admin/actions")).status_code == 200


async def test_only_an_owner_says_whether_it_is_wanted(cast: Cast, browse: Browser) -> None:
    gary, selina = await browse(cast.gary), await browse(cast.selina)
    assert "Only an owner" in (await gary.get(SETTING)).text
    assert (await gary.post(SETTING, data={"second_step_needed": "1"})).status_code == 404
    await set_up(selina)
    text = (await gary.get(SETTING)).text
    assert re.search(r"With a second step: Selina Meyer\.", text) and re.search(r"Without: Gary Walsh\.", text)


async def test_a_session_without_it_is_stopped_although_its_user_had_one_once(cast: Cast, browse: Browser) -> None:
    selina = await browse(cast.selina)
    await set_up(selina)
    await selina.post(SETTING, data={"second_step_needed": "1"})
    clock.freeze(clock.now() + timedelta(minutes=1))
    await selina.post(f"{PATH}/app/end")
    assert [s.second_at for s in await Session.open_ones(cast.selina.user_id)] == [None]
    assert (await selina.get("/c/meyer/admin/actions")).headers["location"].startswith(PATH)
