"""The search of a campaign: a form, a page, results by kind (SPEC H1)."""

from __future__ import annotations

from tests.cast import Cast, opt_out_phone
from tests.cast.site import OFFICE, Browser
from webapp.models.opt_outs.opt_out import FROM_ADMIN


async def test_results_are_links_with_counts_and_a_masked_phone(cast: Cast, browse: Browser) -> None:
    await opt_out_phone(cast.meyer, cast.lisa.phone, FROM_ADMIN)
    gary = await browse(cast.gary)
    page = (await gary.get(OFFICE + "/search?q=lisa")).text
    assert f'href="{OFFICE}/contacts/{cast.lisa.id}"' in page and "Lisa Ng" in page and "Opted out" in page
    assert "555-0101" not in page and "Phone hidden, ends in 01" in page
    page = (await gary.get(OFFICE + "/search?q=vote")).text
    for address in (f"/actions/{cast.action.id}/results", f"/actions/{cast.action.id}/scripts", "/contacts?tag="):
        assert f'href="{OFFICE}{address}' in page


async def test_each_link_of_the_results_leads_somewhere(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    for q in ("lisa", "vote", "amy"):
        page = (await gary.get(f"{OFFICE}/search?q={q}")).text
        links = [part.split('"')[0] for part in page.split('class="row-link" href="')[1:]]
        assert links, q
        for link in links:
            assert (await gary.get(link)).status_code == 200, link


async def test_nothing_found_says_so_and_nothing_typed_asks(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    assert "Nothing found" in (await gary.get(OFFICE + "/search?q=<b>zebra")).text
    assert "<b>zebra" not in (await gary.get(OFFICE + "/search?q=<b>zebra")).text
    empty = (await gary.get(OFFICE + "/search")).text
    assert "Nothing found" not in empty and "autofocus" in empty


async def test_every_page_of_the_office_has_the_field_and_a_volunteers_has_not(cast: Cast, browse: Browser) -> None:
    gary, amy = await browse(cast.gary), await browse(cast.amy)
    for where in ("", "/contacts", "/settings", "/search?q=x"):
        assert (await gary.get(OFFICE + where)).text.count("data-slash\n") == 1, where
    assert "data-slash" not in (await amy.get("/c/meyer")).text
    assert (await amy.get(OFFICE + "/search?q=lisa")).status_code == 404
