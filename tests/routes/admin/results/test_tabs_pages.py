"""The tabs of View Results, each with its own address, and the filters over users (SPEC R3, R4)."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.cast import Cast
from tests.cast.bulk import finish_work
from tests.cast.exporting import a_night
from tests.cast.site import OFFICE, Browser, add_response, begin_work, here
from tests.cast.texting import claimed, says, texted
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts import user_search
from webapp.models.accounts.users import Membership
from webapp.models.actions.action_user import ActionUser
from webapp.models.actions.script import INITIAL, RESPONSE, Script
from webapp.models.notices.notice import Recipient
from webapp.models.outcomes import answers
from webapp.rules import errors

TABS = ("users", "tags", "fields", "initial-scripts", "response-scripts", "errors")


def words_of(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


@pytest.mark.parametrize("tab", TABS)
async def test_each_tab_has_an_address_of_its_own_for_staff_of_this_campaign(
    cast: Cast, browse: Browser, tab: str
) -> None:
    gary = await browse(cast.gary)
    page = await gary.get(f"{here(cast)}/results/{tab}")
    assert page.status_code == 200 and f'href="{here(cast)}/results/{tab}" aria-current="page"' in page.text
    assert f'href="{here(cast)}/results/{tab}"' in (await gary.get(f"{here(cast)}/results")).text
    assert (await (await browse(cast.jonah)).get(f"{here(cast)}/results/{tab}")).status_code == 404
    assert (await (await browse(cast.amy)).get(f"{here(cast)}/results/{tab}")).status_code == 404
    assert (await gary.post(f"{here(cast)}/results/{tab}")).status_code == 405


async def test_users_shows_everyone_it_was_sent_to_also_who_was_suspended_or_did_nothing(
    cast: Cast, browse: Browser
) -> None:
    await a_night(cast)
    await transaction(lambda: ActionUser.mark([cast.action.id], cast.dan.user_id))
    await transaction(lambda: Membership.filter(id=cast.dan.id).update(suspended_at=clock.now()))
    gary = await browse(cast.gary)
    page = (await gary.get(f"{here(cast)}/results/users")).text
    assert "2 users match" in page and "Amy Brookheimer" in page and "Dan Egan" in page and "Selina" not in table(page)
    [amys] = re.findall(rf'<tr id="user-{cast.amy.user_id}">(.*?)</tr>', page, re.S)
    numbers = dict(re.findall(r'data-column="([\w -]+):">\s*(?:<a [^>]+>)?(\d+)', amys))
    assert numbers == {"Performs": "1", "Initials": "1", "Follow-Ups": "0", "Reports": "1", "Needs Attention": "0"}
    for what in ("Reassign Contacts", "Send Message", "Suspend"):
        assert what in amys
    assert f"action={cast.action.id}&amp;assigned={cast.amy.user_id}" in amys and f"members={cast.amy.id}" in amys
    [dans] = re.findall(rf'<tr id="user-{cast.dan.user_id}">(.*?)</tr>', page, re.S)
    assert "Suspended" in dans and "/suspension" not in dans


async def test_an_action_that_nobody_has_says_how_users_get_it_and_not_that_a_filter_is_wrong(
    cast: Cast, browse: Browser
) -> None:
    gary = await browse(cast.gary)
    page = (await gary.get(f"{here(cast)}/results/users")).text
    assert (
        "Nobody has this action yet" in page
        and f'href="{here(cast)}/sendings"' in page
        and "No users found" not in page
    )
    page = (await gary.get(f"{here(cast)}/results/users?filtered=1&q=nobody")).text
    assert "No users found" in page and "Nobody has this action yet" not in page


async def test_from_a_user_s_row_of_the_results_their_contacts_are_reassigned(cast: Cast, browse: Browser) -> None:
    await cast.start(cast.amy)
    gary = await browse(cast.gary)
    page = (await gary.get(f"{here(cast)}/results/users")).text
    [row] = re.findall(rf'<tr id="user-{cast.amy.user_id}">(.*?)</tr>', page, re.S)
    [link] = re.findall(r'<a [^>]*href="([^"]*)"[^>]*>(?:(?!</a>).)*Reassign Contacts', row, re.S)
    asked = (await gary.get(html.unescape(link))).text
    assert "1 contact selected" in asked and "Assign Contacts" in asked
    filters = parse_qs(urlsplit(html.unescape(link)).query)
    assert (filters["action"], filters["assigned"]) == ([str(cast.action.id)], [str(cast.amy.user_id)])
    await begin_work(gary, "assign", to=f"user:{cast.dan.user_id}", do_action="0", mode="all", **_first(filters))
    await finish_work()
    assert (await cast.conversation()).user_id == cast.dan.user_id


def _first(filters: dict[str, list[str]]) -> dict[str, str]:
    return {name: values[0] for name, values in filters.items() if name != "kind"}


def table(page: str) -> str:
    return page[page.index("<tbody>") : page.index("</tbody>")]


FOUND = [
    # the address's query, who is found
    ("", ["Amy", "Dan"]),
    ("filtered=1", ["Selina", "Gary", "Amy", "Dan"]),
    ("step=started", ["Amy"]),
    ("step=not_started", ["Dan"]),
    ("step=completed", ["Amy"]),
    ("step=seen&q=dan", []),
    ("q=egan", ["Dan"]),
    ("attention=yes", ["Amy"]),
    ("status=active", ["Amy"]),
    ("role=admin", []),
    ("filtered=1&role=admin", ["Gary"]),
    ("filtered=1&step=not_received", ["Selina", "Gary"]),
]


@pytest.mark.parametrize(("query", "who"), FOUND)
async def test_a_filter_finds_users_and_says_how_many(cast: Cast, browse: Browser, query: str, who: list[str]) -> None:
    await texted(cast)
    await says(cast, "Yes")
    await transaction(lambda: ActionUser.mark([cast.action.id], cast.dan.user_id))
    await transaction(lambda: Membership.filter(id=cast.dan.id).update(suspended_at=clock.now()))
    page = (await (await browse(cast.gary)).get(f"{here(cast)}/results/users?{query}")).text
    assert f"{len(who)} user{'s' * (len(who) != 1)} match" in page
    shown = re.findall(r'<th scope="row">\s*<a href="[^"]+">(\w+) ', table(page)) if who else []
    assert shown == who


async def test_those_found_are_told_and_nobody_else(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await transaction(lambda: ActionUser.mark([cast.action.id], cast.dan.user_id))
    gary = await browse(cast.gary)
    page = (await gary.get(f"{here(cast)}/results/users?step=not_started")).text
    [found] = re.findall(r'name="filter" value="([^"]+)"', page)
    for kind in ("push", "email", "message", "action"):
        assert f'name="kind" value="{kind}"' in page
    form = {"scope": "all", "filter": html.unescape(found)}
    asked = (await gary.get(f"{OFFICE}/notices/new", params={**form, "kind": "message"})).text
    assert "To 1 user" in asked
    [client_id] = re.findall(r'name="client_id" value="([^"]+)"', asked)
    sent = {**form, "kind": "message", "title": "Start", "body": "Please start.", "client_id": client_id}
    assert (await gary.post(f"{OFFICE}/notices", data=sent)).status_code == 303
    assert [row.member_id for row in await Recipient.all()] == [cast.dan.id]


async def test_users_are_turned_page_by_page_with_the_filter_kept(
    cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(user_search, "PAGE", 2)
    gary = await browse(cast.gary)
    first = (await gary.get(f"{here(cast)}/results/users?filtered=1&zip=152")).text
    [more] = re.findall(r'href="[^"]*users\?([^"]*after=\d+)"', first)
    second = (await gary.get(f"{here(cast)}/results/users?{html.unescape(more)}")).text
    assert "Selina" in table(first) and "Dan" in table(second) and "Selina" not in table(second)
    assert "zip=152" in more and "4 users match" in second


async def test_tags_and_fields_show_what_the_newest_reports_say(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    assert "No tags yet" in (await gary.get(f"{here(cast)}/results/tags")).text
    assert "No answers yet" in (await gary.get(f"{here(cast)}/results/fields")).text
    await a_night(cast)
    tags = words_of((await gary.get(f"{here(cast)}/results/tags")).text)
    assert re.search(r"Will Vote Who has it now 1 100\.0 %", tags)
    fields = words_of((await gary.get(f"{here(cast)}/results/fields")).text)
    assert "Notes" in fields and re.search(r"Typed in own words 1 100\.0 %", fields)


async def test_response_scripts_show_their_words_and_how_often_they_were_sent(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    script = await add_response(cast, "Polls")
    page = words_of((await gary.get(f"{here(cast)}/results/response-scripts")).text)
    assert f"Polls {script.body}" in page and "0.0 %" in page
    await transaction(lambda: Script.filter(action=cast.action, kind=RESPONSE).update(archived_at=clock.now()))
    assert "No response scripts" in (await gary.get(f"{here(cast)}/results/response-scripts")).text


async def test_without_initial_scripts_there_is_no_table_to_read(cast: Cast, browse: Browser) -> None:
    await transaction(lambda: Script.filter(action=cast.action, kind=INITIAL).update(archived_at=clock.now()))
    page = (await (await browse(cast.gary)).get(f"{here(cast)}/results/initial-scripts")).text
    assert "No initial scripts" in page and "Bars reach" not in page and "Nothing to compare" not in page


async def test_errors_have_a_meaning_and_an_advice(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    assert "No errors" in (await gary.get(f"{here(cast)}/results/errors")).text
    claim = await claimed(cast)
    await answers.rejected(claim.message_id, claim.attempt_id, 30007)
    page = words_of((await gary.get(f"{here(cast)}/results/errors")).text)
    told = errors.explain(30007)
    assert f"30007 Carrier Filtering {told.meaning} {told.advice} 1" in page and told.advice
