"""Notices in a browser on a phone, in both languages: asked for, sent by the office, sealed and handed over by a real worker to a
push service of this machine, shown by the service worker, ended (SPEC P2, P3).

Chromium asks Google's push service for a subscription and gets its pushes from there alone. So here the subscription is the
test's, and what our service got is opened with its keys and given to the browser by DevTools. Not tried: a subscription of
Chromium's own, and its own opening of a push."""

from __future__ import annotations

import json
import re
from collections.abc import Sized
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.cast.notices import BrowserKeys
from tests.cast.pages.browsing import WIDE, OpenPage, log_in, look_at, said_in
from tests.cast.stand_ins.push_service import push_service, signed_by
from tests.cast.waiting import until
from tests.faults.bank import Bank
from webapp import words

pytestmark = [pytest.mark.xdist_group("browser-notices"), pytest.mark.timeout(240)]
PLAYED = """
  const made = () => JSON.parse(localStorage.getItem("played") || "null");
  const subscription = () => made() && {
    toJSON: made, endpoint: made().endpoint,
    unsubscribe: async () => { localStorage.removeItem("played"); return true; },
  };
  PushManager.prototype.subscribe = async function (options) {
    if (options.applicationServerKey.length !== 65 || !options.userVisibleOnly) throw new Error("no key");
    localStorage.setItem("played", JSON.stringify(%s));
    return subscription();
  };
  PushManager.prototype.getSubscription = async () => subscription();
"""


async def deliver(page: Page, origin: str, data: bytes) -> None:
    """As the push service of this browser would, once it has decrypted the notice."""
    devtools, registrations = await page.context.new_cdp_session(page), []
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda told: registrations.extend(told["registrations"]))
    await devtools.send("ServiceWorker.enable")
    await until(lambda: _some(registrations), 10)
    told = {"origin": origin, "registrationId": registrations[0]["registrationId"], "data": data.decode()}
    await devtools.send("ServiceWorker.deliverPushMessage", told)


async def _some(found: Sized) -> bool:
    return len(found) > 0


async def send_push(page: Page) -> None:
    """To everybody, in the office's words, by its form."""
    await page.goto("/c/meyer/admin/notices/new")
    await page.get_by_role("button", name="Send Push Notification").first.click()
    await page.get_by_label("Title").fill("Tonight")
    await page.get_by_label("The text").fill("Meet at six.")
    await page.locator("form.narrow").get_by_role("button", name="Send Push Notification").click()
    await expect(page.get_by_role("heading", name="Tonight")).to_be_visible()


async def send_action(page: Page) -> str:
    """A copy of the action goes to everybody, who hear of it in their own language. Returns its path."""
    await page.goto("/c/meyer/admin/actions/1/results")
    await page.get_by_role("button", name="More", exact=True).click()
    await page.get_by_role("button", name="Copy", exact=True).click()
    await page.wait_for_url(re.compile("/admin/actions/(?!1$)[0-9]+$"))
    copy = page.url.rpartition("/")[2]
    await page.goto("/c/meyer/admin/notices/new?kind=action")
    await page.get_by_label("Action", exact=True).select_option(copy)
    await page.locator("form.narrow").get_by_role("button", name="Send Action").click()
    await page.wait_for_url(re.compile("/admin/notices/[0-9]+$"))
    return f"/c/meyer/actions/{copy}"


async def shown(page: Page) -> list[str]:
    found: list[str] = await page.evaluate(
        "navigator.serviceWorker.ready.then((worker) => worker.getNotifications())"
        ".then((all) => all.map((one) => `${one.title}: ${one.body} ${one.data.path}`))"
    )
    return found


@pytest.mark.parametrize("language", words.LANGUAGES)
async def test_a_volunteer_asks_for_notices_gets_them_in_their_language_and_ends_them(
    bank: Bank, open_page: OpenPage, tmp_path: Path, language: str
) -> None:
    said, keys = said_in(language), BrowserKeys()
    page = await open_page(locale=f"{language}-US")
    played = {"endpoint": "https://push.example.org/phone", "keys": {"p256dh": keys.p256dh, "auth": keys.auth}}
    await page.add_init_script(PLAYED % json.dumps(played))
    await page.context.grant_permissions(["notifications"])
    await log_in(page, bank.seeded["emails"][0], language)
    assert await look_at(page, "/c/meyer/notices") == []
    await page.goto("/c/meyer/account")
    await page.get_by_role("button", name=words.NAMES[language]).click()
    await expect(page.get_by_role("heading", name=said("What you are told"))).to_be_visible()
    assert await look_at(page, "/c/meyer/notice-choices") == []
    await expect(page.get_by_text(said("This browser shows no notices yet."))).to_be_visible()
    await page.get_by_role("button", name=said("Show notices")).click()
    await expect(page.get_by_text(said("This browser shows notices."))).to_be_visible()

    async with push_service(tmp_path) as service:

        def notices() -> list[str]:
            """Each once: a push that is answered late is sent again."""
            return list(dict.fromkeys(json.dumps(keys.read(body)) for _, _, body in service.taken))

        bank.kill("worker")
        bank.environment["PUSH_PORT"] = str(service.port)
        bank.start_worker()
        office = await open_page(viewport=WIDE)
        await log_in(office, "selina@example.org")
        await send_push(office)
        await until(lambda: _some(service.taken), 30)
        action = await send_action(office)
        await until(lambda: len(notices()) == 2, 30)
    assert all(
        path == "/phone" and signed_by(headers["Authorization"])[1]["aud"] == "https://push.example.org"
        for path, headers, _ in service.taken
    )
    for notice in notices():
        await deliver(page, bank.url, notice.encode())
    ours = {"en": "New action: ", "es": "Acción nueva: "}[language]

    async def told() -> bool:
        ofs = sorted(await shown(page), key=lambda one: one.startswith(ours))
        return len(ofs) == 2 and ofs[0] == "Tonight: Meet at six. /c/meyer" and _is_of(ofs[1], ours, action)

    await until(told, 10)
    await page.reload()
    await page.get_by_role("button", name=said("Show no more notices")).click()
    await expect(page.get_by_text(said("This browser shows no notices yet."))).to_be_visible()


def _is_of(shown: str, title: str, path: str) -> bool:
    return shown.startswith(title) and shown.endswith(f" {path}")


async def test_the_office_tells_people_on_any_screen(bank: Bank, open_page: OpenPage) -> None:
    page = await open_page(viewport={"width": 390, "height": 844}, color_scheme="dark")
    await log_in(page, "selina@example.org")
    assert await look_at(page, "/c/meyer/admin/notices/new") == []
    await page.get_by_role("button", name="Send Email").first.click()
    await page.get_by_label("Subject").fill("Tonight")
    await page.get_by_label("The text").fill("Meet at six.\nhttps://example.org/map")
    await page.locator("form.narrow").get_by_role("button", name="Send Email").click()
    await expect(page.get_by_role("heading", name="Tonight")).to_be_visible()
    assert await look_at(page, page.url.removeprefix(bank.url)) == []
    assert await look_at(page, "/c/meyer/admin/notices") == []
