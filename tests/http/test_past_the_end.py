"""A page past the last row of a list says so, and leads to the first page."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.cast.site import OFFICE, Browser, here

TEMPLATES = Path(__file__).parents[2] / "webapp" / "templates"
PAST_ITS_END = (
    "contacts?after=99999999",
    "users?after=99999999",
    "opt-outs?before=1",
    "audit?before=1",
    "notices?before=1",
    "actions/{action}/results/users?filtered=1&role=volunteer&after=99999999",
    "actions/{action}/results/performs?before=1",
    "actions/{action}/results/reports?before=1",
)


@pytest.mark.parametrize("address", PAST_ITS_END)
async def test_past_the_last_page_nothing_says_that_there_is_nothing_at_all(
    cast: Cast, browse: Browser, address: str
) -> None:
    address = f"{OFFICE}/{address.format(action=cast.action.id)}"
    page = (await (await browse(cast.selina)).get(address)).text
    [empty] = re.findall(r'<section class="empty".*?</section>', page, re.DOTALL)
    assert "Nothing on this page" in empty and "yet" not in empty
    [first] = re.findall(r'href="([^"]+)"', empty)
    assert html.unescape(first) == re.sub(r"[?&](after|before)=\d+$", "", address)


async def test_the_first_page_of_nothing_says_what_is_missing(cast: Cast, browse: Browser) -> None:
    page = (await (await browse(cast.selina)).get(f"{here(cast)}/results/reports?before=")).text
    assert "No reports yet" in page and "Nothing on this page" not in page


@pytest.mark.parametrize(
    "template",
    [
        pytest.param(path, id=str(path.relative_to(TEMPLATES)))
        for path in sorted(TEMPLATES.rglob("*.html"))
        if "components/empty.html" in path.read_text()
        and re.search(r"\bnext_page\(|\bpages\(|before=(more|\{\{)", path.read_text())
    ],
)
def test_where_there_are_more_pages_an_empty_one_knows_which_it_is(template: Path) -> None:
    assert 'from "components/empty.html" import empty with context' in template.read_text()
