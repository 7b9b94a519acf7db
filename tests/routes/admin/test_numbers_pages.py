"""Numbers: paused, paced, retired, ordered, given back."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.site import OFFICE, Browser
from webapp import clock, queue
from webapp.database import transaction
from webapp.models.accounts.audit import AuditEvent
from webapp.models.numbers.number import AccountNumber, PhoneNumber, change_number
from webapp.models.numbers.orders import NumberOrder

PAGE = "/c/meyer/admin/numbers"


async def test_an_admin_pauses_paces_and_retires_and_it_is_logged(cast: Cast, browse: Browser) -> None:
    gary, path = await browse(cast.gary), f"{PAGE}/{cast.number.id}"
    for room, shown in (
        ("pause", "Paused"),
        ("pause/end", "Good"),
        ("retirement", "Retired"),
        ("retirement/end", "Good"),
    ):
        assert (await gary.post(f"{path}/{room}")).status_code == 303
        assert f'">{shown}</span>' in (await gary.get(PAGE)).text
    await gary.post(f"{path}/rate", data={"rate": "3"})
    assert (await PhoneNumber.get(id=cast.number.id)).rate == 3
    assert (await gary.post(f"{path}/rate", data={"rate": "1e9"})).status_code == 422
    assert await AuditEvent.filter(what__startswith="number.").count() == 5


async def test_what_costs_money_or_ends_conversations_is_the_owner_s(cast: Cast, browse: Browser) -> None:
    gary, path = await browse(cast.gary), f"{PAGE}/{cast.number.id}"
    for room in (f"{PAGE}/orders", f"{PAGE}/imports", f"{PAGE}/listings", f"{path}/release"):
        assert (await gary.post(room, data={"area_code": "412", "wanted": "1"})).status_code == 404
    assert "Buy numbers" not in (await gary.get(PAGE)).text
    assert await NumberOrder.all().count() == 0


async def test_an_owner_orders_numbers(cast: Cast, browse: Browser) -> None:
    selina = await browse(cast.selina)
    await selina.post(f"{PAGE}/orders", data={"area_code": "570", "wanted": "2"})
    order = await NumberOrder.get(campaign=cast.meyer).select_related("user")
    assert order.user
    assert (order.area_code, order.wanted, order.user.id) == ("570", 2, cast.selina.user_id)
    assert "0 of 2 numbers of 570 bought." in (await selina.get(PAGE)).text


@pytest.mark.parametrize(
    "data",
    [
        {"area_code": "57", "wanted": "1"},
        {"area_code": "123", "wanted": "1"},
        {"area_code": "570", "wanted": "21"},
        {"area_code": "570", "wanted": "0"},
        {},
    ],
)
async def test_a_wrong_order_buys_nothing(cast: Cast, browse: Browser, data: dict[str, str]) -> None:
    selina = await browse(cast.selina)
    answer = await selina.post(f"{PAGE}/orders", data=data)
    assert answer.status_code == 422 and "Not saved" in answer.text and await NumberOrder.all().count() == 0


async def test_a_number_of_the_account_is_taken_in_once(cast: Cast, browse: Browser) -> None:
    row = await transaction(lambda: AccountNumber.create(sid="PN" + "d" * 32, e164="+15705550111", seen_at=clock.now()))
    selina = await browse(cast.selina)
    assert "570-555-0111" in (await selina.get(PAGE)).text
    await selina.post(f"{PAGE}/imports", data={"sid": row.sid})
    number = await PhoneNumber.get(e164="+15705550111")
    assert number.campaign_id == cast.meyer.id and not number.webhooks_ok  # until it is pointed here
    jonah = await browse(cast.jonah)
    answer = await jonah.post("/c/ryan/admin/numbers/imports", data={"sid": row.sid})
    assert answer.status_code == 422 and "already belongs to a campaign" in answer.text
    assert (await selina.post(f"{PAGE}/imports", data={"sid": "PNnone"})).status_code == 404


async def test_releasing_says_how_many_conversations_end_and_needs_retiring_first(cast: Cast, browse: Browser) -> None:
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    selina, path = await browse(cast.selina), f"{PAGE}/{cast.number.id}/release"
    text = (await selina.get(path)).text
    assert "1 conversation ends." in text and "Retire it first" in text
    await selina.post(path)
    assert await AuditEvent.filter(what="number.released").count() == 0
    await change_number(cast.number, retired_at=clock.now())
    assert "Keep it" in (await selina.get(path)).text
    await selina.post(path)
    assert await AuditEvent.filter(what="number.released").count() == 1


async def test_the_cost_says_when_it_could_be_done(cast: Cast, browse: Browser) -> None:
    await queue.note_worker()
    await change_number(cast.number, rate=1.0)
    gary = await browse(cast.gary)
    text = (await gary.get(f"/c/meyer/admin/actions/{cast.action.id}/cost")).text
    assert "from 1 number" in text and "done at the earliest on Nov 24, 11:00" in text
    await change_number(cast.number, paused_at=clock.now())
    assert (
        "nobody can say when: a number can't send now"
        in (await gary.get(f"/c/meyer/admin/actions/{cast.action.id}/cost")).text
    )


async def test_a_wrong_limit_of_a_number_stays_beside_its_number(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    where = f"{OFFICE}/numbers/{cast.number.id}/rate"
    wrong = await gary.post(where, data={"rate": "1", "daily_limit": "many"})
    assert wrong.status_code == 422 and 'value="many"' in wrong.text and 'id="pace" open' in wrong.text
    assert (await gary.post(where, data={"rate": "3", "daily_limit": "250"})).status_code == 303
    number = await PhoneNumber.get(id=cast.number.id)
    assert (number.rate, number.daily_limit) == (3, 250)
    assert (await gary.post(where, data={"rate": "3", "daily_limit": ""})).status_code == 303
    assert (await PhoneNumber.get(id=cast.number.id)).daily_limit is None
