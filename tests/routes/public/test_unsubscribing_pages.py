"""E-mails ended without a login (RFC 8058), and browsers that ask for notices (SPEC P2)."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.notices import BrowserKeys, subscribed
from tests.cast.site import Browser
from webapp.database import transaction
from webapp.models.accounts.users import User
from webapp.models.notices import choices, push_device
from webapp.models.notices.push_device import PushDevice

THERE = "https://fcm.googleapis.com/fcm/send/abc"


def link(cast: Cast, about: str = "messages") -> str:
    return f"/unsubscribe/{choices.token(cast.amy.id, about)}"


async def test_a_mail_program_unsubscribes_with_one_post_and_no_cookie(cast: Cast, browse: Browser) -> None:
    nobody = await browse()
    answer = await nobody.post(link(cast), data={"List-Unsubscribe": "One-Click"})
    chosen = await choices.of(cast.amy)
    assert answer.status_code == 200 and not chosen.email_messages and chosen.email_actions and chosen.push_messages
    assert (await nobody.post(link(cast))).status_code == 200  # twice does no harm


async def test_a_program_that_follows_links_changes_nothing(cast: Cast, browse: Browser) -> None:
    page = await (await browse()).get(link(cast))
    assert "Shall amy@example.org get no more e-mails" in page.text and (await choices.of(cast.amy)).email_messages


async def test_the_page_speaks_the_language_of_whose_letter_it_was(cast: Cast, browse: Browser) -> None:
    await transaction(lambda: User.filter(id=cast.amy.user_id).update(language="es"))
    page = (await (await browse()).get(link(cast, "actions"))).text
    assert "¿Quieres que amy@example.org no reciba más correos sobre acciones nuevas?" in page


async def test_a_made_up_link_is_not_there(cast: Cast, browse: Browser) -> None:
    nobody = await browse()
    for path in ("/unsubscribe/x", link(cast)[:-1] + "_", link(cast).replace("messages", "replies")):
        assert (await nobody.get(path)).status_code == (await nobody.post(path)).status_code == 404
    assert (await choices.of(cast.amy)).email_messages and (await nobody.put(link(cast))).status_code in (403, 405)


def device(**values: str) -> dict[str, str]:
    keys = BrowserKeys()
    return {"endpoint": THERE, "p256dh": keys.p256dh, "auth": keys.auth, **values}


async def test_a_browser_is_kept_for_whoever_is_logged_in(cast: Cast, browse: Browser) -> None:
    amy, dan = await browse(cast.amy), await browse(cast.dan)
    assert (await amy.post("/push-devices", data=device())).status_code == 200
    assert (await dan.post("/push-devices", data=device())).status_code == 200  # the same browser, another login
    found = await push_device.of_users([cast.amy.user_id, cast.dan.user_id])
    assert list(found) == [cast.dan.user_id] and found[cast.dan.user_id][0].endpoint == THERE


async def test_a_browser_is_forgotten_by_its_own_user_alone(cast: Cast, browse: Browser) -> None:
    amy, dan = await browse(cast.amy), await browse(cast.dan)
    await amy.post("/push-devices", data=device())
    await dan.post("/push-devices/end", data={"endpoint": THERE})
    assert await PushDevice.all().count() == 1
    await amy.post("/push-devices/end", data={"endpoint": THERE})
    assert await PushDevice.all().count() == 0


@pytest.mark.parametrize(
    "wrong", [{"endpoint": "https://10.0.0.7/x"}, {"endpoint": "http://a.example/"}, {"auth": "x"}, {"p256dh": ""}]
)
async def test_a_browser_that_can_be_none_is_not_kept(cast: Cast, browse: Browser, wrong: dict[str, str]) -> None:
    amy = await browse(cast.amy)
    assert (await amy.post("/push-devices", data=device(**wrong))).status_code == 422
    assert (await amy.post("/push-devices", data={})).status_code == 422 and not await PushDevice.all().exists()


async def test_a_stranger_leaves_no_browser(cast: Cast, browse: Browser) -> None:
    nobody = await browse()
    for path in ("/push-devices", "/push-devices/end"):
        assert (await nobody.post(path, data=device())).status_code == 303
    assert not await PushDevice.all().exists()


async def test_the_oldest_of_many_browsers_go(cast: Cast) -> None:
    for n in range(12):
        await subscribed(cast.amy, f"{THERE}{n}")
    kept = await PushDevice.filter(user_id=cast.amy.user_id).order_by("id")
    assert [one.endpoint for one in kept] == [f"{THERE}{n}" for n in range(2, 12)]


async def test_the_service_worker_stands_at_the_root_and_is_asked_for_anew(cast: Cast, browse: Browser) -> None:
    answer = await (await browse()).get("/push-worker.js")
    assert answer.headers["content-type"].startswith("text/javascript") and "showNotification" in answer.text
    assert (
        answer.headers["cache-control"] == "no-cache"
        and "script-src 'self'" in answer.headers["content-security-policy"]
    )
