"""One's own sessions, seen and ended (SPEC V1; ASVS 5.0, 7.4 and 7.5)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta

from tests.cast import MORNING, PASSWORD, Cast
from tests.cast.site import ANDROID, IPHONE, Browser, audited
from webapp import clock
from webapp.live import LOGGED_OUT, News
from webapp.models.accounts import passwords
from webapp.models.accounts.sessions import Session
from webapp.routes.public import stream

PATH = "/c/meyer/account/devices"


async def log_in(browse: Browser, cast: Cast, agent: str) -> object:
    client = await browse(None, **{"user-agent": agent})
    await client.post("/login", data={"email": "amy@example.org", "password": PASSWORD})
    return client


async def test_amy_sees_her_devices_and_ends_one(cast: Cast, browse: Browser) -> None:
    await passwords.set_password(cast.amy.user, await passwords.hashed(PASSWORD))
    phone, old = await log_in(browse, cast, IPHONE), await log_in(browse, cast, ANDROID)
    text = (await phone.get(PATH)).text  # type: ignore[attr-defined]
    assert "Safari on iPhone" in text and "Chrome on Android" in text and text.count("This device") == 1
    [address] = re.findall(r'action="([^"]+/devices/\d+/end)"', text)
    assert (await phone.post(address)).headers["location"] == PATH  # type: ignore[attr-defined]
    assert (await old.get("/c/meyer/")).status_code == 303  # type: ignore[attr-defined]
    assert (await phone.get("/c/meyer/")).status_code == 200  # type: ignore[attr-defined]
    assert "Chrome on Android" not in (await phone.get(PATH)).text  # type: ignore[attr-defined]


async def test_amy_ends_all_others_and_goes_on_here(cast: Cast, browse: Browser) -> None:
    here, there, elsewhere = [await browse(cast.amy) for _ in range(3)]
    await here.post(f"{PATH}/end")
    assert [(await one.get("/c/meyer/")).status_code for one in (here, there, elsewhere)] == [200, 303, 303]


async def test_another_s_session_is_not_there(cast: Cast, browse: Browser) -> None:
    await Session.begin(cast.dan.user)
    dans = await Session.get(user=cast.dan.user)
    assert (await (await browse(cast.amy)).post(f"{PATH}/{dans.id}/end")).status_code == 404
    assert (await Session.get(id=dans.id)).ended_at is None


async def test_an_owner_logs_a_volunteer_out_everywhere_and_an_admin_can_t(cast: Cast, browse: Browser) -> None:
    amy, selina, gary = await browse(cast.amy), await browse(cast.selina), await browse(cast.gary)
    address = f"/c/meyer/admin/users/{cast.amy.id}/sessions"
    assert (await gary.get(address)).status_code == 404 == (await gary.post(f"{address}/end")).status_code
    assert "Devices of Amy" in (await selina.get(address)).text
    await selina.post(f"{address}/end")
    assert (await amy.get("/c/meyer/")).status_code == 303 and await audited("user.logged_out") == 1
    assert "Logged in nowhere" in (await selina.get(address)).text
    jonah = await browse(cast.jonah)
    assert (await jonah.post(f"/c/ryan/admin/users/{cast.amy.id}/sessions/end")).status_code == 404


async def test_an_open_page_that_only_fetches_parts_of_itself_is_idle(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    part = {"hx-request": "true", "hx-request-type": "partial"}
    for hour in range(1, 12):
        clock.freeze(MORNING + timedelta(hours=hour))
        assert (await gary.get("/c/meyer/admin/numbers", headers=part)).status_code == 200
    clock.freeze(MORNING + timedelta(hours=13))
    assert (await gary.get("/c/meyer/admin/numbers")).status_code == 303


async def test_a_log_in_ends_the_session_this_browser_had(cast: Cast, browse: Browser) -> None:
    await passwords.set_password(cast.amy.user, await passwords.hashed(PASSWORD))
    client = await browse(cast.dan)
    await client.post("/login", data={"email": "amy@example.org", "password": PASSWORD})
    assert await Session.filter(user=cast.dan.user, ended_at=None).count() == 0


async def test_log_out_is_at_most_one_page_away(cast: Cast, browse: Browser) -> None:
    amy, gary = await browse(cast.amy), await browse(cast.gary)
    for page in ("/c/meyer/", "/c/meyer/inbox"):
        assert 'href="/c/meyer/account"' in (await amy.get(page)).text, page
    assert 'action="/logout"' in (await amy.get("/c/meyer/account")).text
    assert 'action="/logout"' in (await gary.get("/c/meyer/admin/actions")).text


async def test_an_open_stream_ends_with_its_session_and_others_go_on(cast: Cast) -> None:
    class Hub:
        async def listen(self, user_id: int, campaigns: object) -> AsyncIterator[News]:
            for event in ("catch-up", LOGGED_OUT, "inbox-changed"):
                yield News(event)

    here, there = [await Session.of(await Session.begin(cast.amy.user)) for _ in range(2)]
    assert here and there
    await there.end()
    assert len([told async for told in stream.news_of(Hub(), here)]) == 3
    assert len([told async for told in stream.news_of(Hub(), there)]) == 1
