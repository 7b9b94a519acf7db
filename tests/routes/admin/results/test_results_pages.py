"""Results: the figures, and scripts side by side (SPEC R1 to R3)."""

from __future__ import annotations

import re

from tests.cast import Cast
from tests.cast.site import OFFICE, Browser
from tests.cast.texting import says, texted


async def test_results_agree_with_what_was_done(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    await texted(cast)
    await says(cast, "Yes")
    await cast.reply(cast.amy, "Great")
    await says(cast, "STOP")
    page = (await gary.get(f"{OFFICE}/actions/{cast.action.id}/results")).text
    figures = dict(re.findall(r"<dt>([^<]+)</dt>\s*<dd>([\d,]+)</dd>", page))
    assert figures == {
        "Sent to": "1",
        "Seen": "1",
        "Started": "1",
        "Completed": "1",
        "Performs": "1",
        "Reports": "0",
        "Initial Messages": "1",
        "Messages Remaining": "0",
        "Responses": "2",
        "Follow-Ups": "0",
        "Needs Attention": "0",
        "Available Reports Filled": "0",
        "Opt-Outs": "1",
        "Link Clicks": "0",
        "Twilio Errors": "0",
        "Carrier Filtering": "0",
        "Safeguards": "0",
    }


async def test_scripts_stand_side_by_side_and_noise_names_no_winner(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "yes")
    await cast.hello.copy()
    gary = await browse(cast.gary)
    assert "/results/scripts" in (await gary.get(f"{OFFICE}/actions/{cast.action.id}/results")).text
    page = (await gary.get(f"{OFFICE}/actions/{cast.action.id}/results/scripts")).text
    assert "100.0 %" in page and "20.7 to 100.0 %" in page and "Too close to call" in page
