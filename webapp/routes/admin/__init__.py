"""The office: everything is found through the campaign, and nothing is there for anyone but its staff."""

from __future__ import annotations

from litestar import Router
from litestar.di import Provide

from webapp import access
from webapp.routes.admin import (
    action_basic,
    actions,
    contact,
    contacts,
    groups,
    imports,
    labels,
    links,
    lists,
    numbers,
    operations,
    opt_outs,
    results,
    script_previews,
    scripts,
    sending,
    settings,
    users,
    works,
)  # fmt: skip


def router() -> Router:
    rooms = (
        actions, action_basic, scripts, script_previews, results, lists, imports, contacts, contact, works, opt_outs, users, groups, settings, labels, links, numbers, sending, operations,
    )  # fmt: skip
    handlers = [handler for room in rooms for handler in room.HANDLERS]
    return Router("/c/{slug:str}/admin", route_handlers=handlers, dependencies={"member": Provide(access.staff)})
