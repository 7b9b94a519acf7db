"""The office: pages for staff only. Everyone else gets a 404."""

from __future__ import annotations

from litestar import Router
from litestar.di import Provide

from webapp.access import login
from webapp.http import bounded
from webapp.routes.admin import carriers, conversations, exports, help, links, notices, numbers, opt_outs, search
from webapp.routes.admin.accounts import audit, invites, sessions, settings, staff_second_step, user, user_lists, users
from webapp.routes.admin.actions import actions, basics, follow_up, limits, publication, sendings
from webapp.routes.admin.api import tokens as api_tokens
from webapp.routes.admin.bulk import jobs as bulk
from webapp.routes.admin.contacts import all_contacts, contact, labels, lists
from webapp.routes.admin.hooks import endpoints as hooks
from webapp.routes.admin.imports import columns, progress, reading, refused, upload
from webapp.routes.admin.nightly import plans as nightly
from webapp.routes.admin.opt_ins import forms as opt_in_forms
from webapp.routes.admin.opt_ins import people as opt_in_people
from webapp.routes.admin.results import dashboard, first_night, operations, results, tabs
from webapp.routes.admin.scripts import cost, editor, library, scripts, to_own_phone
from webapp.routes.admin.sending import setup, stops, undecided
from webapp.routes.admin.sharing import sharings
from webapp.routes.admin.van import facts as van_facts
from webapp.routes.admin.van import key as van_key
from webapp.routes.admin.van import lists as van_lists
from webapp.routes.admin.van import mapping as van_mapping

PAGES = (
    dashboard,
    first_night,
    search,
    help,
    actions,
    basics,
    publication,
    limits,
    sendings,
    follow_up,
    library,
    scripts,
    editor,
    cost,
    to_own_phone,
    links,
    opt_in_forms,
    opt_in_people,
    results,
    tabs,
    operations,
    carriers,
    all_contacts,
    contact,
    lists,
    labels,
    upload,
    progress,
    columns,
    reading,
    refused,
    nightly,
    bulk,
    exports,
    van_facts,
    van_key,
    van_lists,
    van_mapping,
    opt_outs,
    sharings,
    users,
    user,
    invites,
    user_lists,
    sessions,
    staff_second_step,
    api_tokens,
    hooks,
    audit,
    notices,
    settings,
    numbers,
    setup,
    stops,
    undecided,
    conversations,
)


def router() -> Router:
    return Router(
        "/c/{slug:str}/admin",
        route_handlers=[handler for one in PAGES for handler in one.HANDLERS],
        dependencies={"member": Provide(login.staff)},
        request_max_body_size=bounded.BODY,
    )
