"""All Users: everyone in the campaign, those who wait for approval, and sending an action to some (SPEC P1, A9)."""

from __future__ import annotations

from litestar import Request, Response, get, post

from webapp import config, letters, words
from webapp.access import entering, finding
from webapp.http import pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts import members, teams, user_search
from webapp.models.accounts.teams import UserList
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.scripts import team_codes
from webapp.models.scripts.team_codes import LastTeam
from webapp.routes.admin.accounts import user_lists, user_table
from webapp.routes.admin.actions import action_news
from webapp.rules.contacts.contact_filter import id_of
from webapp.rules.speech.sentences import counted, said, together


@get("/users")
async def users_page(request: Request, member: Membership) -> Response:
    return await _users(request, member, None)


async def _users(
    request: Request, member: Membership, form: Form | None, notice: str = "", status: int = 200, action: int = 0
) -> Response:
    """``form``: the one below the table, which keeps its filter. ``action``: the one chosen in it."""
    return page(
        request,
        "admin/accounts/users.html",
        status_code=status,
        notice=notice,
        adds_to=request.query_params.get("to", ""),
        chosen=action or id_of(request.query_params.get("send", "")),
        waiting=await members.first_waiting(member.campaign_id),
        actions=await Action.filter(campaign_id=member.campaign_id, archived_at=None, of_opt_in=False)
        .order_by("-id")
        .limit(100),
        **await user_table.contents(request, member, form),
    )


@post("/users/{member_id:int}/approval")
async def approve(request: Request, member: Membership, member_id: int) -> Response:
    who = await finding.member_of(member, member_id)
    if await members.approve(who, member):
        await _write_approved(who)
    return _back(request, member)


async def _write_approved(who: Membership) -> None:
    link = config.settings().url(await entering.goes_on(who))
    await letters.write("approved", who.user.email, who.speaks, user=who.user, campaign=who.campaign, link=link)


async def _refused(request: Request, member: Membership, form: Form, sentence: str, action: int = 0) -> Response:
    return await _users(request, member, form, sentence, 422, action)


@post("/users/sendings")
async def send_action(request: Request, member: Membership) -> Response:
    """Send Action: the selected users get it. A draft is published as private first, where nothing is in the way."""
    form = Form(await request.form())
    ids, action_id = await user_table.selected(member, form), form.integer("action", words.gettext("Action"), 1, 10**9)
    if not ids or not form:
        return await _refused(request, member, form, _nothing_chosen())
    action = await finding.action_of(member, action_id)
    people = await user_search.loaded(ids)
    number = await action_news.send(member, action, people, words.gettext("selected users"))
    if number is None:
        return await _refused(request, member, form, _not_ready(action), action.id)
    notice = _sent(action, number, await action_news.left_out(action, people))
    return await _users(request, member, form, notice, action=action.id)


def _sent(action: Action, number: int, out: str) -> str:
    sent = counted(
        "“%(title)s” was sent to %(n)s more user.",
        "“%(title)s” was sent to %(n)s more users.",
        number,
        title=action.title,
    )
    return together(sent, out)


def _nothing_chosen() -> str:
    return words.gettext("Select at least one user and choose an action. Nothing was sent.")


def _not_ready(action: Action) -> str:
    return said("“%(title)s” is not ready yet. Its last step says what to fix. Nothing was sent.", title=action.title)


@post("/users/places")
async def add_to_list(request: Request, member: Membership) -> Response:
    """Adds the selected users to a user list or a team."""
    form = Form(await request.form())
    ids = await user_table.selected(member, form, only_active=False)
    list_id = form.integer("user_list", words.gettext("List"), 1, 10**9)
    if not ids or not form:
        sentence = words.gettext("Select at least one user and choose a list. Nothing was changed.")
        return await _refused(request, member, form, sentence)
    chosen = await finding.user_list_of(member, list_id)
    number = await teams.add_members(chosen, await user_search.loaded(ids), member)
    return await _users(request, member, form, _added(chosen, number))


@post("/users/places/end")
async def take_off_list(request: Request, member: Membership) -> Response:
    """Takes the selected users off the user list or team that the table shows."""
    form = Form(await request.form())
    ids = await user_table.selected(member, form, only_active=False)
    list_id = form.integer("off_list", words.gettext("List"), 1, 10**9)
    if not ids or not form:
        sentence = words.gettext("Select at least one user. Nothing was changed.")
        return await _refused(request, member, form, sentence)
    chosen, people = await finding.user_list_of(member, list_id), await user_search.loaded(ids)
    try:
        number = await team_codes.keeping(member.campaign, lambda: teams.remove_members(chosen, people, member))
    except LastTeam as last:
        return await _refused(request, member, form, user_lists.last_team(last))
    return await _users(request, member, form, _taken_off(chosen, number))


def _taken_off(chosen: UserList, number: int) -> str:
    return counted("%(n)s user taken off “%(name)s”.", "%(n)s users taken off “%(name)s”.", number, name=chosen.name)


def _added(chosen: UserList, number: int) -> str:
    return counted(
        "%(n)s user added to “%(name)s”. Users on it already stay on it.",
        "%(n)s users added to “%(name)s”. Users on it already stay on it.",
        number,
        name=chosen.name,
    )


def _back(request: Request, member: Membership) -> Response:
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/users")


HANDLERS = [users_page, approve, send_action, add_to_list, take_off_list]
