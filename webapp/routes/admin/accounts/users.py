"""All Users: who is here, who waits, who gets an action (SPEC P1, A9)."""

from __future__ import annotations

from litestar import Request, Response, get, post
from tortoise.expressions import Q

from webapp import access, clock, config, letters, pages, queue, words
from webapp.database import transaction
from webapp.forms import Form
from webapp.models.accounts import audit
from webapp.models.accounts.users import OWNER, ROLES, Membership
from webapp.models.actions.action import DRAFT, PRIVATE, Action
from webapp.models.conversations import assigning
from webapp.models.scripts import publishing
from webapp.pages import page

PAGE = 100


@get("/users")
async def users_page(
    request: Request, member: Membership, show: str = "all", q: str = "", after: int = 0, action: int = 0
) -> Response:
    return await _users(request, member, show, q, after, action)


async def _users(
    request: Request,
    member: Membership,
    show: str = "all",
    q: str = "",
    after: int = 0,
    action: int = 0,
    notice: str = "",
    status: int = 200,
) -> Response:
    everyone = Membership.filter(campaign_id=member.campaign_id).select_related("user")
    found = everyone.exclude(approved_at=None).filter(id__gt=max(0, after)).order_by("id")
    if show in ROLES:
        found = found.filter(role=show)
    if show == "suspended":
        found = found.exclude(suspended_at=None)
    for word in q.split()[:3]:
        found = found.filter(
            Q(user__first_name__istartswith=word)
            | Q(user__last_name__istartswith=word)
            | Q(user__email__istartswith=word)
        )
    rows = await found.limit(PAGE)
    return page(
        request,
        "admin/accounts/users.html",
        status_code=status,
        rows=rows,
        show=show,
        q=q[:80],
        notice=notice,
        chosen=action,
        waiting=await everyone.filter(approved_at=None, suspended_at=None).order_by("id"),
        more=len(rows) == PAGE,
        actions=await Action.filter(campaign_id=member.campaign_id, archived_at=None).order_by("-id").limit(100),
        total=await Membership.filter(campaign_id=member.campaign_id).exclude(approved_at=None).count(),
    )


@post("/users/{member_id:int}/approval")
async def approve(request: Request, member: Membership, member_id: int) -> Response:
    who = await access.member_of(member, member_id)
    waited = who.approved_at is None

    async def do() -> None:
        await who.approve()
        await audit.note(member.campaign, member.user, "user.approved", who.user.name)

    await transaction(do)
    if waited:
        link = config.settings().url(f"/c/{member.campaign.slug}")
        await letters.write(
            "approved", who.user.email, who.language, user=who.user, campaign=member.campaign, link=link
        )
    return _back(request, member)


@post("/users/{member_id:int}/suspension")
async def suspend(request: Request, member: Membership, member_id: int) -> Response:
    """Queued texts are cancelled, contacts freed. Nobody suspends an owner, or themselves."""
    who = await access.member_of(member, member_id)
    if who.id == member.id or who.role == OWNER:
        return await _users(
            request,
            member,
            notice=words.gettext("An owner can't be suspended, and nobody can suspend themselves."),
            status=422,
        )

    async def do() -> None:
        await Membership.filter(id=who.id).update(suspended_at=clock.now())
        await assigning.free_from(who)
        await audit.note(member.campaign, member.user, "user.suspended", who.user.name)

    await transaction(do)
    return _back(request, member)


@post("/users/{member_id:int}/suspension/end")
async def reinstate(request: Request, member: Membership, member_id: int) -> Response:
    who = await access.member_of(member, member_id)

    async def do() -> None:
        await Membership.filter(id=who.id).update(suspended_at=None)
        await who.approve()
        await audit.note(member.campaign, member.user, "user.reinstated", who.user.name)

    await transaction(do)
    return _back(request, member)


@post("/users/sendings")
async def send_action(request: Request, member: Membership) -> Response:
    """Send Action: the ticked users get it. A draft becomes private by it, where nothing is in the way."""
    form = Form(await request.form())
    everyone = {str(m.id): m for m in await Membership.filter(campaign_id=member.campaign_id, suspended_at=None)}
    ticked = [everyone[n] for n in form.many("members", everyone)]
    action_id = form.integer("action", words.gettext("Action"), 1, 10**9)
    if not ticked or not form:
        return await _users(
            request,
            member,
            notice=words.gettext("Tick at least one user and choose an action. Nothing was sent."),
            status=422,
        )
    action = await access.action_of(member, action_id)
    if action.state == DRAFT and not await publishing.publish(action, member, PRIVATE):
        text = f"“{action.title}” is not ready yet. Its last step says what to mend. Nothing was sent."
        return await _users(request, member, notice=text, action=action.id, status=422)

    async def do() -> int:
        number = await action.send_to(ticked)
        await audit.note(member.campaign, member.user, "action.sent", action.title, users=number)
        return number

    number = await transaction(do)
    await queue.make_conversations(action.id)
    return await _users(
        request, member, notice=f"“{action.title}” was sent to {number} more of them.", action=action.id
    )


def _back(request: Request, member: Membership) -> Response:
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/users")


HANDLERS = [users_page, approve, suspend, reinstate, send_action]
