"""Hashing apart from the rest of the site, and links to set a password."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import timedelta

import pytest

from tests.cast import MORNING, PASSWORD, Cast
from tests.cast.site import Browser
from webapp import clock
from webapp.models.accounts import passwords
from webapp.models.accounts.passwords import PasswordLink


async def test_fifty_log_ins_at_once_hold_up_no_other_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read and Lookup's answers wait in the common threads: hashing never takes those."""
    at_once: list[int] = []

    class Slow:
        def hash(self, password: str) -> str:
            at_once.append(sum(t.name.startswith("argon2") for t in threading.enumerate()))
            time.sleep(0.02)
            return "hash"

    monkeypatch.setattr(passwords, "hasher", Slow())
    all_of_them = asyncio.gather(*(passwords.hashed("a long password") for _ in range(50)))
    await asyncio.sleep(0)
    await asyncio.to_thread(lambda: None)
    assert len(at_once) < 50, "the common threads answered while passwords were hashed"
    await all_of_them
    assert max(at_once) <= passwords.AT_ONCE


async def test_a_new_link_ends_the_one_before(cast: Cast) -> None:
    first = await PasswordLink.issue(cast.amy.user)
    dans, second = await PasswordLink.issue(cast.dan.user), await PasswordLink.issue(cast.amy.user)
    assert await PasswordLink.of(first) is None
    assert await PasswordLink.of(second) and await PasswordLink.of(dans)


async def test_setting_a_password_ends_every_link(cast: Cast) -> None:
    token = await PasswordLink.issue(cast.amy.user)
    await passwords.set_password(cast.amy.user, await passwords.hashed("a long password"))
    assert await PasswordLink.of(token) is None


async def test_a_password_counts_exactly_as_it_was_typed(cast: Cast) -> None:
    kept = await passwords.hashed("A Long Password ")
    for other in ("a long password ", "A Long Password", " A Long Password ", "A Long Password  "):
        assert not await passwords.matches(other, kept)
    assert await passwords.matches("A Long Password ", kept)


@pytest.mark.parametrize(("life", "name"), [(passwords.LINK_LIFE, "reset"), (passwords.FIRST_LINK_LIFE, "first")])
async def test_a_link_to_set_a_password_ends_with_its_time(cast: Cast, life: timedelta, name: str) -> None:
    token = await PasswordLink.issue(cast.amy.user, life)
    assert len(token) >= 43 and life <= timedelta(days=7), "256 random bits"
    clock.freeze(MORNING + life - timedelta(seconds=1))
    assert await PasswordLink.of(token)
    clock.freeze(MORNING + life)
    assert await PasswordLink.of(token) is None


async def test_a_password_stays_good_for_years(cast: Cast, browse: Browser) -> None:
    await passwords.set_password(cast.amy.user, await passwords.hashed(PASSWORD))
    clock.freeze(MORNING + timedelta(days=2_000))
    answer = await (await browse()).post("/login", data={"email": "amy@example.org", "password": PASSWORD})
    assert answer.headers["location"] == "/c/meyer"
