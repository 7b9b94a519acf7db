"""The inbox."""

from __future__ import annotations

import re

from tests.cast import Cast
from tests.cast.site import PARTIAL, Browser
from tests.cast.texting import says, texted


async def test_the_inbox_filters_what_needs_attention(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    amy = await browse(cast.amy)
    assert "Nobody is waiting" in (await amy.get("/c/meyer/inbox")).text
    await says(cast, "Where do I vote?")
    page = (await amy.get("/c/meyer/inbox?show=attention")).text
    assert "Where do I vote?" in page and "Needs Attention 1" in page
    assert "Nothing matches" in (await amy.get("/c/meyer/inbox?show=all&q=Zed")).text
    fragment = (await amy.get("/c/meyer/inbox?show=unread", headers=PARTIAL)).text
    assert re.match(r'\s*<div\s+id="threads"', fragment)
