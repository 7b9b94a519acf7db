"""All Users: everyone in the campaign, those who wait for approval, and sending an action to some (SPEC P1, A9)."""

from __future__ import annotations

from dataclasses import dataclass

from litestar import Request, Response, get, post

from webapp import access, config, letters, pages, queue, words
from webapp.forms import Form
from webapp.models.accounts import members
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.conversations import suspending
from webapp.models.scripts import publishing
from webapp.pages import page


@dataclass(frozen=True)
class Shown:
    """The part of All Users a page shows, and ``action``, the one chosen in its form."""

    show: str = "all"
    q: str = ""
    after: int = 0
    action: int = 0


@get("/users")
async def users_page(
    request: Request, member: Membership, show: str = "all", q: str = "", after: int = 0, action: int = 0
) -> Response:
    return await _users(request, member, Shown(show, q, after, action))


async def _users(request: Request, member: Membership, shown: Shown, notice: str = "", status: int = 200) -> Response:
    campaign_id = member.campaign_id
    rows = await members.page(campaign_id, shown.show, shown.q, shown.after)
    return page(
        request,
        "admin/accounts/users.html",
        status_code=status,
        rows=rows,
        show=shown.show,
        q=shown.q[:80],
        notice=notice,
        chosen=shown.action,
        waiting=await members.waiting(campaign_id),
        more=len(rows) == members.PAGE,
        actions=await Action.filter(campaign_id=campaign_id, archived_at=None).order_by("-id").limit(100),
        total=await members.count(campaign_id),
    )


@post("/users/{member_id:int}/approval")
async def approve(request: Request, member: Membership, member_id: int) -> Response:
    who = await access.member_of(member, member_id)
    if await members.approve(who, member):
        await _write_approved(who)
    return _back(request, member)


async def _write_approved(who: Membership) -> None:
    link = config.settings().url(f"/c/{who.campaign.slug}")
    await letters.write("approved", who.user.email, who.speaks, user=who.user, campaign=who.campaign, link=link)


@get("/users/{member_id:int}/suspension")
async def ask_to_suspend(request: Request, member: Membership, member_id: int) -> Response:
    who = await access.member_of(member, member_id)
    about, allowed = await suspending.suspension_of(who), suspending.may_suspend(who, member)
    return page(request, "admin/accounts/suspension.html", who=who, about=about, allowed=allowed)


@post("/users/{member_id:int}/suspension")
async def suspend(request: Request, member: Membership, member_id: int) -> Response:
    who = await access.member_of(member, member_id)
    if not await suspending.suspend(who, member):
        sentence = words.gettext("An owner can't be suspended, and nobody can suspend themselves.")
        return await _refused(request, member, sentence)
    return _back(request, member)


async def _refused(request: Request, member: Membership, sentence: str, action: int = 0) -> Response:
    return await _users(request, member, Shown(action=action), sentence, status=422)


@post("/users/{member_id:int}/suspension/end")
async def reinstate(request: Request, member: Membership, member_id: int) -> Response:
    await suspending.reinstate(await access.member_of(member, member_id), member)
    return _back(request, member)


@post("/users/sendings")
async def send_action(request: Request, member: Membership) -> Response:
    """Send Action: the ticked users get it. A draft is published as private first, where nothing is in the way."""
    form = Form(await request.form())
    ticked, action_id = await _ticked(member, form), form.integer("action", words.gettext("Action"), 1, 10**9)
    if not ticked or not form:
        return await _refused(request, member, _nothing_chosen())
    action = await access.action_of(member, action_id)
    number = await publishing.send_to(action, ticked, member)
    if number is None:
        return await _refused(request, member, _not_ready(action), action.id)
    await queue.make_conversations(action.id)
    notice = f"“{action.title}” was sent to {number} more user{'s' * (number != 1)}."
    return await _users(request, member, Shown(action=action.id), notice)


def _nothing_chosen() -> str:
    return words.gettext("Select at least one user and choose an action. Nothing was sent.")


def _not_ready(action: Action) -> str:
    return f"“{action.title}” is not ready yet. Its last step says what to fix. Nothing was sent."


async def _ticked(member: Membership, form: Form) -> list[Membership]:
    everyone = {str(m.id): m for m in await Membership.filter(campaign_id=member.campaign_id, suspended_at=None)}
    return [everyone[n] for n in form.many("members", everyone)]


def _back(request: Request, member: Membership) -> Response:
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/users")


HANDLERS = [users_page, approve, ask_to_suspend, suspend, reinstate, send_action]
