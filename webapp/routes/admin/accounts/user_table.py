"""The table of users: its filters, its columns, and which users a form below it is about (SPEC P1, R4)."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from litestar import Request

from webapp import words
from webapp.http.forms import Form
from webapp.models.accounts import teams, user_search
from webapp.models.accounts.teams import Team, UserList
from webapp.models.accounts.users import Membership
from webapp.models.actions import limit_settings
from webapp.models.actions.action import DRAFT, Action
from webapp.routes.failures import FilterNotUnderstood
from webapp.rules.accounts import user_filter
from webapp.rules.accounts.user_filter import UserFilter
from webapp.rules.contacts import contact_filter, states
from webapp.rules.contacts.contact_filter import id_of

COLUMNS = ("role", "teams", "language", "zip", "state", "phone", "joined", "active")
USUAL = ("role", "language", "zip", "active")
OFFERED = 500  # options of a drop-down


async def contents(request: Request, member: Membership, form: Form | None = None) -> dict[str, Any]:
    """The context of the table. The address holds the whole filter, so that it can be shared; after a ``form`` below the
    table it is the form's."""
    query = request.query_params
    wanted = user_filter.read(query) if form is None else filter_of(form)
    columns = [name for name in COLUMNS if name in query.getall("col", [])] or list(USUAL)
    after, before = id_of(str(query.get("after", ""))), id_of(str(query.get("before", "")))
    found = await user_search.page(member.campaign, wanted, after, before)
    user_ids = [m.user_id for m in found.members] if "teams" in columns else []
    return {
        "rows": found.members,
        "more": found.more,
        "less": found.less,
        "wanted": wanted,
        "columns": columns,
        "usual": not query.getall("col", []),
        "all_columns": COLUMNS,
        "team_codes": await teams.codes_of(member.campaign_id, user_ids),
        "options": await options(member),
        "total": await user_search.count(member.campaign, wanted),
        "query": urlencode([*wanted.asked().items(), *(("col", name) for name in query.getall("col", []))]),
        "place": urlencode([("after", after)] * bool(after) + [("before", before)] * bool(before)),
        "filter": address(wanted),
        "everyone": "all" in query,
        "unused_filters": left_out(query, wanted) if form is None else [],
    }


def address(wanted: UserFilter) -> str:
    """The filter in one hidden field of a form; `selected` reads it."""
    return urlencode(wanted.asked())


def filter_of(form: Form) -> UserFilter:
    """Refused where a part of it makes no sense, or is no filter at all."""
    typed = dict(parse_qsl(str(form.data.get("filter", ""))[:4_000], keep_blank_values=True))
    wanted = user_filter.read(typed)
    if not typed.keys() <= labels().keys() or contact_filter.left_out(typed, wanted.asked(), typed):
        raise FilterNotUnderstood
    return wanted


def left_out(typed: user_filter.Typed, wanted: UserFilter) -> list[str]:
    """The labels of those filters in an address that make no sense."""
    named = labels()
    return [named[name] for name in contact_filter.left_out(typed, wanted.asked(), named)]


async def selected(member: Membership, form: Form, only_active: bool = True) -> list[int]:
    """The memberships a form below the table is about: all that its filter finds (``scope`` is "all"), else the ticked."""
    everyone = form.data.get("scope") == "all"
    ticked = None if everyone else [id_of(text) for text in form.every("members")]
    return await user_search.chosen(member.campaign, filter_of(form), ticked, only_active)


async def options(member: Membership, action: Action | None = None) -> dict[str, list[tuple[Any, str]]]:
    """Filter -> its options, each a value and its words. ``action``: one that is among them whatever else there is."""
    own = {"campaign_id": member.campaign_id}
    in_use = Team.filter(**own, archived_at=None).order_by("name").limit(OFFERED)
    lists = UserList.filter(**own, archived_at=None).order_by("name").limit(OFFERED)
    actions = await Action.filter(**own, of_opt_in=False).exclude(state=DRAFT).order_by("-id").limit(OFFERED)
    steps = step_words()
    return {
        "role": list(role_words().items()),
        "status": list(status_words().items()),
        "list": [(row.id, row.name) for row in await lists],
        "team": [(row.id, row.name) for row in await in_use],
        "state": [(name, name) for name in sorted(states.ABBREVIATIONS)],
        "district": [(name, name) for name, _ in await limit_settings.districts(member.campaign_id)],
        "language": [("en", words.gettext("English")), ("es", words.gettext("Spanish"))],
        "action": list({row.id: row.title for row in [*([action] if action else []), *actions]}.items()),
        "step": list(steps.items()),
    }


def labels() -> dict[str, str]:
    """Filter -> its name on the page."""
    return {
        "q": words.gettext("Search"),
        "status": words.gettext("Status"),
        "role": words.gettext("Role"),
        "list": words.gettext("User list"),
        "team": words.gettext("Team"),
        "district": words.gettext("District"),
        "state": words.gettext("State"),
        "zip": "ZIP",
        "language": words.gettext("Language"),
        "joined_since": words.gettext("Joined from"),
        "joined_until": words.gettext("Joined until"),
        "active_since": words.gettext("Last active from"),
        "active_until": words.gettext("Last active until"),
        "received": words.gettext("Activities Received"),
        "action": words.gettext("Action"),
        "step": words.gettext("How far they are in it"),
        "attention": words.gettext("Has replies that need attention"),
    }


def role_words() -> dict[str, str]:
    return {"volunteer": words.gettext("Volunteer"), "admin": words.gettext("Admin"), "owner": words.gettext("Owner")}


def status_words() -> dict[str, str]:
    return {
        user_filter.ACTIVE: words.gettext("Not suspended"),
        user_filter.SUSPENDED: words.gettext("Suspended"),
        user_filter.WAITING: words.gettext("Waiting for approval"),
        user_filter.UNCONFIRMED: words.gettext("E-mail not confirmed"),
        user_filter.REMOVED: words.gettext("Removed"),
        user_filter.EVERYONE: words.gettext("Everyone, in whatever state"),
    }


def step_words() -> dict[str, str]:
    return {
        "received": words.gettext("Got it"),
        "seen": words.gettext("Saw it"),
        "started": words.gettext("Started"),
        "completed": words.gettext("Completed"),
        "not_received": words.gettext("Did not get it"),
        "not_seen": words.gettext("Did not see it"),
        "not_started": words.gettext("Did not start"),
        "not_completed": words.gettext("Did not complete it"),
    }
