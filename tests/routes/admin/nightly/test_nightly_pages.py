"""Nightly imports of the office: made, begun, ended, seen; strangers turned away (SPEC B8)."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.site import OFFICE, Browser, audited
from webapp.models.nightly import plan
from webapp.models.nightly.plan import NightlyImport

PAGE = OFFICE + "/nightly-imports"
WANTED = {"url": "https://data.example.org/x.csv?key=secret", "name": "From the sheet", "hour": "4"}


async def test_staff_make_begin_and_end_one(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    made = await gary.post(PAGE, data=WANTED)
    row = await NightlyImport.get()
    assert made.status_code == 303 and (row.host, row.hour, row.list_name) == ("data.example.org", 4, "From the sheet")
    assert "secret" not in row.url
    for page in (PAGE, f"{PAGE}/{row.id}"):
        text = (await gary.get(page)).text
        assert "data.example.org" in text and "key=secret" not in text
    assert (await gary.post(f"{PAGE}/{row.id}/runs")).status_code == 303
    assert (await gary.post(f"{PAGE}/{row.id}/end")).status_code == 303
    assert (await gary.get(f"{PAGE}/{row.id}")).status_code == 404
    assert [await audited(f"nightly.{what}") for what in ("made", "begun", "ended")] == [1, 1, 1]


@pytest.mark.parametrize(
    "form", [{}, {**WANTED, "url": "http://data.example.org/"}, {**WANTED, "name": ""}, {**WANTED, "hour": "25"}]
)
async def test_a_wrong_form_makes_none(cast: Cast, browse: Browser, form: dict[str, str]) -> None:
    gary = await browse(cast.gary)
    assert (await gary.post(PAGE, data=form)).status_code == 422 and await NightlyImport.all().count() == 0


async def test_another_campaign_and_volunteers_see_none(cast: Cast, browse: Browser) -> None:
    row = await plan.make(cast.gary, WANTED["url"], "data.example.org", "From the sheet", 3)
    amy, jonah = await browse(cast.amy), await browse(cast.jonah)
    ryan = PAGE.replace("meyer", "ryan")
    assert (await amy.get(PAGE)).status_code == 404 and (await jonah.get(f"{ryan}/{row.id}")).status_code == 404
    for what in ("runs", "end"):
        assert (await jonah.post(f"{ryan}/{row.id}/{what}")).status_code == 404
    assert (await NightlyImport.get()).ended_at is None


async def test_the_page_follows_a_file_that_is_about_to_be_fetched(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    await gary.post(PAGE, data=WANTED)
    row = await NightlyImport.get()
    asks = f'hx-get="{PAGE}/{row.id}"'
    assert asks in (await gary.get(f"{PAGE}/{row.id}")).text, "no worker has begun yet"
    begun = await plan.begin(row.id)
    assert begun
    await plan.refuse(begun[1], "Nothing stored.")
    assert asks not in (await gary.get(f"{PAGE}/{row.id}")).text
    await gary.post(f"{PAGE}/{row.id}/runs")
    assert asks in (await gary.get(f"{PAGE}/{row.id}")).text
