"""Beginnings and ends of log-ins, asked for several times at once: one of them counts, and none is of the time before."""

from __future__ import annotations

import asyncio

import pytest

from tests.cast import Cast
from webapp.database import transaction
from webapp.models.accounts import passwords
from webapp.models.accounts.passwords import PasswordLink
from webapp.models.accounts.sessions import PasswordChanged, Session
from webapp.models.accounts.users import User
from webapp.models.joining.email_letters import EmailLetter
from webapp.models.logins.app_codes import RecoveryCode
from webapp.models.logins.passkeys import Passkey
from webapp.models.logins.steps import PASSKEY, SECOND, LoginStep

pytestmark = pytest.mark.both
AT_ONCE = 4


async def test_of_links_asked_for_at_once_one_sets_a_password(cast: Cast) -> None:
    tokens = await asyncio.gather(*(PasswordLink.issue(cast.amy.user) for _ in range(AT_ONCE)))
    assert len([token for token in tokens if await PasswordLink.of(token)]) == 1


async def test_of_letters_written_at_once_one_confirms_the_address(cast: Cast) -> None:
    tokens = await asyncio.gather(*(EmailLetter.write(cast.amy.user) for _ in range(AT_ONCE)))
    assert len([token for token in tokens if await EmailLetter.of(token, cast.amy.user)]) == 1


async def test_of_recovery_codes_made_at_once_one_set_is_left(cast: Cast) -> None:
    await RecoveryCode.renew(cast.amy.user)
    await asyncio.gather(*(RecoveryCode.renew(cast.amy.user) for _ in range(AT_ONCE)))
    assert await RecoveryCode.left(cast.amy.user_id) == 10


async def test_a_recovery_code_opens_for_one_of_those_who_type_it_at_once(cast: Cast) -> None:
    code, *_ = await RecoveryCode.renew(cast.amy.user)
    opened = await asyncio.gather(*(RecoveryCode.accepts(cast.amy.user_id, code) for _ in range(AT_ONCE)))
    assert sorted(opened) == [False] * (AT_ONCE - 1) + [True]


async def test_a_copy_of_a_passkey_is_refused_where_its_maker_counts(cast: Cast) -> None:
    """Both were looked at while the count was 1: the device's own, and the copy's."""
    await Passkey.add(cast.amy.user, "Phone", "credential", "key", 1)
    own, copy = [await Passkey.get(credential_id="credential") for _ in range(2)]
    assert await own.used(2) and not await copy.used(2)
    assert (await Passkey.get(credential_id="credential")).sign_count == 2


async def test_a_passkey_whose_maker_does_not_count_is_used_again_and_again(cast: Cast) -> None:
    passkey = await Passkey.add(cast.amy.user, "Phone", "credential", "key", 0)
    assert await passkey.used(0) and await passkey.used(0)


async def test_who_knew_the_old_password_begins_nothing_once_it_is_changed(cast: Cast) -> None:
    """Their password was right a moment before it changed."""
    before = await User.get(id=cast.amy.user_id)
    await passwords.set_password(cast.amy.user, await passwords.hashed("three quiet herons"))
    with pytest.raises(PasswordChanged):
        await Session.begin(before)
    with pytest.raises(PasswordChanged):
        await LoginStep.begin(SECOND, before)
    assert await Session.open_ones(cast.amy.user_id) == []
    assert await Session.begin(await User.get(id=cast.amy.user_id)), "with the new one"


async def test_log_ins_at_once_with_a_change_of_the_password_end_or_are_refused(cast: Cast) -> None:
    before, new = await User.get(id=cast.amy.user_id), await passwords.hashed("three quiet herons")

    async def log_in() -> str:
        try:
            return await Session.begin(before)
        except PasswordChanged:
            return ""

    change = passwords.set_password(cast.amy.user, new)
    tokens, *_ = await asyncio.gather(asyncio.gather(*(log_in() for _ in range(8))), change)
    assert not [token for token in tokens if token and await Session.of(token)]


async def test_a_log_in_that_waits_for_its_second_step_ends_with_all_sessions(cast: Cast) -> None:
    second, _ = await LoginStep.begin(SECOND, cast.amy.user)
    other, _ = await LoginStep.begin(SECOND, cast.dan.user)
    passkey, _ = await LoginStep.begin(PASSKEY)
    await transaction(lambda: Session.end_all(cast.amy.user))
    assert await LoginStep.of(second, SECOND) is None
    assert await LoginStep.of(other, SECOND) and await LoginStep.of(passkey, PASSKEY)
