"""Start a follow-up action: the form, its refusals, and the way back (SPEC R6)."""

from __future__ import annotations

import html
import re

import pytest

from tests.cast import Cast
from tests.cast.bulk import finish_work
from tests.cast.site import OFFICE, PARTIAL, Browser, form_of, here
from tests.cast.texting import claimed, new_sid, says, texted
from webapp.models.actions.action import DRAFT, Action
from webapp.models.bulk.job import BulkJob
from webapp.models.outcomes import answers
from webapp.models.sending.claim import claim_next
from webapp.models.sending.leaving import Claimed
from webapp.routes.admin.actions import follow_up
from webapp.rules.results.people_behind import People

REPLIED = People("replied").key


async def test_the_page_says_how_many_before_it_does_it_and_does_it_once(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    page = here(cast) + "/follow-up"
    assert "No results yet" in (await gary.get(page)).text
    await texted(cast)
    await says(cast, "Yes")
    shown = (await gary.get(page)).text
    assert "Replied (1)" in shown and "on the list" not in shown
    shown = (await gary.get(page, params={"people": REPLIED}, headers=PARTIAL)).text
    assert "1 person goes on the list" in shown and "None of them has opted out" in shown
    form = {**form_of(shown.split("Count them")[1], page), "name": "Second try"}
    first = await gary.post(page, data=form)
    assert (await gary.post(page, data=form)).headers["location"] == first.headers["location"]
    await finish_work()
    done = (await gary.get(first.headers["location"])).text
    draft = await Action.get(state=DRAFT)
    assert f"{OFFICE}/actions/{draft.id}/scripts" in done and "Done: 1 contact" in done
    assert (
        "Replied: Make a plan to vote" in (await gary.get(f"{OFFICE}/lists/{(await BulkJob.get()).what['list']}")).text
    )
    back = re.search(r'action="([^"]+/follow-ups/\d+/end)"', done)
    assert back and (await gary.post(back[1])).headers["location"].endswith("actions?show=archived")
    assert (await Action.get(id=draft.id)).archived_at is not None


async def test_people_of_an_error_are_told_in_whole_sentences(cast: Cast, browse: Browser) -> None:
    claim = await claimed(cast)
    await answers.rejected(claim.message_id, claim.attempt_id, 21610)
    page = (await (await browse(cast.gary)).get(here(cast) + "/follow-up")).text
    [code] = re.findall(r'<option value="([^"]+)"[^>]*>21610', page)
    shown = (
        await (await browse(cast.gary)).get(here(cast) + "/follow-up", params={"people": html.unescape(code)})
    ).text
    said = " ".join(re.sub(r"<[^>]+>", " ", shown).split())
    assert "opted out at Twilio. 0 people go on the list. 1 more is left out" in said


async def test_of_many_the_form_says_what_the_results_count(
    cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_up, "COUNTED", 1)
    ann = await cast.add_contact("+14125553000", first_name="Ann", zip="15213")
    await cast.make()
    await cast.start(cast.amy)
    for person in (cast.lisa, ann):
        await cast.click(cast.amy, person)
        claim = await claim_next(cast.number.id)
        assert isinstance(claim, Claimed)
        await answers.taken(claim.message_id, new_sid(), claim.attempt_id)
        await says(cast, "Yes", From=person.phone)
    gary = await browse(cast.gary)
    shown = (await gary.get(here(cast) + "/follow-up", params={"people": REPLIED})).text
    assert "The results count 2." in shown and "go on the list" in shown and "None of them" not in shown


async def test_wrong_forms_begin_nothing_and_keep_what_was_typed(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "Yes")
    gary = await browse(cast.gary)
    page = here(cast) + "/follow-up"
    form = form_of((await gary.get(page, params={"people": REPLIED})).text.split("Count them")[1], page)
    for wrong, said in (
        ({}, "Choose which people"),
        ({**form, "name": ""}, "Name"),
        ({**form, "name": "Voters"}, "Another contact list has this name"),
        ({**form, "people": "of=all", "name": "x"}, "Choose which people"),
        ({**form, "client_id": "1", "name": "x"}, "Choose which people"),
    ):
        answer = await gary.post(page, data=wrong)
        assert answer.status_code == 422 and said in answer.text, wrong
    assert 'value="Voters"' in (await gary.post(page, data={**form, "name": "Voters"})).text
    assert await BulkJob.all().count() == 0


async def test_strangers_and_other_campaigns_find_nothing(cast: Cast, browse: Browser) -> None:
    for member, status in ((cast.jonah, 404), (cast.amy, 404), (None, 303)):
        client = await browse(member) if member else await browse()
        assert (await client.get(here(cast) + "/follow-up")).status_code == status
        assert (await client.post(here(cast) + "/follow-up")).status_code == status
    jonah = await browse(cast.jonah)
    other = here(cast).replace("meyer", "ryan") + "/follow-up"
    assert (await jonah.get(other)).status_code == 404 and (await jonah.post(other)).status_code == 404
    gary = await browse(cast.gary)
    assert (await gary.post(OFFICE + "/follow-ups/99/end")).status_code == 404
    assert (await gary.get(OFFICE + "/follow-ups/99/end")).status_code == 405


@pytest.mark.both
@pytest.mark.parametrize("people", ["of=tag&name=%00", "of=tag&name=a%00b", "of=field&name=a&value=%00", "of=tag%00"])
async def test_a_nul_in_the_people_of_an_address_breaks_nothing(cast: Cast, browse: Browser, people: str) -> None:
    await texted(cast)
    page, gary = here(cast) + "/follow-up", await browse(cast.gary)
    assert (await gary.get(page, params={"people": people})).status_code == 200
    assert (await gary.post(page, data={"people": people, "name": "Second try"})).status_code == 422
