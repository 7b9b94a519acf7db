"""Each number of the results has a sentence of what it means, and leads to exactly the rows it counts (SPEC R2)."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable

import httpx
import pytest

from tests.cast import Cast
from tests.cast.database.plans import statements
from tests.cast.histories.full_night import a_full_night, dan_works_too
from tests.cast.histories.ledger import AS_SAFEGUARD, BY_CARRIER, lost
from tests.cast.site import Browser, figures_of, here
from webapp.models.actions.action import Action
from webapp.models.conversations.message import Message
from webapp.models.kept_counts import SafeguardHit
from webapp.models.links import links
from webapp.models.links.links import LinkClick
from webapp.models.results import view_reports

# Numbers of people: the page behind has as many rows
OF_PEOPLE = {"Sent to", "Seen", "Started", "Completed", "Initial Messages", "Messages Remaining", "Needs Attention"}
OF_PEOPLE |= {"Available Reports Filled", "Opt-Outs"}
# Numbers of texts and clicks: the page behind lists each person of theirs once
OF_TEXTS: dict[str, Callable[[Message], bool]] = {
    "Responses": lambda text: text.direction == "in",
    "Follow-Ups": lambda text: text.direction == "out" and text.status == "taken" and text.kind != "initial",
    "Twilio Errors": lambda text: refused(text) and text.error_code not in AS_SAFEGUARD | BY_CARRIER,
    "Carrier Filtering": lambda text: refused(text) and text.error_code in BY_CARRIER,
}
OTHERS = {"Performs", "Reports", "Safeguards", "Link Clicks"}


def refused(text: Message) -> bool:
    return lost(text) and text.error_code is not None


def linked_figures(page: str) -> dict[str, tuple[int, str, str]]:
    """The number's words -> the number, where it leads, and its sentence."""
    found = re.findall(r'<dt>([^<]+)</dt>\s*<dd><a href="([^"]+)">([\d,]+)</a></dd>\s*<dd>(.*?)</dd>', page, re.DOTALL)
    return {words: (int(n), html.unescape(link), re.sub("<[^>]+>", "", said).strip()) for words, link, n, said in found}


async def rows_behind(browser: httpx.AsyncClient, link: str) -> list[str]:
    """The rows of a page's table: the page has one, and says how many there are."""
    page = (await browser.get(link)).text
    rows = (
        re.findall(r"<tr[^>]*>(?:(?!</tr>).)*</tr>", page[page.find("<tbody>") :], re.DOTALL)
        if "<tbody>" in page
        else []
    )
    if "/results/reports" in link:
        tables = page.split("<tbody>")
        found = re.findall(r"<tr>(.*?)</tr>", tables[-1], re.DOTALL)
        return [
            row for row in found if "Corrected since" not in row or "by=" in link
        ]  # a user's count from the first on
    told = re.search(r"([\d,]+)\s+(?:user|contact)s?\b", re.sub(r"<[^>]+>", " ", page[page.find('class="stack"') :]))
    assert told is None or "match" in page or int(told[1]) == len(rows)
    return rows


@pytest.mark.both
async def test_every_number_of_the_overview_leads_to_the_rows_it_counts(cast: Cast, browse: Browser) -> None:
    await a_full_night(cast)
    gary = await browse(cast.gary)
    figures = linked_figures((page := await gary.get(f"{here(cast)}/results")).text)
    assert figures.keys() == figures_of(page.text).keys() == OF_PEOPLE | OF_TEXTS.keys() | OTHERS
    people = await people_of_texts(cast.action)
    for words, (number, link, sentence) in figures.items():
        assert number and sentence.endswith((".", "View Reports")), words
        assert len(await rows_behind(gary, link)) == people.get(words, number), (words, link)
        if "box=" in link:
            assert f"{words}, {number}</b>" in (await gary.get(link)).text, "the page says the number that led to it"
    more = {words for words, number in people.items() if number < figures[words][0]}
    assert more == {"Responses", "Follow-Ups", "Link Clicks"}, "a person with several is one row"


@pytest.mark.both
async def test_every_number_of_a_user_leads_to_the_rows_it_counts(cast: Cast, browse: Browser) -> None:
    """Amy's alone: Dan texts somebody too, finishes a bucket, corrects a report of hers, files one, and has somebody who waits."""
    await a_full_night(cast)
    await dan_works_too(cast)
    gary = await browse(cast.gary)
    of_each = await numbers_of_users(gary, f"{here(cast)}/results/users")
    assert of_each.keys() == {"Amy Brookheimer", "Dan Egan"}
    assert of_each["Amy Brookheimer"].keys() == {"Performs", "Initials", "Follow-Ups", "Reports", "Needs Attention"}
    for name, member in (("Amy Brookheimer", cast.amy), ("Dan Egan", cast.dan)):
        for words, (link, number) in of_each[name].items():
            rows = await rows_behind(gary, link)
            sent = await Message.filter(user_id=member.user_id, status="taken").exclude(kind="initial")
            expected = len({t.contact_id for t in sent}) if words == "Follow-Ups" else number
            assert len(rows) == expected and number > 0, (name, words)
            if "sender=" in link:
                said = " ".join(re.sub("<[^>]+>", " ", (await gary.get(link)).text).split())
                assert f", {number} , sent by {name}," in said
    assert of_each["Amy Brookheimer"]["Follow-Ups"][1] == 2 and of_each["Dan Egan"].keys() == {
        "Performs",
        "Initials",
        "Reports",
        "Needs Attention",
    }


async def numbers_of_users(browser: httpx.AsyncClient, tab: str) -> dict[str, dict[str, tuple[str, int]]]:
    """User -> number -> where it leads and how much it is; what is nothing leads nowhere."""
    found: dict[str, dict[str, tuple[str, int]]] = {}
    for row in re.findall(r'<tr id="user-\d+">.*?</tr>', (await browser.get(tab)).text, re.DOTALL):
        [name] = re.findall(r'/users/\d+">([^<]+)</a>', row)[:1]
        cells = re.findall(r'data-column="([^"]+):">\s*(?:<a href="([^"]+)">)?(\d+)', row)
        assert all(bool(link) == (n != "0") for _, link, n in cells), cells
        if numbers := {words: (html.unescape(link), int(n)) for words, link, n in cells if link}:
            found[name] = numbers
    return found


async def people_of_texts(action: Action) -> dict[str, int]:
    texts = await Message.filter(action_id=action.id)
    people = {words: len({t.contact_id for t in texts if counts(t)}) for words, counts in OF_TEXTS.items()}
    people["Safeguards"] = len({hit.contact_id for hit in await SafeguardHit.filter(action_id=action.id)})
    clicks = await LinkClick.filter(action_id=action.id, by=links.PERSON)
    return people | {"Link Clicks": len({click.contact_id for click in clicks})}


@pytest.mark.both
async def test_every_number_of_the_tabs_leads_to_the_rows_it_counts(cast: Cast, browse: Browser) -> None:
    await a_full_night(cast)
    gary, seen = await browse(cast.gary), Counter[str]()
    for tab in ("tags", "fields", "initial-scripts", "response-scripts", "errors", "reports"):
        for link, number in await numbers_of(gary, f"{here(cast)}/results/{tab}"):
            assert len(await rows_behind(gary, link)) == await people_behind(cast.action, link, number), link
            seen[tab] += 1
    assert seen == {"tags": 2, "fields": 3, "initial-scripts": 1, "response-scripts": 1, "errors": 4, "reports": 6}


async def people_behind(action: Action, link: str, number: int) -> int:
    """Of a number of texts, each person once."""
    asked = httpx.QueryParams(link.partition("?")[2])
    texts = await Message.filter(action_id=action.id, direction="out")
    if "script" in asked:
        got = [t for t in texts if t.script_id == int(asked["script"]) and t.status == "taken"]
        got = [t for t in got if t.script_version == int(asked.get("version", t.script_version or 0))]
        assert len(got) == number
        return len({t.contact_id for t in got})
    if "code" in asked:
        code = int(asked["code"])
        hits = {hit.contact_id for hit in await SafeguardHit.filter(action_id=action.id, code=code)}
        return len(hits | {t.contact_id for t in texts if lost(t) and t.error_code == code})
    return number


async def numbers_of(browser: httpx.AsyncClient, tab: str) -> list[tuple[str, int]]:
    """Where each number of the tab's tables leads, and the number."""
    page = (await browser.get(tab)).text
    cells = re.findall(r'<td class="number"[^>]*>\s*(?:<a href="([^"]+)">)?\s*([\d,]+)\s*(?:</a>)?\s*</td>', page)
    assert all(link or n == "0" for link, n in cells), cells
    return [(html.unescape(link), int(n)) for link, n in cells if link]


@pytest.mark.both
async def test_reports_behind_an_answer_are_found_however_far_back_they_are(
    cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page looks at so many reports, and says where to look further; the follow-up of its people is one press away."""
    await a_full_night(cast)
    gary = await browse(cast.gary)
    monkeypatch.setattr(view_reports, "LOOKED_AT", 1)
    found = dict(await numbers_of(gary, f"{here(cast)}/results/tags"))
    assert list(found.values()) == [1, 1]
    for link in found:
        rows, address = 0, link
        while address:
            page = (await gary.get(address)).text
            rows += len(await rows_behind(gary, address))
            further = re.findall(r'href="([^"]*before=\d+)"', page)
            address = html.unescape(further[0]) if further else ""
        assert rows == 1 and "Nothing on this page" in page and "No reports found" not in page
        [follow_up] = re.findall(r'href="([^"]*/follow-up\?people=[^"]+)"', page)
        assert "1 person goes on the list" in " ".join((await gary.get(html.unescape(follow_up))).text.split())


@pytest.mark.parametrize("said", ["of=tag&name=Nobody has it&value=", "of=replied&name=&value=", "of=tag", "x", ""])
async def test_a_total_that_is_none_shows_no_report_or_all(cast: Cast, browse: Browser, said: str) -> None:
    await a_full_night(cast)
    page = await (await browse(cast.gary)).get(f"{here(cast)}/results/reports", params={"said": said})
    assert page.status_code == 200 and ("0 conversations whose" in page.text) == ("Nobody" in said)
    assert page.text.count("Corrected since") == ("Nobody" not in said)
    assert ("No reports found" in page.text) == ("Nobody" in said) and "No reports yet" not in page.text


async def test_for_a_total_that_is_none_no_report_is_looked_at(cast: Cast, browse: Browser) -> None:
    """However many there are: the kept counts say that nobody says so."""
    await a_full_night(cast)
    gary, reports_looked_at = await browse(cast.gary), {}
    for name in ("Nobody has it", "Will Vote"):
        with statements() as asked:
            await gary.get(f"{here(cast)}/results/reports", params={"said": f"of=tag&name={name}&value="})
        reports_looked_at[name] = sum("FROM report" in text or 'FROM "report"' in text for text, _ in asked)
    assert reports_looked_at["Nobody has it"] == 0 < reports_looked_at["Will Vote"]
