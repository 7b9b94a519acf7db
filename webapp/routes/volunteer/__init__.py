"""The volunteer's side: everything is found through the volunteer."""

from __future__ import annotations

from litestar import Router
from litestar.di import Provide

from webapp.access import login
from webapp.http import bounded
from webapp.routes.volunteer import (
    account,
    decisions,
    help,
    home,
    inbox,
    leaving,
    look_ups,
    notices,
    pictures,
    queue,
    reports,
    teams,
    threads,
)
from webapp.routes.volunteer import practice as practices
from webapp.routes.volunteer.logins import devices, email, passkeys, password, second_step

OWN = (account, leaving, teams, email, password, devices, second_step, passkeys)


def router() -> Router:
    modules = (home, help, notices, queue, inbox, threads, decisions, reports, look_ups, pictures, *OWN)
    handlers = [handler for module in modules for handler in module.HANDLERS]
    inner = Router(
        "/",
        route_handlers=[*handlers, practices.router()],
        dependencies={"member": Provide(login.volunteer)},
        request_max_body_size=bounded.BODY,
    )
    outer = Router("/c/{slug:str}", route_handlers=[inner])
    return Router("/", route_handlers=[outer, account.waiting_router])
