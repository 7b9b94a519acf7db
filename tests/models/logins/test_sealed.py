"""Secrets at rest: a ring of keys, and how an earlier one is let go (SPEC V1, B3)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.cast import Cast
from tests.cast.van import connects
from webapp import config
from webapp.models.logins import sealed
from webapp.models.logins.app_codes import AuthenticatorApp
from webapp.models.van import connection
from webapp.simulator.van.store import KEY, Store
from webapp.workers.van import asking


def rotate() -> None:
    """The site gets another secret, and knows the one before."""
    now = config.settings()
    config.use(replace(now, secret_key="today's", secret_key_previous=now.secret_key))


def test_an_earlier_key_opens_and_seals_no_more(db: None) -> None:
    old = sealed.seal("a secret")
    rotate()
    assert sealed.opened(old) == "a secret"
    new = sealed.renewed(old)
    assert new and sealed.renewed(new) is None, "it is sealed with today's already"
    config.use(replace(config.settings(), secret_key_previous=""))
    assert sealed.opened(new) == "a secret" and sealed.opened(old) is None and sealed.renewed(old) is None


@pytest.mark.both
async def test_after_a_worker_sealed_all_anew_the_earlier_key_can_go(cast: Cast, van: Store) -> None:
    await connects(cast)
    secret = await AuthenticatorApp.begin(cast.amy.user)
    rotate()
    await asking.seal_anew({})
    config.use(replace(config.settings(), secret_key_previous=""))
    row = await connection.of(cast.meyer.id)
    assert row and row.secret() == KEY
    assert await AuthenticatorApp.begun(cast.amy.user) == secret
