"""Codes of an authenticator app, and recovery codes (SPEC V1; ASVS 5.0, 6.5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest

from tests.cast import MORNING, Cast
from webapp import clock, config
from webapp.database import transaction
from webapp.models.accounts import passwords
from webapp.models.accounts.passwords import PasswordLink
from webapp.models.accounts.sessions import Session
from webapp.models.accounts.users import User
from webapp.models.logins import sealed, second_steps
from webapp.models.logins.app_codes import AuthenticatorApp, RecoveryCode
from webapp.models.logins.passkeys import Passkey

MINUTE = timedelta(minutes=1)


async def set_up(cast: Cast) -> pyotp.TOTP:
    """Amy's app."""
    secret = await AuthenticatorApp.begin(cast.amy.user)
    session = await Session.of(await Session.begin(cast.amy.user))
    assert secret and session
    totp = pyotp.TOTP(secret)
    assert await second_steps.confirm_app(cast.amy.user, totp.at(clock.now()), session)
    clock.freeze(clock.now() + MINUTE)
    return totp


@pytest.mark.both
async def test_a_code_counts_once_and_none_before_it(cast: Cast) -> None:
    totp = await set_up(cast)
    code, before = totp.at(clock.now()), totp.at(clock.now() - MINUTE / 2)
    assert await second_steps.opens(cast.amy.user_id, f" {code[:3]} {code[3:]} ")
    assert not await second_steps.opens(cast.amy.user_id, code), "a replay"
    assert not await second_steps.opens(cast.amy.user_id, before), "older than the last one"
    clock.freeze(clock.now() + MINUTE)
    assert await second_steps.opens(cast.amy.user_id, totp.at(clock.now()))


async def test_the_code_that_confirmed_the_app_opens_nothing(cast: Cast) -> None:
    totp = await set_up(cast)
    assert not await second_steps.opens(cast.amy.user_id, totp.at(MORNING))


@pytest.mark.parametrize(("steps", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
async def test_only_codes_of_this_half_minute_and_its_neighbours_count(cast: Cast, steps: int, right: bool) -> None:
    totp = await set_up(cast)
    clock.freeze(clock.now() + 5 * MINUTE)
    assert await second_steps.opens(cast.amy.user_id, totp.at(clock.now() + steps * MINUTE / 2)) is right


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "१२३४५६", "0" * 500])
async def test_what_is_no_code_is_not_right(cast: Cast, code: str) -> None:
    await set_up(cast)
    assert not await second_steps.opens(cast.amy.user_id, code)


async def test_an_app_that_was_not_confirmed_asks_for_nothing(cast: Cast) -> None:
    secret = await AuthenticatorApp.begin(cast.amy.user)
    assert secret and not await second_steps.of(cast.amy.user_id)
    assert not await second_steps.opens(cast.amy.user_id, pyotp.TOTP(secret).at(clock.now()))


async def test_another_s_code_opens_nothing(cast: Cast) -> None:
    totp = await set_up(cast)
    assert not await second_steps.opens(cast.dan.user_id, totp.at(clock.now()))


async def test_the_secret_is_encrypted_at_rest_with_the_secret_key(cast: Cast) -> None:
    totp = await set_up(cast)
    row = await AuthenticatorApp.get(user=cast.amy.user)
    assert totp.secret not in row.secret and sealed.opened(row.secret) == totp.secret
    config.use(replace(config.settings(), secret_key="another"))
    assert sealed.opened(row.secret) is None
    assert not await second_steps.opens(cast.amy.user_id, totp.at(clock.now())), "refused, not an error"


@pytest.mark.both
async def test_a_recovery_code_opens_once_and_new_ones_end_the_old(cast: Cast) -> None:
    await set_up(cast)
    first, second, *_ = codes = await RecoveryCode.renew(cast.amy.user)
    assert len(set(codes)) == 10 and all(len(code) == 29 for code in codes)
    assert await second_steps.opens(cast.amy.user_id, first.lower().replace("-", " "))
    assert not await second_steps.opens(cast.amy.user_id, first) and await RecoveryCode.left(cast.amy.user_id) == 9
    assert not await second_steps.opens(cast.dan.user_id, second)
    await RecoveryCode.renew(cast.amy.user)
    assert not await second_steps.opens(cast.amy.user_id, second)


async def test_only_hashes_of_recovery_codes_are_stored(cast: Cast) -> None:
    codes = await RecoveryCode.renew(cast.amy.user)
    stored = " ".join([row.code_hash for row in await RecoveryCode.all()])
    assert not any(code in stored or code.replace("-", "") in stored for code in codes)


async def test_setting_up_ends_the_sessions_that_have_not_passed_it(cast: Cast) -> None:
    elsewhere = await Session.begin(cast.amy.user)
    await set_up(cast)
    assert await Session.of(elsewhere) is None


async def test_without_the_last_second_step_nothing_is_left_of_it(cast: Cast) -> None:
    await set_up(cast)
    await second_steps.end_app(cast.amy.user)
    assert not await second_steps.of(cast.amy.user_id) and await RecoveryCode.left(cast.amy.user_id) == 0
    assert [s.second_at for s in await Session.open_ones(cast.amy.user_id)] == [None]


async def test_who_lost_everything_is_let_in_by_the_password_alone_from_the_shell(cast: Cast) -> None:
    await set_up(cast)
    await second_steps.forget(cast.amy.user)
    assert not await second_steps.of(cast.amy.user_id) and await Session.open_ones(cast.amy.user_id) == []


@pytest.mark.both
async def test_what_a_stranger_added_before_the_address_was_proven_goes_with_its_owner_s_link(cast: Cast) -> None:
    """Somebody signed up with Dan's address and added a passkey; then Dan asks for a link."""
    await transaction(lambda: User.filter(id=cast.dan.user_id).update(confirmed_at=None))
    await Passkey.add(cast.dan.user, "Theirs", "credential", "key", 0)
    link = await PasswordLink.of(await PasswordLink.issue(cast.dan.user))
    assert link and await second_steps.set_password(link, await passwords.hashed("another long password"))
    assert not await second_steps.of(cast.dan.user_id)
    await Passkey.add(cast.dan.user, "Own", "another", "key", 0)
    again = await PasswordLink.of(await PasswordLink.issue(cast.dan.user))
    assert again and await second_steps.set_password(again, await passwords.hashed("a third long password"))
    assert await second_steps.of(cast.dan.user_id), "a proven address keeps its own"
