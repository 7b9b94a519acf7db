"""A test to one's own phone, from the editor."""

from __future__ import annotations

import re
import uuid

import pytest
from limits import parse

from tests.cast import Cast, opt_out_phone, texts
from tests.cast.site import FINE, PARTIAL, Browser, here
from webapp import clock, limiting
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.conversations.message import TEST
from webapp.models.opt_outs.opt_out import FROM_ADMIN


def form_of_test(cast: Cast, **data: str) -> dict[str, str]:
    return {"place": str(cast.hello.id), "body": FINE, "client_message_id": str(uuid.uuid4()), **data}


async def test_a_test_is_on_its_way_and_says_where_to(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    answer = await gary.post(f"{here(cast)}/tests", data=form_of_test(cast, contact=str(cast.lisa.id)), headers=PARTIAL)
    assert answer.status_code == 200 and "On its way to 412-555-0177." in answer.text
    [message] = await texts()
    assert (message.kind, message.body) == (
        TEST,
        "Hi Lisa, it's Gary with Meyer for Senate. Vote? Reply STOP to opt out.",
    )
    page = await gary.post(f"{here(cast)}/tests", data={k: v for k, v in form_of_test(cast).items() if k != "body"})
    assert (
        "<!doctype html>" in page.text and len(await texts()) == 2
    )  # the one that is stored, since none was sent along


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"body": "bit.ly/x Reply STOP"}, "link shortener"),
        ({"body": ""}, "no text yet"),
        ({"client_message_id": "no"}, "could not be read"),
        ({"body": FINE + "##{{email}}"}, "has no value for"),
    ],
)
async def test_a_test_that_can_not_go_says_why(cast: Cast, browse: Browser, change: dict[str, str], why: str) -> None:
    gary = await browse(cast.gary)
    answer = await gary.post(f"{here(cast)}/tests", data=form_of_test(cast, **change), headers=PARTIAL)
    assert answer.status_code == 422 and why in answer.text and await texts() == []


async def test_an_opted_out_phone_gets_no_test(cast: Cast, browse: Browser) -> None:
    await opt_out_phone(cast.meyer, "+14125550177", FROM_ADMIN)
    gary = await browse(cast.gary)
    answer = await gary.post(f"{here(cast)}/tests", data=form_of_test(cast), headers=PARTIAL)
    assert answer.status_code == 422 and "Your own phone has opted out" in answer.text and await texts() == []


async def test_missing_opt_out_wording_keeps_no_test_back(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    assert (
        await gary.post(f"{here(cast)}/tests", data=form_of_test(cast, body="Hi!"), headers=PARTIAL)
    ).status_code == 200


async def test_nothing_is_tested_before_the_set_up_or_after_stop_everything(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    for change in ({"webhooks_ok": False}, {"webhooks_ok": True, "stopped_at": clock.now()}):
        await transaction(lambda change=change: Campaign.filter(id=cast.meyer.id).update(**change))  # type: ignore[misc]
        answer = await gary.post(f"{here(cast)}/tests", data=form_of_test(cast), headers=PARTIAL)
        assert answer.status_code == 422 and await texts() == []


async def test_the_next_tap_after_a_test_is_another_one(cast: Cast, browse: Browser) -> None:
    gary, form = await browse(cast.gary), form_of_test(cast)
    first = await gary.post(f"{here(cast)}/tests", data=form, headers=PARTIAL)
    fresh = re.search(r'id="test-client" name="client_message_id" value="([^"]+)" hx-swap-oob', first.text)
    assert fresh and fresh[1] != form["client_message_id"]
    again = await gary.post(f"{here(cast)}/tests", data=form, headers=PARTIAL)
    assert "already on its way" in again.text
    other = await gary.post(f"{here(cast)}/tests", data={**form, "client_message_id": fresh[1]}, headers=PARTIAL)
    assert other.status_code == 422 and "You got these very words" in other.text and len(await texts()) == 1


async def test_tests_are_few_in_an_hour(cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limiting, "TEST", parse("1/hour"))
    gary = await browse(cast.gary)
    assert (await gary.post(f"{here(cast)}/tests", data=form_of_test(cast), headers=PARTIAL)).status_code == 200
    answer = await gary.post(f"{here(cast)}/tests", data=form_of_test(cast), headers=PARTIAL)
    assert answer.status_code == 422 and "tests in the last hour" in answer.text and len(await texts()) == 1


async def test_a_test_has_no_undo(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    await gary.post(f"{here(cast)}/tests", data=form_of_test(cast), headers=PARTIAL)
    [message] = await texts()
    assert (await gary.post(f"/c/meyer/messages/{message.id}/cancellation")).status_code == 404
