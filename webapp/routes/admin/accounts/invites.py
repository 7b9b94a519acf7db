"""Invites: by a link to hand over, or by e-mail, with a role (SPEC P1)."""

from __future__ import annotations

from litestar import Request, Response, get, post

from webapp import config, letters, limiting, words
from webapp.access import finding, letter_limits, proving
from webapp.http import pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import OWNER, ROLES, Membership
from webapp.models.joining.invites import Invite

SHOWN = 200


@get("/invites")
async def invites_page(request: Request, member: Membership) -> Response:
    return await _invites(request, member, Form())


async def _invites(
    request: Request, member: Membership, form: Form, status: int = 200, link: str = "", sent_to: str = ""
) -> Response:
    """``link``: the one just made, shown this once. ``sent_to``: where a letter with one went."""
    return page(
        request,
        "admin/accounts/invites.html",
        status_code=status,
        form=form,
        invites=await Invite.open_of(member.campaign_id).limit(SHOWN),
        roles=[role for role in reversed(ROLES) if role != OWNER or member.role == OWNER],
        link=link,
        sent_to=sent_to,
    )


@post("/invites", dependencies=proving.STAFF)
async def make_invite(request: Request, member: Membership) -> Response:
    form = Form(await request.form())
    role, email = form.choice("role", words.gettext("Role"), ROLES), await _email(member, form)
    token = await Invite.make(role, email, member) if form else ""
    if form and not token:
        form.wrong("role", words.gettext("Only an owner can make somebody an owner."))
    if not token:
        return await _invites(request, member, form, status=422)
    link = config.settings().url(f"/invite/{token}")
    if not email:
        return await _invites(request, member, Form(), link=link)
    await _write(member, email, role, link, str(form.data.get("language", "")))
    return await _invites(request, member, Form(), sent_to=email)


async def _email(member: Membership, form: Form) -> str:
    """Where a letter goes; "" for a link that is handed over."""
    email = form.email() if form.data.get("email") else ""
    if form and email and not await _may_write(member, email):
        form.wrong("email", words.gettext("Too many letters with invites went out lately. Wait an hour."))
    return email


async def _may_write(member: Membership, email: str) -> bool:
    return await letter_limits.may_write("invite", email, (limiting.INVITES, str(member.campaign_id)))


async def _write(by: Membership, email: str, role: str, link: str, language: str) -> None:
    """``language``: as chosen for the letter; whatever is none means the inviter's own."""
    spoken = language if language in words.LANGUAGES else by.speaks
    await letters.write("invite", email, spoken, by=by.user, campaign=by.campaign, role=role, link=link)


@post("/invites/{invite_id:int}/end")
async def withdraw(request: Request, member: Membership, invite_id: int) -> Response:
    await (await finding.invite_of(member, invite_id)).withdraw(member)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/invites")


HANDLERS = [invites_page, make_invite, withdraw]
