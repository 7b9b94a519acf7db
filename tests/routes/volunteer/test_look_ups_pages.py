"""The pages of looking somebody up (SPEC B5)."""

from __future__ import annotations

import httpx
import pytest

from tests.cast import Cast
from tests.cast.site import Browser
from webapp.database import transaction
from webapp.models.accounts.users import Membership
from webapp.models.reports import looking_up
from webapp.models.reports.report import Report

HERE = "/c/meyer/look-ups"


@pytest.fixture
async def amy(cast: Cast, browse: Browser) -> httpx.AsyncClient:
    """With the right to look up."""
    await transaction(lambda: Membership.filter(id=cast.amy.id).update(may_look_up=True))
    return await browse(cast.amy)


async def test_the_way_from_home_to_a_report(cast: Cast, amy: httpx.AsyncClient) -> None:
    assert f'href="{HERE}"' in (await amy.get("/c/meyer")).text
    assert "Look up somebody" in (await amy.get(HERE)).text
    found = await amy.post(HERE, data={"who": "lisa", "where": "Pittsburgh"})
    assert "1 person found" in found.text and "Lisa Ng" in found.text
    assert "•••-•••-••01" in found.text and "5550101" not in found.text and "555-0101" not in found.text
    about = await amy.get(f"{HERE}/{cast.lisa.id}")
    assert "Report on Lisa" in about.text and "5550101" not in about.text
    filed = await amy.post(f"{HERE}/{cast.lisa.id}/reports", data={"tags": "will_vote", "field_notes": "At the door"})
    assert filed.status_code == 303 and filed.headers["location"] == f"{HERE}?said=reported"
    assert "Report filed. No text was sent." in (await amy.get(filed.headers["location"])).text
    assert (await Report.get(contact_id=cast.lisa.id)).tags == ["Will Vote"]


async def test_the_office_sees_the_report_on_the_contact_s_page(
    cast: Cast, amy: httpx.AsyncClient, browse: Browser
) -> None:
    await amy.post(HERE, data={"who": "lisa"})
    await amy.post(f"{HERE}/{cast.lisa.id}/reports", data={"field_notes": "Talked at the door"})
    selina = await browse(cast.selina)
    assert "Talked at the door" in (await selina.get(f"/c/meyer/admin/contacts/{cast.lisa.id}")).text
    assert "looked up" in (await selina.get("/c/meyer/admin/audit")).text


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({}, "Name or phone is missing."),
        ({"who": "x" * 81}, "80"),
        ({"who": "Lisa", "where": "Nowhere"}, "We know no such place."),
    ],
)
async def test_a_form_that_cannot_be_read_is_shown_again(
    cast: Cast, amy: httpx.AsyncClient, form: dict[str, str], sentence: str
) -> None:
    answer = await amy.post(HERE, data=form)
    assert answer.status_code == 422 and sentence in answer.text


async def test_an_answer_that_is_none_of_the_options_files_nothing(cast: Cast, amy: httpx.AsyncClient) -> None:
    await amy.post(HERE, data={"who": "lisa"})
    answer = await amy.post(f"{HERE}/{cast.lisa.id}/reports", data={"field_support_rating": "100"})
    assert answer.status_code == 422 and "Choose one of the options." in answer.text
    assert not await Report.exists()


async def test_past_the_hour_s_look_ups_the_page_says_so(
    cast: Cast, amy: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking_up, "MOST", 2)
    answers = [await amy.post(HERE, data={"who": "lisa"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "0 more look-ups this hour." in answers[1].text
    assert "as many people as an hour allows" in answers[2].text and "Lisa Ng" not in answers[2].text


async def test_without_the_right_there_is_no_such_page(cast: Cast, browse: Browser) -> None:
    dan = await browse(cast.dan)
    assert HERE not in (await dan.get("/c/meyer")).text
    for answer in (
        await dan.get(HERE),
        await dan.post(HERE, data={"who": "lisa"}),
        await dan.get(f"{HERE}/{cast.lisa.id}"),
        await dan.post(f"{HERE}/{cast.lisa.id}/reports", data={"field_notes": "x"}),
    ):
        assert answer.status_code == 404
    assert not await Report.exists()


async def test_who_was_not_looked_up_is_a_404(cast: Cast, amy: httpx.AsyncClient) -> None:
    for contact_id in (cast.lisa.id, 10**30):
        assert (await amy.get(f"{HERE}/{contact_id}")).status_code == 404
        assert (await amy.post(f"{HERE}/{contact_id}/reports", data={})).status_code == 404


async def test_only_an_owner_gives_the_right(cast: Cast, browse: Browser) -> None:
    form = {"role": "volunteer", "zip": "15213", "language": "en", "may_look_up": "1"}
    await (await browse(cast.gary)).post(f"/c/meyer/admin/users/{cast.amy.id}", data=form)
    assert not (await Membership.get(id=cast.amy.id)).may_look_up
    await (await browse(cast.selina)).post(f"/c/meyer/admin/users/{cast.amy.id}", data=form)
    assert (await Membership.get(id=cast.amy.id)).may_look_up
