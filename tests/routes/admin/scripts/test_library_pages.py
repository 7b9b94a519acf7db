"""The library of scripts is read, and one of it is used (SPEC H3)."""

from __future__ import annotations

from tests.cast import Cast
from tests.cast.site import OFFICE, Browser
from webapp import clock
from webapp.database import transaction
from webapp.models.actions.action import Action
from webapp.models.actions.script import Script
from webapp.rules.library import shelf

USE = f"{OFFICE}/library/persuade/uses"


async def test_every_script_has_its_page(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    index = (await gary.get(f"{OFFICE}/library")).text
    for one in shelf.ALL:
        assert f"{OFFICE}/library/{one.slug}" in index
        assert (await gary.get(f"{OFFICE}/library/{one.slug}")).status_code == 200


async def test_used_it_is_a_draft_and_its_page_of_scripts_is_next(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    answer = await gary.post(USE, data={"action": "new"})
    action = await Action.filter(title="Persuade").get()
    assert answer.headers["location"] == f"{OFFICE}/actions/{action.id}/scripts" and action.state == "draft"
    assert "What is it for you?" in (await gary.get(answer.headers["location"])).text


async def test_it_is_refused_for_an_action_that_is_no_draft_or_not_theirs(cast: Cast, browse: Browser) -> None:
    gary, before = await browse(cast.gary), await Script.all().count()
    theirs = await transaction(lambda: Action.create(campaign=cast.ryan, title="Ours", created_at=clock.now()))
    for chosen in ("", "x", str(cast.action.id), str(theirs.id), "9" * 30):
        answer = await gary.post(USE, data={"action": chosen})
        assert answer.status_code == 422 and "field-error" in answer.text, chosen
    assert await Script.all().count() == before
    assert (await gary.post(f"{OFFICE}/library/nothing/uses", data={"action": "new"})).status_code == 404


async def test_the_draft_somebody_came_from_is_chosen(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    mine = await transaction(lambda: Action.create(campaign=cast.meyer, title="Mine", created_at=clock.now()))
    assert f'library?action={mine.id}"' in (await gary.get(f"{OFFICE}/actions/{mine.id}/scripts")).text
    page = (await gary.get(f"{OFFICE}/library/persuade?action={mine.id}")).text
    assert f'value="{mine.id}" selected' in page


async def test_volunteers_and_strangers_are_turned_away(cast: Cast, browse: Browser) -> None:
    for somebody in (cast.amy, cast.jonah):
        visitor = await browse(somebody)
        assert (await visitor.get(f"{OFFICE}/library")).status_code == 404
        assert (await visitor.post(USE, data={"action": "new"})).status_code == 404
