"""Notices in a browser on a phone, in Spanish: asked for, sent by the office, sealed and handed over by a real worker to a push
service of this machine, shown by the service worker, ended (SPEC P2, P3).

Chromium asks Google's push service for a subscription and gets its pushes from there alone. So here the subscription is the
test's, and what our service got is opened with its keys and given to the browser by DevTools. Not tried: a subscription of
Chromium's own, and its own opening of a push."""

from __future__ import annotations

import json
from collections.abc import Sized
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.cast.browsing import WIDE, OpenPage, log_in, look_at
from tests.cast.notices import BrowserKeys
from tests.cast.push_service import push_service, signed_by
from tests.cast.waiting import until
from tests.faults.bank import Bank

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(240)]
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
    """To everybody, by the office's form."""
    await page.goto("/c/meyer/admin/notices/new")
    await page.get_by_role("button", name="Send Push Notification").first.click()
    await page.get_by_label("Title").fill("Tonight")
    await page.get_by_label("The text").fill("Meet at six.")
    await page.locator("form.narrow").get_by_role("button", name="Send Push Notification").click()
    await expect(page.get_by_role("heading", name="Tonight")).to_be_visible()


async def shown(page: Page) -> list[str]:
    found: list[str] = await page.evaluate(
        "navigator.serviceWorker.ready.then((worker) => worker.getNotifications())"
        ".then((all) => all.map((one) => `${one.title}: ${one.body} ${one.data.path}`))"
    )
    return found


async def test_a_volunteer_asks_for_notices_gets_one_and_ends_them(
    bank: Bank, open_page: OpenPage, tmp_path: Path
) -> None:
    page, keys = await open_page(), BrowserKeys()
    played = {"endpoint": "https://push.example.org/phone", "keys": {"p256dh": keys.p256dh, "auth": keys.auth}}
    await page.add_init_script(PLAYED % json.dumps(played))
    await page.context.grant_permissions(["notifications"])
    await log_in(page, bank.seeded["emails"][0])
    await page.get_by_role("link", name="Home").wait_for()
    assert await look_at(page, "/c/meyer/notices") == []
    await page.goto("/c/meyer/account")
    await page.get_by_role("button", name="Español").click()
    await expect(page.get_by_role("heading", name="Qué avisos recibes")).to_be_visible()
    assert await look_at(page, "/c/meyer/notice-choices") == []
    await expect(page.get_by_text("Este navegador todavía no muestra notificaciones.")).to_be_visible()
    await page.get_by_role("button", name="Mostrar notificaciones").click()
    await expect(page.get_by_text("Este navegador muestra notificaciones.")).to_be_visible()

    async with push_service(tmp_path) as service:
        bank.kill("worker")
        bank.environment["PUSH_PORT"] = str(service.port)
        bank.start_worker()
        office = await open_page(viewport=WIDE)
        await log_in(office, "selina@example.org")
        await send_push(office)
        await until(lambda: _some(service.taken), 30)
        [(path, headers, body)] = service.taken
    assert path == "/phone" and signed_by(headers["Authorization"])[1]["aud"] == "https://push.example.org"
    await deliver(page, bank.url, json.dumps(keys.read(body)).encode())

    async def told() -> bool:
        return await shown(page) == ["Tonight: Meet at six. /c/meyer"]

    await until(told, 10)
    await page.reload()
    await page.get_by_role("button", name="No mostrar más notificaciones").click()
    await expect(page.get_by_text("Este navegador todavía no muestra notificaciones.")).to_be_visible()


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
