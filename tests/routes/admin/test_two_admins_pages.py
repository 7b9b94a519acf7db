"""Two admins with one form open: the later save is told what changed in between, and chooses."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

import pytest

from tests.cast import Cast
from tests.cast.site import OFFICE, Browser
from webapp.models.accounts.campaign import Campaign
from webapp.models.actions.action import Action
from webapp.models.actions.script import Script
from webapp.models.contacts import labels
from webapp.models.contacts.contact import Contact

TEXTING = {
    "start_time": "09:00",
    "end_time": "21:00",
    "timezone": "America/New_York",
    "bucket_size": "100",
    "fallback_sender": "a volunteer",
    "fallback_recipient": "friend",
    "outbound_lock": "1",
    "segment_price": "0.0125",
    "mms_price": "0.022",
    "return_after_minutes": "60",
    "undo_seconds": "0",
    "queue_limit_minutes": "30",
    "possible_opt_out_hours": "2",
    "waiting_reply_minutes": "60",
}


@dataclass(frozen=True)
class Case:
    """``page``, ``post``: addresses. ``both``: what both send. ``hers``, ``his``: the field each changed, its value, and
    the words a page shows for hers."""

    page: str
    post: str
    both: dict[str, str]
    hers: tuple[str, str, str]
    his: tuple[str, str]


def cases(cast: Cast) -> dict[str, Case]:
    action, contact = f"{OFFICE}/actions/{cast.action.id}", f"{OFFICE}/contacts/{cast.lisa.id}"
    script, settings = f"{action}/scripts/{cast.thanks.id}", f"{OFFICE}/settings"
    basics = {"title": cast.action.title, "lists": str(cast.voters.id)}
    person = {"first_name": "Lisa", "last_name": "Ng", "zip": "15213"}
    return {
        "script": Case(
            f"{action}/scripts",
            script,
            {"name": "Thanks", "body": cast.thanks.body},
            ("body", "Thanks a lot!", "Thanks a lot!"),
            ("name", "Thank you"),
        ),
        "basics": Case(
            action, action, basics, ("title", "Make a better plan", "Make a better plan"), ("instructions", "Be nice")
        ),
        "settings": Case(settings, settings, TEXTING, ("bucket_size", "25", "25"), ("undo_seconds", "7")),
        "info": Case(
            f"{settings}/info",
            f"{settings}/info",
            {"name": "Meyer for Senate"},
            ("name", "Meyer 2026", "Meyer 2026"),
            ("description", "A senator"),
        ),
        "contact": Case(contact, contact, person, ("last_name", "Nguyen", "Nguyen"), ("field_notes", "has a dog")),
    }


def mark_of(page: str, post: str) -> str:
    form = re.search(rf'<form[^>]*action="{re.escape(post)}".*?</form>', page, re.S)
    assert form
    found = re.search(r'name="seen" value="([^"]+)"', form[0])
    assert found
    return html.unescape(found[1])


async def stored(cast: Cast, kind: str) -> dict[str, str]:
    if kind == "script":
        row = await Script.get(id=cast.thanks.id)
        return {"body": row.body, "name": row.name}
    if kind == "contact":
        person = await Contact.get(id=cast.lisa.id)
        return {"last_name": person.last_name, "field_notes": (await labels.field_values(person.id)).get("notes", "")}
    if kind == "basics":
        action = await Action.get(id=cast.action.id)
        return {"title": action.title, "instructions": action.instructions}
    campaign = await Campaign.get(id=cast.meyer.id)
    names = ("bucket_size", "undo_seconds") if kind == "settings" else ("name", "description")
    return {name: str(getattr(campaign, name)) for name in names}


KINDS = ("script", "basics", "settings", "info", "contact")


@pytest.mark.parametrize("kind", KINDS)
async def test_the_later_save_is_told_and_saves_both_changes_the_second_time(
    cast: Cast, browse: Browser, kind: str
) -> None:
    """Selina and Gary open the form; she saves, then he does."""
    case = cases(cast)[kind]
    selina, gary = await browse(cast.selina), await browse(cast.gary)
    mark = mark_of((await gary.get(case.page)).text, case.post)
    (her_field, her_value, shown), (his_field, his_value) = case.hers, case.his
    hers = await selina.post(case.post, data={**case.both, her_field: her_value, "seen": mark})
    assert hers.status_code in (200, 303)
    told = await gary.post(case.post, data={**case.both, his_field: his_value, "seen": mark})
    assert told.status_code == 409 and "somebody else changed this" in told.text, told.text[:3000]
    assert re.search(r"Last saved by Selina Meyer, \w+ \d+, \d+:\d+ [AP]M\.", told.text)
    assert f"now “{shown}”" in told.text and his_value in told.text and "theirs is below" in told.text
    assert (await stored(cast, kind))[her_field] == her_value and (await stored(cast, kind))[his_field] != his_value
    both = {**case.both, her_field: her_value, his_field: his_value, "seen": mark_of(told.text, case.post)}
    assert (await gary.post(case.post, data=both)).status_code in (200, 303)
    assert await stored(cast, kind) == {her_field: her_value, his_field: his_value}


@pytest.mark.parametrize("kind", KINDS)
async def test_of_two_changes_to_one_field_the_later_one_is_kept_in_the_form(
    cast: Cast, browse: Browser, kind: str
) -> None:
    case = cases(cast)[kind]
    gary, field, value = await browse(cast.gary), *case.hers[:2]
    mark = mark_of((await gary.get(case.page)).text, case.post)
    await gary.post(case.post, data={**case.both, field: value, "seen": mark})
    mine = "200" if field == "bucket_size" else "My own words"
    told = await gary.post(case.post, data={**case.both, field: mine, "seen": mark})
    assert told.status_code == 409 and "Yours is below" in told.text and mine in told.text
    assert (await stored(cast, kind))[field] == value
    again = {**case.both, field: mine, "seen": mark_of(told.text, case.post)}
    assert (await gary.post(case.post, data=again)).status_code in (200, 303)
    assert (await stored(cast, kind))[field] == mine


@pytest.mark.parametrize("kind", KINDS)
async def test_a_form_without_a_mark_or_with_nonsense_is_saved(cast: Cast, browse: Browser, kind: str) -> None:
    case = cases(cast)[kind]
    gary, field, value = await browse(cast.gary), *case.hers[:2]
    for seen in ("", "=" * 30_000, "☃", "title=000000000000x"):
        answer = await gary.post(case.post, data={**case.both, field: value, "seen": seen})
        assert answer.status_code in (200, 303), seen
    assert (await stored(cast, kind))[field] == value


async def test_an_error_in_between_does_not_hide_what_changed(cast: Cast, browse: Browser) -> None:
    """The form that comes back with an error still has the mark it was opened with."""
    case = cases(cast)["settings"]
    gary = await browse(cast.gary)
    mark = mark_of((await gary.get(case.page)).text, case.post)
    await gary.post(case.post, data={**case.both, "bucket_size": "25"})
    wrong = await gary.post(case.post, data={**case.both, "undo_seconds": "99", "seen": mark})
    assert wrong.status_code == 422 and mark_of(wrong.text, case.post) == mark
    assert (await gary.post(case.post, data={**case.both, "seen": mark})).status_code == 409


async def test_who_saves_the_same_is_not_asked(cast: Cast, browse: Browser) -> None:
    case = cases(cast)["info"]
    gary = await browse(cast.gary)
    mark = mark_of((await gary.get(case.page)).text, case.post)
    for _ in range(2):
        answer = await gary.post(case.post, data={**case.both, "name": "Meyer 2026", "seen": mark})
        assert answer.status_code == 200
