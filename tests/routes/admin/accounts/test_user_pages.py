"""One user's page."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest

from tests.cast import PASSWORD, Cast
from tests.cast.site import OFFICE, Browser, audited
from tests.cast.waiting import until
from webapp import live, news
from webapp.models.accounts import passwords
from webapp.models.accounts.mail import Mail
from webapp.models.accounts.users import Membership

SAVE = {"role": "volunteer", "zip": "10001", "language": "es"}


@pytest.fixture
async def told(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[tuple[int | None, str]]]:
    """The news told to open pages."""
    events: list[tuple[int | None, str]] = []

    async def nudge(user_id: int | None, event: str, id: int = 0) -> None:
        events.append((user_id, event))

    monkeypatch.setattr(live, "nudge", nudge)
    async with news.commits_told():
        yield events


async def test_an_admin_changes_zip_and_language_and_the_open_page_is_told(
    cast: Cast, browse: Browser, told: list[tuple[int | None, str]]
) -> None:
    gary = await browse(cast.gary)
    assert "brookheimer" in (await gary.get(f"{OFFICE}/users/{cast.amy.id}")).text.lower()
    answer = await gary.post(f"{OFFICE}/users/{cast.amy.id}", data=SAVE)
    assert answer.status_code == 200 and "Saved." in answer.text
    fresh = await Membership.get(id=cast.amy.id)
    assert (fresh.zip, fresh.language, fresh.state) == ("10001", "es", "NY") and await audited("user.changed") == 1
    await until(lambda: told == [(cast.amy.user_id, "access-changed")])


async def test_an_admin_makes_no_owner_and_the_form_keeps_what_was_chosen(cast: Cast, browse: Browser) -> None:
    answer = await (await browse(cast.gary)).post(f"{OFFICE}/users/{cast.amy.id}", data={**SAVE, "role": "owner"})
    assert answer.status_code == 422 and "Only an owner" in answer.text and 'value="10001"' in answer.text
    assert (await Membership.get(id=cast.amy.id)).zip == "15213"


async def test_the_last_owner_is_told_why_they_stay_one(cast: Cast, browse: Browser) -> None:
    answer = await (await browse(cast.selina)).post(f"{OFFICE}/users/{cast.selina.id}", data={**SAVE, "role": "admin"})
    assert answer.status_code == 422 and "keeps one owner" in answer.text


async def test_a_wrong_zip_is_told_beside_its_field(cast: Cast, browse: Browser) -> None:
    answer = await (await browse(cast.gary)).post(f"{OFFICE}/users/{cast.amy.id}", data={**SAVE, "zip": "1"})
    assert answer.status_code == 422 and "five digits" in answer.text


async def test_two_who_change_a_user_at_once_are_told_of_each_other(cast: Cast, browse: Browser) -> None:
    gary, selina = await browse(cast.gary), await browse(cast.selina)
    page = (await gary.get(f"{OFFICE}/users/{cast.amy.id}")).text
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]  # type: ignore[index]
    await selina.post(f"{OFFICE}/users/{cast.amy.id}", data={**SAVE, "zip": "99504"})
    answer = await gary.post(f"{OFFICE}/users/{cast.amy.id}", data={**SAVE, "zip": "16501", "seen": seen})
    assert answer.status_code == 409 and "99504" in answer.text
    assert (await Membership.get(id=cast.amy.id)).zip == "99504"


async def test_a_raised_role_waits_for_a_letter_and_a_log_in(cast: Cast, browse: Browser) -> None:
    await passwords.set_password(cast.amy.user, await passwords.hashed(PASSWORD))  # a stranger gave Amy's address
    selina, amy = await browse(cast.selina), await browse(cast.amy)
    answer = await selina.post(f"{OFFICE}/users/{cast.amy.id}", data={**SAVE, "role": "admin"})
    assert "counts once they have confirmed" in answer.text
    assert (await amy.get(f"{OFFICE}/users")).status_code == 404
    [mail] = await Mail.filter(to="amy@example.org")
    path = re.search(r"http://texts.example(/email/\S+)", mail.text)[1]  # type: ignore[index]
    nobody, dan = await browse(), await browse(cast.dan)
    assert (await nobody.get(path)).headers["location"].startswith("/login?next=/email/")
    assert (await dan.post(path)).status_code == 404 and (await amy.get(path)).status_code == 200
    assert (await amy.get(f"{OFFICE}/users")).status_code == 404, "reading the letter confirms nothing"
    assert (await amy.post(path)).status_code == 303
    assert (await amy.get(f"{OFFICE}/users")).status_code == 200 and (await amy.post(path)).status_code == 404


async def test_who_is_removed_finds_nothing_at_once_and_can_be_let_back_in(
    cast: Cast, browse: Browser, told: list[tuple[int | None, str]]
) -> None:
    gary, amy = await browse(cast.gary), await browse(cast.amy)
    here = f"{OFFICE}/users/{cast.amy.id}"
    assert "Remove Amy" in (await gary.get(here + "/removal")).text and (await amy.get("/c/meyer/")).status_code == 200
    assert (await gary.post(here + "/removal")).status_code == 303
    await until(lambda: told == [(cast.amy.user_id, "access-changed")])
    for path in ("/c/meyer/", "/c/meyer/inbox", "/c/meyer/waiting", "/c/meyer/account"):
        assert (await amy.get(path)).status_code == 404
    assert "Removed" in (await gary.get(here)).text
    assert "Amy" not in (await gary.get(OFFICE + "/users")).text
    assert "Amy" in (await gary.get(OFFICE + "/users?status=removed")).text
    await gary.post(here + "/suspension/end")
    assert (await amy.get("/c/meyer/inbox")).status_code == 200


@pytest.mark.parametrize("what", ["suspension", "removal"])
async def test_an_owner_ends_another_owner_but_an_admin_does_not(cast: Cast, browse: Browser, what: str) -> None:
    gary, selina = await browse(cast.gary), await browse(cast.selina)
    answer = await gary.post(f"{OFFICE}/users/{cast.selina.id}/{what}")
    assert answer.status_code == 422 and "Only an owner" in answer.text
    answer = await selina.post(f"{OFFICE}/users/{cast.selina.id}/{what}")
    assert answer.status_code == 422 and "themselves" in answer.text
    assert (await Membership.get(id=cast.selina.id)).active


async def test_a_role_taken_away_ends_the_office_at_once(cast: Cast, browse: Browser) -> None:
    gary, selina = await browse(cast.gary), await browse(cast.selina)
    assert (await gary.get(OFFICE + "/users")).status_code == 200
    await selina.post(f"{OFFICE}/users/{cast.gary.id}", data=SAVE)
    assert (await gary.get(OFFICE + "/users")).status_code == 404
    assert (await gary.post(f"{OFFICE}/users/{cast.amy.id}", data=SAVE)).status_code == 404
