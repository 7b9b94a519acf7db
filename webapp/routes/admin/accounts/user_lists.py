"""User lists and teams, made and filled by hand (SPEC P1). Contacts assigned to one are shared out evenly."""

from __future__ import annotations

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile

from webapp import words
from webapp.access import finding
from webapp.http import bounded, pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts import list_uploads, teams, user_search
from webapp.models.accounts.list_uploads import Uploaded
from webapp.models.accounts.teams import Team, UserList
from webapp.models.accounts.users import Membership
from webapp.models.scripts import team_codes
from webapp.models.scripts.team_codes import LastTeam
from webapp.routes.admin.accounts import history
from webapp.rules.accounts import people_lines
from webapp.rules.accounts.user_filter import UserFilter
from webapp.rules.contacts.contact_filter import id_of

SHOWN, OFFERED = 200, 100  # users on the page; All Users has the others
LARGEST = 1_500_000  # bytes of a file with e-mails and phones


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
    return await _user_list(request, member, await finding.user_list_of(member, user_list_id), Form())


async def _user_list(
    request: Request, member: Membership, chosen: UserList, form: Form, told: Uploaded | None = None, status: int = 200
) -> Response:
    """``told``: what an upload did."""
    there = await chosen.members(SHOWN)
    sizes = await teams.sizes([chosen.id])
    others = Membership.filter(campaign_id=member.campaign_id, suspended_at=None).exclude(approved_at=None)
    others = others.exclude(user_id__in=[m.user_id for m in there] or [0]).order_by("user__first_name")
    return page(
        request,
        "admin/accounts/user_list.html",
        status_code=status,
        form=form,
        told=told,
        chosen=chosen,
        history=await history.of(member, "user_list", chosen.id),
        there=there,
        size=sizes.get(chosen.id, 0),
        others=await others.limit(OFFERED).select_related("user"),
        team=(team := await Team.get_or_none(user_list=chosen)),
        sent_in=await team_codes.named_in(member.campaign_id) if team else "",
    )


@post("/user-lists/{user_list_id:int}/uploads", opt=bounded.LONG_VALUES)
async def upload(request: Request, member: Membership, user_list_id: int) -> Response:
    """Adds whom a CSV file or pasted lines name, by e-mail or phone, and says who was not found."""
    chosen, form = await finding.user_list_of(member, user_list_id), Form(await request.form())
    text = await _typed(form)
    lines = people_lines.read(text) if form else []  # reading one that is refused would hold up this process a second
    if form and not lines:
        form.wrong("pasted", words.gettext("Paste e-mails or phones, one to a line, or choose a CSV file with them."))
    if not form:
        return await _user_list(request, member, chosen, form, status=422)
    return await _user_list(request, member, chosen, Form(), await list_uploads.add(chosen, lines, member))


async def _typed(form: Form) -> str:
    pasted, file = form.long_text("pasted", words.gettext("Pasted lines"), LARGEST), form.data.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return pasted
    data = await file.read(LARGEST + 1)
    if len(data) > LARGEST:
        form.wrong("file", words.gettext("This file is too large. A file of 1.5 MB holds 40,000 users: divide it."))
    if data[:4] == b"PK\x03\x04":
        form.wrong("file", words.gettext("This is a workbook. Save it as CSV, then upload that."))
    return pasted + "\n" * bool(pasted) + people_lines.decoded(data[:LARGEST])


@post("/user-lists/{user_list_id:int}/members")
async def add_members(request: Request, member: Membership, user_list_id: int) -> Response:
    chosen, form = await finding.user_list_of(member, user_list_id), Form(await request.form())
    ticked = [id_of(text) for text in form.every("members")]
    ids = await user_search.chosen(member.campaign, UserFilter(), ticked)
    await teams.add_members(chosen, await user_search.loaded(ids), member)
    return _to(request, member, chosen.id)


@post("/user-lists/{user_list_id:int}/members/{member_id:int}/end")
async def remove_member(request: Request, member: Membership, user_list_id: int, member_id: int) -> Response:
    chosen, who = await finding.user_list_of(member, user_list_id), await finding.member_of(member, member_id)
    try:
        await team_codes.keeping(member.campaign, lambda: teams.remove_member(chosen, who, member))
    except LastTeam as last:
        return await _user_list(request, member, chosen, _kept(last), status=422)
    return _to(request, member, chosen.id)


@post("/user-lists/{user_list_id:int}/archive")
async def archive_user_list(request: Request, member: Membership, user_list_id: int) -> Response:
    chosen = await finding.user_list_of(member, user_list_id)
    try:
        await team_codes.keeping(member.campaign, lambda: teams.archive(chosen, member))
    except LastTeam as last:
        return await _user_list(request, member, chosen, _kept(last), status=422)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/user-lists")


@post("/user-lists/{user_list_id:int}/archive/end")
async def restore_user_list(request: Request, member: Membership, user_list_id: int) -> Response:
    chosen, form = await finding.user_list_of(member, user_list_id), Form()
    if await teams.name_taken(member.campaign_id, chosen.name):
        form.wrong("name", words.gettext("This name is already taken."))
        return await _user_lists(request, member, form, status=422)
    await teams.restore(chosen, member)
    return _to(request, member, chosen.id)


def _kept(last: LastTeam) -> Form:
    form = Form()
    form.wrong("members", last_team(last))
    return form


def last_team(last: LastTeam) -> str:
    return words.gettext(
        "The texts of “%(title)s” name the team code, and nobody would have one any more. Nothing was changed. Put them"
        " into another team, or change its scripts, first.",
        title=last.title,
    )


def _to(request: Request, member: Membership, user_list_id: int) -> Response:
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/user-lists/{user_list_id}")


HANDLERS = [
    user_lists_page,
    make_user_list,
    user_list_page,
    upload,
    add_members,
    remove_member,
    archive_user_list,
    restore_user_list,
]
