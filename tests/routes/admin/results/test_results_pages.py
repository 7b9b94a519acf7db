"""Results: the figures, and scripts side by side (SPEC R1 to R3)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.cast import Cast
from tests.cast.exporting import a_night
from tests.cast.site import OFFICE, PARTIAL, Browser, figures_of, here
from tests.cast.texting import claimed, says, texted
from webapp import database
from webapp.database import transaction
from webapp.models import tallies
from webapp.models.actions.script import Script
from webapp.models.kept_counts import of_script
from webapp.models.outcomes import answers


async def test_results_agree_with_what_was_done(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    await texted(cast)
    await says(cast, "Yes")
    await cast.reply(cast.amy, "Great")
    await says(cast, "STOP")
    page = (await gary.get(f"{OFFICE}/actions/{cast.action.id}/results")).text
    assert figures_of(page) == {
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
    other = await cast.hello.copy()
    await transaction(lambda: _sent(cast, other))
    page = (await (await browse(cast.gary)).get(f"{here(cast)}/results/initial-scripts")).text
    assert "100.0 %" in page and "20.7 to 100.0 %" in page and "Too close to call" in page


async def _sent(cast: Cast, script: Script) -> None:
    tallies.add(cast.action.id, cast.amy.user_id, {of_script("sent", script.id, script.version): 1})


async def test_side_by_side_says_so_where_there_is_nothing_to_compare(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await cast.hello.copy()
    page = (await (await browse(cast.gary)).get(f"{here(cast)}/results/initial-scripts")).text
    assert "Nothing to compare yet" in page and "Too close" not in page


REFUSED = [
    # Twilio's code, the box it counts in, its type in the table
    (21610, "Safeguards", "Safeguard"),
    (21614, "Safeguards", "Safeguard"),
    (21635, "Safeguards", "Safeguard"),
    (21612, "Twilio Errors", "Twilio Error"),
    (30004, "Carrier Filtering", "Carrier Filtering"),
    (21265, "Twilio Errors", "Twilio Error"),  # about the text, and not in our table
]


@pytest.mark.parametrize(("code", "box", "type"), REFUSED)
async def test_a_refused_text_is_in_one_box_and_in_the_table_below(
    cast: Cast, browse: Browser, code: int, box: str, type: str
) -> None:
    claim = await claimed(cast)
    await answers.rejected(claim.message_id, claim.attempt_id, code)
    gary = await browse(cast.gary)
    page = (await gary.get(f"{here(cast)}/results")).text
    figures = figures_of(page)
    boxes = ("Initial Messages", "Follow-Ups", "Twilio Errors", "Carrier Filtering", "Safeguards")
    assert {name: figures[name] for name in boxes if figures[name] != "0"} == {box: "1"}
    rows = re.findall(
        r'<th scope="row">(\d+)</th>\s*<td data-column="Type:">([\w ]+?)</td>.*?data-column="Count:">\s*<a [^>]+>(\d+)</a>',
        (await gary.get(f"{here(cast)}/results/errors")).text,
        re.S,
    )
    assert rows == [(str(code), type, "1")]


async def test_the_figures_cost_the_same_however_many_texts_there_are(
    cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No statement of theirs reads texts, conversations, reports or hits: none grows with the number of people. Queued texts
    alone are counted, by their own index, which others are not in."""
    await texted(cast)
    gary, asked, rows = await browse(cast.gary), list[str](), database.rows

    async def noted(sqlite: str, postgres: str | None = None, values: list[Any] | None = None) -> list[dict[str, Any]]:
        asked.append(sqlite)
        return await rows(sqlite, postgres, values)

    monkeypatch.setattr(database, "rows", noted)
    results_page = here(cast) + "/results"
    for tab in ("", "/initial-scripts", "/response-scripts", "/tags", "/fields", "/errors"):
        assert (await gary.get(results_page + tab, headers=PARTIAL)).status_code == 200
    counted = [text for text in asked if "_tally" in text or "FROM tally" in text or "action_user" in text]
    assert len(counted) >= 4, asked
    large = re.compile(r"\b(FROM|JOIN) (message|conversation|report|safeguard_hit|contact|link_click)\b")
    assert [text for text in counted if large.search(text)] == []
    summed = [text for text in asked if large.search(text) and "GROUP BY" in text]
    assert len(summed) == 1 and "m.status = 'queued'" in summed[0]


@pytest.mark.both
async def test_view_reports_has_totals_and_each_report(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    where = here(cast) + "/results/reports"
    assert "No reports yet" in (await gary.get(where)).text
    await a_night(cast)
    assert f'href="{where}"' in (await gary.get(here(cast) + "/results")).text
    page = (await gary.get(where)).text
    assert "Will Vote" in page and "Kind" in page and "Lisa" in page and "Amy" in page and "Typed answers" in page
    assert "1 conversation has a report." in page, "the number of the overview that leads here"
    assert (await (await browse(cast.jonah)).get(where)).status_code == 404
    assert (await gary.get(where + "?before=1")).status_code == 200


async def test_pictures_show_what_was_sent_and_answered_and_have_a_table(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    assert "Pictures appear after the first text" in (await gary.get(f"{here(cast)}/results")).text
    await texted(cast)
    await says(cast, "Yes")
    page = (await gary.get(f"{here(cast)}/results")).text
    tables = re.findall(r"<caption>([^<]+)</caption>.*?</thead>(.*?)</table>", page, re.S)
    assert [name for name, _ in tables] == ["By hour, the highest 1", "By hour of the day", "By weekday"]
    for _, rows in tables:
        assert re.findall(r"<td>(\d+)</td>", rows) == ["1", "1"]
    for words, number in (("Texted", "1"), ("Replied", "1"), ("Report filed", "0"), ("Delivered", "0")):
        assert re.search(rf'<th scope="row">{words}</th>\s*<td class="number">{number}</td>', page)
    assert re.search(r'No report from the carrier yet</th>\s*<td class="number">1</td>', page)
    assert "style=" not in page[page.index('id="figures"') :]


async def test_the_wall_has_no_menu_and_refreshes_itself(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    gary = await browse(cast.gary)
    page = (await gary.get(f"{here(cast)}/results?wall")).text
    assert "Initial Messages" in page and 'id="site-menu"' not in page and f'hx-get="{here(cast)}/results?wall"' in page
    assert "counts-changed from:#live" in page and "every 60s" in page
    assert "every 60s" not in (await gary.get(f"{here(cast)}/results")).text
    part = (await gary.get(f"{here(cast)}/results?wall", headers=PARTIAL)).text
    assert "<main" not in part and 'id="figures"' in part


async def test_a_version_says_what_a_reply_costs(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    gary = await browse(cast.gary)
    tab = f"{here(cast)}/results/initial-scripts"
    assert 'data-column="Cost per reply">–</td>' in (await gary.get(tab)).text
    await says(cast, "Yes")
    assert 'data-column="Cost per reply">$0.0125</td>' in (await gary.get(tab)).text
