"""One user's page: role, ZIP, language, the right to export; suspended, removed, let back in (SPEC P1, A9, R5)."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post

from webapp import words
from webapp.access import finding, proving
from webapp.http import pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts import roles, teams
from webapp.models.accounts.users import OWNER, ROLES, Membership
from webapp.models.departures import suspending
from webapp.models.scripts import team_codes
from webapp.routes.admin.accounts import history
from webapp.routes.public import email_letters
from webapp.rules import edited
from webapp.rules.accounts import powers


@get("/users/{member_id:int}")
async def user_page(request: Request, member: Membership, member_id: int) -> Response:
    who = await finding.member_of(member, member_id)
    return await _user(request, member, who, Form())


async def _user(
    request: Request, member: Membership, who: Membership, form: Form, status: int = 200, notice: str = ""
) -> Response:
    return page(
        request,
        "admin/accounts/user.html",
        status_code=status,
        who=who,
        form=form,
        notice=notice,
        roles=_offered(member, who),
        by_owner=member.role == OWNER,
        lists=await teams.lists_of(who),
        mark=edited.mark(roles.words_of(who)),
        history=await history.of(member, "user", who.id),
    )


def _offered(member: Membership, who: Membership) -> list[str]:
    """The roles that ``member`` may give, and the present one."""
    now = who.raised_role or who.role
    return [role for role in ROLES if role == now or not powers.role_refused(who.role, role, member.role, False)]


@post("/users/{member_id:int}", dependencies=proving.STAFF)
async def save_user(request: Request, member: Membership, member_id: int) -> Response:
    who, form = await finding.member_of(member, member_id), Form(await request.form())
    role, values = form.choice("role", words.gettext("Role"), ROLES), _values(form)
    if not form:
        return await _user(request, member, who, form, status=422)
    saved = await roles.save(who, role, values, member, form.mark())
    fresh = await finding.member_of(member, member_id)
    if not _fine(form, saved):
        return await _user(request, member, fresh, form, status=409 if saved.meanwhile else 422)
    notice = await _waits(fresh) if saved.waits else words.gettext("Saved.")
    return await _user(request, member, fresh, Form(), notice=notice)


def _values(form: Form) -> dict[str, Any]:
    return {
        "zip": form.zip_code("zip") if form.data.get("zip") else "",
        "language": form.choice("language", words.gettext("Language"), words.LANGUAGES),
        **{right: form.ticked(right) for right in roles.RIGHTS},
    }


def _fine(form: Form, saved: roles.Saved) -> bool:
    if saved.refused:
        form.wrong("role", refusal(saved.refused))
    if saved.meanwhile:
        form.overtaken(saved.meanwhile)
    return not saved.refused and not saved.meanwhile


async def _waits(who: Membership) -> str:
    """Writes to whoever's role was raised, and says that it waits."""
    if not await email_letters.write_raised(who):
        return words.gettext(
            "Saved, but %(email)s got too many such letters lately, so none was sent. The role waits. In an hour lower it"
            " and raise it again.",
            email=who.user.email,
        )
    return words.gettext(
        "Saved. %(name)s gets a letter at %(email)s. The role counts once they have confirmed that address.",
        name=who.user.name,
        email=who.user.email,
    )


def refusal(reason: str) -> str:
    return {
        powers.SELF: words.gettext("Nobody can suspend or remove themselves."),
        powers.OWNERS_ONLY: words.gettext("Only an owner can make somebody an owner, or change an owner."),
        powers.LAST_OWNER: words.gettext("A campaign keeps one owner. Make somebody else an owner first."),
        powers.NOT_STAFF: words.gettext("You may not do this any more. Nothing was changed."),
    }[reason]


@get("/users/{member_id:int}/suspension")
async def ask_to_suspend(request: Request, member: Membership, member_id: int) -> Response:
    return await _ask(request, member, await finding.member_of(member, member_id), "suspension")


@get("/users/{member_id:int}/removal")
async def ask_to_remove(request: Request, member: Membership, member_id: int) -> Response:
    return await _ask(request, member, await finding.member_of(member, member_id), "removal")


async def _ask(request: Request, member: Membership, who: Membership, what: str, status: int = 200) -> Response:
    reason, about = await suspending.refused(who, member), await suspending.suspension_of(who)
    why = refusal(reason) if reason else ""
    shown = {"who": who, "about": about, "why": why, "what": what, "last_team": await team_codes.lost_with(who)}
    return page(request, "admin/accounts/suspension.html", status_code=status, **shown)


@post("/users/{member_id:int}/suspension")
async def suspend(request: Request, member: Membership, member_id: int) -> Response:
    who = await finding.member_of(member, member_id)
    if await suspending.suspend(who, member):
        return await _ask(request, member, who, "suspension", status=422)
    return _back(request, member, who)


@post("/users/{member_id:int}/removal")
async def remove(request: Request, member: Membership, member_id: int) -> Response:
    who = await finding.member_of(member, member_id)
    if await suspending.remove(who, member):
        return await _ask(request, member, who, "removal", status=422)
    return _back(request, member, who)


@post("/users/{member_id:int}/suspension/end")
async def reinstate(request: Request, member: Membership, member_id: int) -> Response:
    """Lets somebody back in who was suspended, or removed."""
    who = await finding.member_of(member, member_id)
    await suspending.reinstate(who, member)
    return _back(request, member, who)


def _back(request: Request, member: Membership, who: Membership) -> Response:
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/users/{who.id}")


HANDLERS = [user_page, save_user, ask_to_suspend, suspend, reinstate, ask_to_remove, remove]
