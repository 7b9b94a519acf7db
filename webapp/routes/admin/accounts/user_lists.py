"""User lists and teams, made and filled by hand (SPEC P1). Contacts assigned to one are shared out evenly."""

from __future__ import annotations

from litestar import Request, Response, get, post

from webapp import access, pages, words
from webapp.forms import Form
from webapp.models.accounts import teams
from webapp.models.accounts.teams import Team, UserList
from webapp.models.accounts.users import Membership
from webapp.pages import page

OFFERED = 1_000  # users to add


@get("/user-lists")
async def user_lists_page(request: Request, member: Membership) -> Response:
    return await _user_lists(request, member, Form())


async def _user_lists(request: Request, member: Membership, form: Form, status: int = 200) -> Response:
    in_use = await Team.filter(campaign_id=member.campaign_id, archived_at=None).order_by("name")
    team_of = {team.user_list_id: team for team in in_use}
    lists = await UserList.filter(campaign_id=member.campaign_id, archived_at=None).order_by("name")
    return page(
        request,
        "admin/accounts/user_lists.html",
        status_code=status,
        form=form,
        sizes=await teams.sizes([r.id for r in lists]),
        teams=[(team_of[r.id], r) for r in lists if r.id in team_of],
        lists=[r for r in lists if r.id not in team_of],
        archived=await UserList.filter(campaign_id=member.campaign_id).exclude(archived_at=None).order_by("name"),
    )


@post("/user-lists")
async def make_user_list(request: Request, member: Membership) -> Response:
    form = Form(await request.form())
    name = form.text("name", words.gettext("Name"), 120, required=True)
    kind = form.choice("kind", words.gettext("Kind"), ("list", "team"))
    if form and await teams.name_taken(member.campaign_id, name):
        form.wrong("name", words.gettext("This name is already taken. Choose another."))
    if not form:
        return await _user_lists(request, member, form, status=422)
    if kind == "team":
        return _to(request, member, (await teams.create_team(name, member)).user_list_id)
    return _to(request, member, (await teams.create_list(name, member)).id)


@get("/user-lists/{user_list_id:int}")
async def user_list_page(request: Request, member: Membership, user_list_id: int) -> Response:
    chosen = await access.user_list_of(member, user_list_id)
    there = await chosen.members()
    others = Membership.filter(campaign_id=member.campaign_id, suspended_at=None).exclude(approved_at=None)
    others = others.exclude(user_id__in=[m.user_id for m in there] or [0]).order_by("user__first_name")
    return page(
        request,
        "admin/accounts/user_list.html",
        chosen=chosen,
        there=there,
        others=await others.limit(OFFERED).select_related("user"),
        team=await Team.get_or_none(user_list=chosen),
    )


@post("/user-lists/{user_list_id:int}/members")
async def add_members(request: Request, member: Membership, user_list_id: int) -> Response:
    chosen, form = await access.user_list_of(member, user_list_id), Form(await request.form())
    everyone = {str(m.id): m for m in await Membership.filter(campaign_id=member.campaign_id)}
    await teams.add_members(chosen, [everyone[n] for n in form.many("members", everyone)], member)
    return _to(request, member, chosen.id)


@post("/user-lists/{user_list_id:int}/members/{member_id:int}/end")
async def remove_member(request: Request, member: Membership, user_list_id: int, member_id: int) -> Response:
    chosen, who = await access.user_list_of(member, user_list_id), await access.member_of(member, member_id)
    await teams.remove_member(chosen, who, member)
    return _to(request, member, chosen.id)


@post("/user-lists/{user_list_id:int}/archive")
async def archive_user_list(request: Request, member: Membership, user_list_id: int) -> Response:
    await teams.archive(await access.user_list_of(member, user_list_id), member)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/user-lists")


@post("/user-lists/{user_list_id:int}/archive/end")
async def restore_user_list(request: Request, member: Membership, user_list_id: int) -> Response:
    chosen, form = await access.user_list_of(member, user_list_id), Form()
    if await teams.name_taken(member.campaign_id, chosen.name):
        form.wrong("name", words.gettext("This name is already taken."))
        return await _user_lists(request, member, form, status=422)
    await teams.restore(chosen, member)
    return _to(request, member, chosen.id)


def _to(request: Request, member: Membership, user_list_id: int) -> Response:
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/user-lists/{user_list_id}")


HANDLERS = [
    user_lists_page,
    make_user_list,
    user_list_page,
    add_members,
    remove_member,
    archive_user_list,
    restore_user_list,
]
