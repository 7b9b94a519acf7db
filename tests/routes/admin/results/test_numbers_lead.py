"""Each number of the results has a sentence of what it means, and leads to exactly the rows it counts (SPEC R2)."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.cast import Cast
from tests.cast.histories.ledger import AS_SAFEGUARD, BY_CARRIER, lost
from tests.cast.site import Browser, add_response, figures_of, here
from tests.cast.texting import new_sid
from webapp import clock
from webapp.database import transaction
from webapp.models.actions.action import Action
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.message import Message
from webapp.models.kept_counts import SafeguardHit
from webapp.models.opt_outs import blocking
from webapp.models.outcomes import answers
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND, STATUS
from webapp.models.reports import filing
from webapp.models.results import reports
from webapp.models.scripts import links
from webapp.models.scripts.links import CustomLink, LinkClick, TrackedLink
from webapp.models.sending.claim import claim_next
from webapp.models.sending.click import Queued
from webapp.models.sending.leaving import Claimed

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


NAMES = ("Ann", "Ben", "Cat", "Dee", "Eve", "Fay", "Gus")
CODES = {"Dee": ("late", 30007), "Eve": ("late", 30007), "Fay": ("call", 21612), "Gus": ("call", 21610)}


async def a_full_night(cast: Cast) -> None:
    """Each number is more than nothing, and where somebody can be counted twice somebody is. Ann answers twice, gets two links,
    opens one twice, and has a report that was corrected. Ben waits for an answer, Lisa is silent, Cat opts out, carriers filter
    Dee's and Eve's texts, Twilio refuses Fay's and Gus's, Hal is blocked, and Ida comes when all have been texted."""
    people = {
        name: await cast.add_contact(f"+1412555{3000 + n}", first_name=name, zip="15213")
        for n, name in enumerate((*NAMES, "Hal"))
    }
    await cast.make()
    await cast.start(cast.amy)
    await blocking.block(await cast.conversation(people["Hal"]), cast.gary.user)
    for name in ("Lisa", *NAMES):
        await cast.click(cast.amy, people.get(name, cast.lisa))
        how, code = CODES.get(name, ("", 0))
        claim = await claim_next(cast.number.id)
        assert isinstance(claim, Claimed)
        if how == "call":
            await answers.rejected(claim.message_id, claim.attempt_id, code)
            continue
        sid = await take(claim)
        if how == "late":
            await applied(STATUS, {"MessageSid": sid, "MessageStatus": "undelivered", "ErrorCode": str(code)})
    for name, words in (("Ann", "Yes"), ("Ann", "Where?"), ("Ben", "Who?"), ("Cat", "STOP")):
        told = {"MessageSid": new_sid(), "From": people[name].phone, "To": cast.number.e164, "Body": words}
        await applied(INBOUND, told)
    await ann_is_answered(cast, people["Ann"])
    await file(cast, people["Ann"], {"wrong_number"}, {})
    await file(cast, people["Ann"], {"will_vote"}, {"support_rating": "Supporter", "notes": "Kind"})
    await file(cast, people["Dee"], {"wrong_number"}, {"support_rating": "Against"})
    await cast.add_contact("+14125553999", first_name="Ida", zip="15213")
    await cast.make()


async def ann_is_answered(cast: Cast, ann: Contact) -> None:
    link: dict[str, Any] = {
        "campaign": cast.meyer,
        "slug": "plan",
        "title": "Plan",
        "url": "https://x.example",
        "created_at": clock.now(),
    }
    await transaction(lambda: CustomLink.create(**link))
    plan = await add_response(cast, "Plan")
    await plan.write("Plan", "See ##{{'plan'|trackable}}", None)
    for _ in range(2):
        assert isinstance(await cast.reply(cast.amy, script=plan, contact=ann), Queued)
        clock.freeze(clock.now() + timedelta(minutes=1))
        claim = await claim_next(cast.number.id)
        assert isinstance(claim, Claimed)
        await take(claim)
    opened = await TrackedLink.exclude(message_id=None).order_by("id").first()
    assert opened
    for by in (links.PERSON, links.PERSON, links.PREVIEW):
        await links.clicked(opened, by, "")


async def take(claim: Claimed) -> str:
    sid = new_sid()
    await answers.taken(claim.message_id, sid, claim.attempt_id)
    return sid


async def applied(kind: str, told: dict[str, str]) -> None:
    event = await applying.keep(kind, told)
    assert event
    await applying.apply(event)


async def file(cast: Cast, contact: Contact, tags: set[str], values: dict[str, str]) -> None:
    talk = await cast.conversation(contact)
    await talk.fetch_related("action")
    await filing.file(talk, cast.amy.user, await filing.questions(talk.action), tags, values)


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
        return [row for row in re.findall(r"<tr>(.*?)</tr>", tables[-1], re.DOTALL) if "Corrected since" not in row]
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
        rows = await rows_behind(gary, link)
        if words == "Performs":
            assert sum(int(n) for row in rows for n in re.findall(r'"Performs:">\s*(\d+)', row)) == number
        else:
            assert len(rows) == people.get(words, number), (words, link)
        if "box=" in link:
            assert f"{words}, {number}</b>" in (await gary.get(link)).text, "the page says the number that led to it"
    more = {words for words, number in people.items() if number < figures[words][0]}
    assert more == {"Responses", "Follow-Ups", "Link Clicks"}, "a person with several is one row"


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
    monkeypatch.setattr(reports, "LOOKED_AT", 1)
    found = dict(await numbers_of(gary, f"{here(cast)}/results/tags"))
    assert list(found.values()) == [1, 1]
    for link in found:
        rows, address = 0, link
        while address:
            page = (await gary.get(address)).text
            rows += len(await rows_behind(gary, address))
            further = re.findall(r'href="([^"]*before=\d+)"', page)
            address = html.unescape(further[0]) if further else ""
        assert rows == 1
        [follow_up] = re.findall(r'href="([^"]*/follow-up\?people=[^"]+)"', page)
        assert "1 person goes on the list" in " ".join((await gary.get(html.unescape(follow_up))).text.split())


@pytest.mark.parametrize("said", ["of=tag&name=Nobody has it&value=", "of=replied&name=&value=", "of=tag", "x", ""])
async def test_a_total_that_is_none_shows_no_report_or_all(cast: Cast, browse: Browser, said: str) -> None:
    await a_full_night(cast)
    page = await (await browse(cast.gary)).get(f"{here(cast)}/results/reports", params={"said": said})
    assert page.status_code == 200 and ("0 conversations whose" in page.text) == ("Nobody" in said)
    assert page.text.count("Corrected since") == ("Nobody" not in said)
