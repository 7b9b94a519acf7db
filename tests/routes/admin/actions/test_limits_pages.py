"""Limits of an action, and the list of districts, by their forms (SPEC A9)."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.site import OFFICE, Browser, here
from webapp.database import transaction
from webapp.models.actions.action import DRAFT, Action
from webapp.models.actions.limits import ActionLimit, ZipDistrict


async def draft(cast: Cast) -> None:
    await transaction(lambda: Action.filter(id=cast.action.id).update(state=DRAFT))


async def places(cast: Cast) -> set[tuple[str, str]]:
    return {(row.kind, row.value) for row in await ActionLimit.filter(action=cast.action)}


async def test_limits_are_saved_shown_and_keep_others_out(cast: Cast, browse: Browser) -> None:
    await draft(cast)
    gary, amy = await browse(cast.gary), await browse(cast.amy)
    form = {"language": "en", "states": "ohio, MI", "counties": "erie, pa\nCuyahoga County, OH", "districts": ""}
    assert (await gary.post(f"{here(cast)}/limits", data=form)).status_code == 303
    counties = {("county", "Erie County, PA"), ("county", "Cuyahoga County, OH")}
    assert await places(cast) == {("state", "OH"), ("state", "MI"), *counties}
    page = (await gary.get(f"{here(cast)}/publication")).text
    assert "MI, OH" in page and "Erie County, PA" in page and '<option value="en" selected>' in page
    await gary.post(f"{here(cast)}/publication", data={"state": "public"})
    assert "Make a plan" not in (await amy.get("/c/meyer/")).text
    for method, path in (("GET", ""), ("POST", "/buckets"), ("GET", "/queue")):
        answer = await amy.request(method, f"/c/meyer/actions/{cast.action.id}{path}")
        assert answer.status_code == 404, path


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"states": "Atlantis"}, "“Atlantis” is no state."),
        ({"counties": "Allegheny"}, "“Allegheny” is no county."),
        ({"districts": "PA-12"}, "“PA-12” is in no list of districts."),
        ({"language": "fr"}, "Language: choose one of the options."),
    ],
)
async def test_a_limit_that_is_none_is_refused_and_what_was_typed_is_kept(
    cast: Cast, browse: Browser, form: dict, words: str
) -> None:
    await draft(cast)
    answer = await (await browse(cast.gary)).post(f"{here(cast)}/limits", data={"language": "", **form})
    assert answer.status_code == 422 and words in answer.text
    assert "language" in form or next(iter(form.values())) in answer.text
    assert await places(cast) == set()


async def test_limits_of_a_published_action_stay(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    page = (await gary.get(f"{here(cast)}/publication")).text
    assert "Every language" in page and "Everywhere" in page and f'action="{here(cast)}/limits"' not in page
    answer = await gary.post(f"{here(cast)}/limits", data={"language": "es", "states": "PA"})
    assert answer.status_code == 422 and "its limits stay as they are" in answer.text
    assert (await Action.get(id=cast.action.id)).language == "" and await places(cast) == set()


async def test_a_list_of_districts_is_uploaded_with_a_report_and_then_limits_an_action(
    cast: Cast, browse: Browser
) -> None:
    await draft(cast)
    gary = await browse(cast.gary)
    assert "No list was uploaded yet." in (await gary.get(f"{OFFICE}/districts")).text
    file = ("cd.csv", b"zip,district\n15213,PA-12\n15213,PA-18\nabc,PA-1\n", "text/csv")
    answer = await gary.post(f"{OFFICE}/districts", files={"file": file})
    assert answer.status_code == 200 and "Stored: ZIPs 1, districts 2." in answer.text
    assert "1 row was left out:" in answer.text and "Line 4: “abc” is no ZIP." in answer.text
    assert (await gary.post(f"{here(cast)}/limits", data={"language": "", "districts": "PA-18"})).status_code == 303
    assert await places(cast) == {("district", "PA-18")}


async def test_what_is_no_list_of_districts_is_refused(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    for files, words in (
        ({"file": ("x.csv", b"\x89PNG\r\n\x1a\n", "text/csv")}, "This is a picture"),
        ({"file": ("x.csv", b"name,phone\nLisa,1\n", "text/csv")}, "must name the columns"),
        ({"other": ("x.csv", b"", "text/csv")}, "No file was chosen."),
    ):
        answer = await gary.post(f"{OFFICE}/districts", files=files)
        assert answer.status_code == 422 and words in answer.text
    assert (await gary.post(f"{OFFICE}/districts", data={})).status_code == 422
    assert await ZipDistrict.all().count() == 0
