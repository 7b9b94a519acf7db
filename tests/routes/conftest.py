"""The site over ASGI, and browsers of the cast."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import httpx
import pytest
from litestar import Litestar

from tests.cast import Cast
from webapp import live
from webapp.access import login
from webapp.app import create_app
from webapp.models.accounts.sessions import Session
from webapp.models.accounts.users import Membership

Browser = Callable[..., "httpx.AsyncClient"]


@pytest.fixture
async def app(cast: Cast) -> Litestar:
    made = create_app()
    made.state.hub = live.Hub()
    return made


@pytest.fixture
async def browse(app: Litestar) -> AsyncIterator[Browser]:
    """`await browse(cast.amy)`: a browser logged in as Amy; `await browse()`: one of a stranger."""
    async with AsyncExitStack() as stack:

        async def open_browser(member: Membership | None = None, **headers: str) -> httpx.AsyncClient:
            client = httpx.AsyncClient(
                transport=httpx.ASGITransport(app, raise_app_exceptions=False),
                base_url="http://texts.example",
                headers=headers,
            )
            if member:
                client.cookies.set(login.COOKIE, await Session.begin(member.user))
            return await stack.enter_async_context(client)

        yield open_browser
