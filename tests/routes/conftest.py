"""Amy's password, and a mail server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.cast import PASSWORD, Cast
from webapp import config
from webapp.models.accounts import passwords


@pytest.fixture
async def amys_password(cast: Cast) -> None:
    await passwords.set_password(cast.amy.user, await passwords.hashed(PASSWORD))


@pytest.fixture
def mail_server(cast: Cast) -> None:
    """The site has one, so it writes letters. Nobody takes them."""
    config.use(replace(config.settings(), smtp_url="smtp://127.0.0.1:9"))
