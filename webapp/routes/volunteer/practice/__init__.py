"""Practice: the screens of texting with people who do not exist (SPEC H5)."""

from __future__ import annotations

from litestar import Router
from litestar.di import Provide

from webapp.access import login
from webapp.routes.volunteer.practice import playing, queue, threads


def router() -> Router:
    """Also before the e-mail is confirmed: nobody is texted."""
    return Router(
        "/practice",
        route_handlers=[*queue.FIRST, *queue.HANDLERS, *threads.HANDLERS],
        dependencies={**login.LOOKER, "play": Provide(playing.playing)},
        exception_handlers={playing.NotBegun: playing.to_start, playing.TooMuch: playing.too_much},
    )
