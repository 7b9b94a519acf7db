"""The office's page of VAN's saved lists (SPEC B3)."""

from __future__ import annotations

from tests.cast import Cast
from tests.cast.site import OFFICE, Browser, audited
from tests.cast.van import bring_in, connects, go_on, the_van
from webapp.models.van_lists import listed
from webapp.models.van_lists.listed import VanList
from webapp.models.van_lists.loading import VanLoad
from webapp.simulator.van.store import Store

LISTS = OFFICE + "/van/lists"


async def test_a_list_is_chosen_from_van_s_own_and_its_way_in_is_shown(cast: Cast, van: Store, browse: Browser) -> None:
    await connects(cast)
    gary = await browse(cast.gary)
    text = (await gary.get(LISTS)).text
    assert "GOTV phones" in text and "Nobody yet" in text
    saved = await VanList.get(campaign_id=cast.meyer.id, saved_list_id=9_001)
    answer = await gary.post(f"{LISTS}/{saved.id}/imports")
    assert answer.status_code == 303 and await audited("van.list_brought") == 1
    assert "VAN is asked for the list." in (await gary.get(LISTS)).text
    load = await VanLoad.get()
    await go_on(load, 1)
    assert "VAN makes the file." in (await gary.get(LISTS)).text
    await go_on(load)
    text = (await gary.get(LISTS)).text
    assert (
        "3 contacts stored." in text
        and f"/imports/{load.import_id}" in text
        and "hx-trigger" not in text.split("van-loads")[1][:80]
    )
    assert "hx-get" not in (await gary.get(LISTS, headers={"HX-Request-Type": "partial"})).text


async def test_lists_are_found_by_their_name(cast: Cast, van: Store, browse: Browser) -> None:
    await connects(cast)
    gary = await browse(cast.gary)
    text = (await gary.get(LISTS + "?find=gotv")).text
    assert "GOTV phones" in text and "Nobody yet" not in text
    assert "No list has this in its name." in (await gary.get(LISTS + "?find=zzz")).text


async def test_a_trouble_is_said_on_the_page(cast: Cast, van: Store, browse: Browser) -> None:
    await connects(cast)
    van.unshared.add(9_001)
    await bring_in(cast)
    text = (await (await browse(cast.gary)).get(LISTS)).text
    assert "folder is shared with the key&#39;s user" in text and "Nothing was stored." in text


async def test_without_a_key_or_lists_the_page_says_what_to_do(cast: Cast, van: Store, browse: Browser) -> None:
    gary = await browse(cast.gary)
    assert "Set the key first" in (await gary.get(LISTS)).text
    await connects(cast)
    await listed.note(await the_van(cast), [])
    await listed.not_read(await the_van(cast), "No access (HTTP 403)")
    text = (await gary.get(LISTS)).text
    assert "VAN did not give its saved lists." in text and "No access (HTTP 403)" in text and "Share a folder" in text


async def test_a_list_on_its_way_is_cancelled(cast: Cast, van: Store, browse: Browser) -> None:
    await connects(cast)
    gary = await browse(cast.gary)
    await gary.post(f"{LISTS}/{(await VanList.all().first()).id}/imports")  # type: ignore[union-attr]
    load = await VanLoad.get()
    assert (await gary.post(f"{OFFICE}/van/loads/{load.id}/cancellation")).status_code == 303
    await load.refresh_from_db()
    assert load.status == "cancelled" and await audited("van.list_cancelled") == 1
    assert "Cancelled. Nothing was stored." in (await gary.get(LISTS)).text


async def test_reading_the_lists_again_leads_back_to_them(cast: Cast, van: Store, browse: Browser) -> None:
    await connects(cast)
    answer = await (await browse(cast.gary)).post(OFFICE + "/van/checks", data={"from": "lists"})
    assert answer.headers["location"].endswith(f"/van/lists?van={(await the_van(cast)).id}")


async def test_another_campaign_s_lists_are_not_there(cast: Cast, van: Store, browse: Browser) -> None:
    await connects(cast)
    load = await bring_in(cast)
    jonah = await browse(cast.jonah)
    assert "GOTV" not in (await jonah.get("/c/ryan/admin/van/lists")).text
    saved = await VanList.get(campaign_id=cast.meyer.id, saved_list_id=9_001)
    for path in (f"lists/{saved.id}/imports", f"loads/{load.id}/cancellation", "lists/99999999999/imports"):
        assert (await jonah.post(f"/c/ryan/admin/van/{path}")).status_code == 404
