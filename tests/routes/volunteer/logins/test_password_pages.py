"""Changing one's own password (SPEC S9; ASVS 5.0, 6.2.2 and 6.2.3)."""

from __future__ import annotations

import pytest

from tests.cast import PASSWORD, Cast
from tests.cast.site import Browser
from webapp.models.accounts import passwords
from webapp.models.accounts.mail import Mail
from webapp.models.accounts.passwords import PasswordLink
from webapp.models.accounts.users import User

PATH = "/c/meyer/account/password"
NEW = "three quiet herons"


async def opens(cast: Cast, password: str) -> bool:
    return await passwords.matches(password, (await User.get(id=cast.amy.user_id)).password_hash)


async def test_amy_changes_her_password_with_the_one_she_has(cast: Cast, browse: Browser, amys_password: None) -> None:
    amy, elsewhere = await browse(cast.amy), await browse(cast.amy)
    link = await PasswordLink.issue(cast.amy.user)
    assert (await amy.get(PATH)).status_code == 200
    answer = await amy.post(PATH, data={"password": PASSWORD, "new_password": NEW})
    assert answer.headers["location"] == "/c/meyer/account"
    assert await opens(cast, NEW) and not await opens(cast, PASSWORD)
    assert (await amy.get("/c/meyer/")).status_code == 200, "she goes on where she is"
    assert (await elsewhere.get("/c/meyer/")).status_code == 303, "every other device is logged out"
    assert await PasswordLink.of(link) is None, "a link in old mail opens nothing"
    assert [m.to for m in await Mail.all() if "was changed" in m.subject] == ["amy@example.org"]


async def test_without_the_one_she_has_it_stays(cast: Cast, browse: Browser, amys_password: None) -> None:
    answer = await (await browse(cast.amy)).post(PATH, data={"password": "wrong", "new_password": NEW})
    assert answer.status_code == 422 and "do not match" in answer.text
    assert await opens(cast, PASSWORD) and await Mail.all().count() == 0


async def test_the_old_one_is_not_guessed_here_either(cast: Cast, browse: Browser, amys_password: None) -> None:
    amy = await browse(cast.amy)
    for _ in range(11):
        answer = await amy.post(PATH, data={"password": "wrong", "new_password": NEW})
    assert "Too many tries" in answer.text


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        ("short", "12 characters or more"),
        ("x1" * 65, "128 characters at most"),
        ("Philadelphia", "others guess"),
        ("Amy Brookheimer 1", "not made of your name"),
        ("MeyerForSenate2026", "not made of your name"),
        ("amy@example.org", "not made of your name"),
        ("abcabcabcabc", "repeats itself"),
        ("", "12 characters or more"),
    ],
)
async def test_a_password_that_others_guess_is_refused(
    cast: Cast, browse: Browser, amys_password: None, new: str, sentence: str
) -> None:
    answer = await (await browse(cast.amy)).post(PATH, data={"password": PASSWORD, "new_password": new})
    assert answer.status_code == 422 and sentence in answer.text.replace("&#39;", "'")
    assert f'value="{new}"' not in answer.text.replace(' name="username" value="amy@example.org"', ""), "never shown"
    assert await opens(cast, PASSWORD)


async def test_a_password_of_128_characters_is_compared_to_its_last_one(
    cast: Cast, browse: Browser, amys_password: None
) -> None:
    longest = "seven wet otters " * 7 + "and heron"
    assert len(longest) == 128
    answer = await (await browse(cast.amy)).post(PATH, data={"password": PASSWORD, "new_password": longest})
    assert answer.status_code == 303 and await opens(cast, longest) and not await opens(cast, longest[:-1])


async def test_a_stranger_is_led_to_the_login(cast: Cast, browse: Browser) -> None:
    assert (await (await browse()).get(PATH)).headers["location"].startswith("/login")
