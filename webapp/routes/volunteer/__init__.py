"""The volunteer's side: everything is found through the volunteer."""

from __future__ import annotations

from litestar import Router
from litestar.di import Provide

from webapp.access import login
from webapp.routes.volunteer import account, home, inbox, pictures, queue, threads


def router() -> Router:
    rooms = (home, queue, inbox, threads, pictures, account)
    handlers = [handler for room in rooms for handler in room.HANDLERS]
    inner = Router("/", route_handlers=handlers, dependencies={"member": Provide(login.volunteer)})
    outer = Router("/c/{slug:str}", route_handlers=[inner])
    return Router("/", route_handlers=[outer, account.waiting_router])
