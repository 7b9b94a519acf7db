"""The volunteer's side: everything is found through the volunteer."""

from __future__ import annotations

from litestar import Router
from litestar.di import Provide

from webapp import access
from webapp.routes.volunteer import account, home, inbox, queue, threads


def router() -> Router:
    handlers = [*home.HANDLERS, *queue.HANDLERS, *inbox.HANDLERS, *threads.HANDLERS, *account.HANDLERS]
    inner = Router("/", route_handlers=handlers, dependencies={"member": Provide(access.volunteer)})
    outer = Router("/c/{slug:str}", route_handlers=[inner])
    return Router("/", route_handlers=[outer, account.waiting_router])
