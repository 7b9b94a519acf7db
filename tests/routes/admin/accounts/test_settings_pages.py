"""Settings: saved and noted, or kept as typed with what is wrong (SPEC S7, S12, B4)."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.site import OFFICE, Browser, audited
from tests.cast.texting import texted
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.actions.action import Action

SETTINGS = {
    "start_time": "10:00",
    "end_time": "20:00",
    "timezone": "America/Chicago",
    "bucket_size": "25",
    "preferred_area_codes": "814, 412",
    "fallback_sender": "a friend",
    "fallback_recipient": "neighbor",
    "outbound_lock": "1",
    "use_lookup": "1",
    "return_after_minutes": "30",
    "undo_seconds": "3",
    "queue_limit_minutes": "20",
    "possible_opt_out_hours": "3",
    "waiting_reply_minutes": "45",
    "segment_price": "0.0130",
    "mms_price": "$0.03",
    "daily_cap": "1,250",
}


async def test_settings_are_saved_and_noted(cast: Cast, browse: Browser) -> None:
    answer = await (await browse(cast.gary)).post(OFFICE + "/settings", data=SETTINGS)
    assert answer.status_code == 200 and "Saved." in answer.text
    meyer = await Campaign.get(id=cast.meyer.id)
    assert (meyer.start_time, meyer.end_time, meyer.bucket_size, meyer.undo_seconds) == ("10:00", "20:00", 25, 3)
    assert (meyer.segment_price, meyer.mms_price, meyer.daily_cap) == (130, 300, 12_500_000)
    assert meyer.area_codes == ["814", "412"] and not meyer.disable_custom_responses
    assert await audited("settings.saved") == 1


async def test_a_new_cap_counts_from_now(cast: Cast, browse: Browser) -> None:
    day = cast.meyer.local(clock.now()).date()
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(daily_cap=1, capped_on=day))
    gary = await browse(cast.gary)
    assert "limit is reached" in (await gary.get(OFFICE + "/settings")).text
    await gary.post(OFFICE + "/settings", data=SETTINGS)
    assert (await Campaign.get(id=cast.meyer.id)).capped_on is None
    basic = {"title": "Plan", "lists": str(cast.voters.id), "daily_cap": "12.50"}
    await gary.post(f"{OFFICE}/actions/{cast.action.id}", data=basic)
    assert (await Action.get(id=cast.action.id)).daily_cap == 125_000


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("start_time", "07:59", "before 8:00 AM"),
        ("end_time", "21:01", "after 9:00 PM"),
        ("end_time", "10:00", "after the start"),
        ("bucket_size", "7", "choose one"),
        ("undo_seconds", "16", "from 0 to 15"),
        ("preferred_area_codes", "12", "three digits"),
        ("timezone", "Mars/Base", "choose one"),
        ("fallback_sender", "", "is missing"),
        ("start_time", "noon", "such as 09:00"),
        ("segment_price", "", "is missing"),
        ("daily_cap", "lots", "an amount in dollars"),
        ("segment_price", "1,2,5", "an amount in dollars"),
        ("daily_cap", "0", "use Pause or Stop Everything"),
        ("timezone", "Asia/Tokyo", "choose one of the options"),
        ("timezone", "Etc/GMT+12", "choose one of the options"),
        ("segment_price", "٠.٠١", "an amount in dollars"),
        ("daily_cap", "0,00", "use Pause or Stop Everything"),
        ("fallback_sender", "##{{first_name}}", "plain words only"),
        ("fallback_sender", "{first_name}", "plain words only"),
        ("daily_cap", "300000", "at most $200,000"),
    ],
)
async def test_a_wrong_setting_has_its_error_beside_it_and_nothing_is_saved(
    cast: Cast, browse: Browser, field: str, value: str, words: str
) -> None:
    answer = await (await browse(cast.gary)).post(OFFICE + "/settings", data={**SETTINGS, field: value})
    assert answer.status_code == 422 and words in answer.text and "What you typed is kept" in answer.text
    assert 'value="neighbor"' in answer.text
    assert (await Campaign.get(id=cast.meyer.id)).bucket_size == 100


async def test_a_cap_below_what_was_spent_closes_start_at_once(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    gary = await browse(cast.gary)
    assert "limit is reached" in (await gary.post(OFFICE + "/settings", data=SETTINGS | {"daily_cap": "0.01"})).text
    amy = await browse(cast.amy)
    refused = await amy.post(f"/c/meyer/actions/{cast.action.id}/buckets")
    assert refused.status_code == 409 and "spending limit for today" in refused.text


async def test_the_join_code_can_be_renewed(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    page = (await gary.get(OFFICE + "/settings/info")).text
    assert "482913" in page and "data:image/svg+xml" in page
    await gary.post(OFFICE + "/settings/join-codes")
    assert (await Campaign.get(id=cast.meyer.id)).join_code != "482913"


@pytest.mark.postgres
async def test_a_large_cap_is_refused_or_kept(cast: Cast, browse: Browser) -> None:
    selina = await browse(cast.selina)
    form = {
        "start_time": "09:00",
        "end_time": "21:00",
        "timezone": "America/New_York",
        "bucket_size": "100",
        "preferred_area_codes": "",
        "fallback_sender": "a volunteer",
        "fallback_recipient": "friend",
        "segment_price": "0.0125",
        "mms_price": "0.022",
        "daily_cap": "300000",
        "return_after_minutes": "60",
        "undo_seconds": "5",
        "queue_limit_minutes": "30",
        "possible_opt_out_hours": "2",
        "waiting_reply_minutes": "60",
    }
    assert (await selina.post("/c/meyer/admin/settings", data=form)).status_code in (200, 422)


@pytest.mark.parametrize("field", ["name", "description"])
@pytest.mark.parametrize("value", ["Meyer (bit.ly/meyer)", "Meyer {first_name}"])
async def test_a_campaign_s_own_words_may_not_hold_what_no_text_may(
    cast: Cast, browse: Browser, field: str, value: str
) -> None:
    form = {"name": "Meyer", "description": "Of the people", "broadcast_phone_number": ""}
    answer = await (await browse(cast.selina)).post(OFFICE + "/settings/info", data={**form, field: value})
    assert answer.status_code == 422 and "no link shortener and no variable" in answer.text
    assert (await Campaign.get(id=cast.meyer.id)).name == cast.meyer.name
