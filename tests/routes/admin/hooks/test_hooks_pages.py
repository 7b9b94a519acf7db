"""Settings, Webhooks: made and ended by owners, every event with its answer, sent again by hand (SPEC B7)."""

from __future__ import annotations

import re

import pytest

from tests.cast import MORNING, Cast
from tests.cast.site import Browser, audited
from tests.cast.stand_ins.hooks import wants
from webapp.database import transaction
from webapp.models.hooks import event
from webapp.models.hooks.endpoint import HookEndpoint
from webapp.models.hooks.event import GIVEN_UP, WAITING, HookEvent
from webapp.models.opt_outs.many import opt_out_many

PAGE = "/c/meyer/admin/settings/webhooks"
URL = "https://data.example.org/hook"
WANTED = {"url": URL, "events": ["message.sent", "reply.received"]}


async def test_an_owner_makes_an_endpoint_whose_secret_is_shown_once(cast: Cast, browse: Browser) -> None:
    selina = await browse(cast.selina)
    made = await selina.post(PAGE, data=WANTED)
    secret = re.search(r'value="(whsec_[^"]+)"', made.text)
    row = await HookEndpoint.get()
    assert made.status_code == 200 and secret and row.opened_secret() == secret[1] and secret[1] not in row.secret
    assert row.kinds == ["message.sent", "reply.received"] and await audited("hook.made") == 1
    shown = (await selina.get(PAGE)).text
    assert URL in shown and secret[1] not in shown
    await selina.post(f"{PAGE}/{row.id}/end")
    assert URL not in (await selina.get(PAGE)).text and (await selina.get(f"{PAGE}/{row.id}")).status_code == 404


async def test_a_secret_in_its_address_stands_on_no_page_and_not_in_the_audit_log(cast: Cast, browse: Browser) -> None:
    selina = await browse(cast.selina)
    secret = URL + "/s3cr3t-path?token=t0k3n"
    pages = [await selina.post(PAGE, data={**WANTED, "url": secret})]
    hook = await HookEndpoint.get()
    await opt_out_many(cast.meyer, ["+14125550199"], "admin", None)
    await event.send_again(cast.selina, hook)
    off = {"off_at": MORNING, "off_why": "gone"}
    await transaction(lambda: HookEndpoint.filter(id=hook.id).update(**off))
    await selina.post(f"{PAGE}/{hook.id}/off/end")
    pages += [await selina.get(page) for page in (PAGE, f"{PAGE}/{hook.id}")]
    await selina.post(f"{PAGE}/{hook.id}/end")
    pages += [await selina.get("/c/meyer/admin/audit")]
    assert hook.url == secret and all("data.example.org/hook/…" in page.text for page in pages)
    assert not any("s3cr3t" in page.text or "t0k3n" in page.text for page in pages)
    wrong = await selina.post(PAGE, data={"url": secret})
    assert wrong.status_code == 422 and "s3cr3t" in wrong.text, "where it is typed it is whole"


@pytest.mark.parametrize(
    "form",
    [{}, {"url": URL}, {**WANTED, "url": "https://10.0.0.7/"}, {**WANTED, "url": "x"}, {"url": URL, "events": "x"}],
)
async def test_a_wrong_form_makes_none(cast: Cast, browse: Browser, form: dict[str, str]) -> None:
    selina = await browse(cast.selina)
    assert (await selina.post(PAGE, data=form)).status_code == 422 and await HookEndpoint.all().count() == 0


async def test_events_are_seen_and_sent_again(cast: Cast, browse: Browser) -> None:
    hook, _ = await wants(cast.selina, URL)
    await opt_out_many(cast.meyer, ["+14125550198", "+14125550199"], "admin", None)
    await event.stamp()
    given_up = {"state": GIVEN_UP, "status": 500, "answer": "our database is away", "sent_at": MORNING}
    await transaction(lambda: HookEvent.all().update(**given_up))
    gary = await browse(cast.gary)
    page = (await gary.get(f"{PAGE}/{hook.id}?show=given_up")).text
    assert "our database is away" in page and "HTTP 500" in page and page.count("A phone opted out") == 2
    first = await HookEvent.all().order_by("id").first()
    assert first and (await gary.post(f"{PAGE}/{hook.id}/events/{first.id}/sending")).status_code == 303
    assert await HookEvent.filter(state=WAITING).count() == 1
    await gary.post(f"{PAGE}/{hook.id}/sendings")
    assert await HookEvent.filter(state=WAITING).count() == 2 and await audited("hook.sent_again") == 2


async def test_one_that_is_off_says_so_and_an_owner_turns_it_on(cast: Cast, browse: Browser) -> None:
    hook, _ = await wants(cast.selina, URL)
    await transaction(lambda: HookEndpoint.filter(id=hook.id).update(off_at=MORNING, off_why="HTTP 410: gone"))
    selina, gary = await browse(cast.selina), await browse(cast.gary)
    assert "HTTP 410: gone" in (await gary.get(f"{PAGE}/{hook.id}")).text
    assert (await gary.post(f"{PAGE}/{hook.id}/off/end")).status_code == 404
    await selina.post(f"{PAGE}/{hook.id}/off/end")
    assert (await HookEndpoint.get()).off_at is None and await audited("hook.turned_on") == 1


async def test_another_campaign_sees_and_does_nothing(cast: Cast, browse: Browser) -> None:
    hook, _ = await wants(cast.selina, URL)
    await opt_out_many(cast.meyer, ["+14125550199"], "admin", None)
    row, own = await HookEvent.get(), (await wants(cast.jonah, URL))[0]
    jonah, gary = await browse(cast.jonah), await browse(cast.gary)
    ryan = PAGE.replace("meyer", "ryan")
    assert (await jonah.get(f"{ryan}/{hook.id}")).status_code == 404
    for path in (f"{hook.id}/end", f"{hook.id}/off/end", f"{hook.id}/sendings", f"{own.id}/events/{row.id}/sending"):
        assert (await jonah.post(f"{ryan}/{path}")).status_code == 404
    assert (await gary.post(f"{PAGE}/{hook.id}/end")).status_code == 404
