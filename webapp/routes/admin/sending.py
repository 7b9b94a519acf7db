"""Set-up check, numbers, Stop Everything, and what only staff can decide (SPEC S10, S11, X2, V8)."""

from __future__ import annotations

from functools import partial

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException

from webapp import access, pages, queue
from webapp.database import transaction
from webapp.models import audit, handing, inbox, pool, restoring, settling
from webapp.models.messages import Message
from webapp.models.numbers import PhoneNumber
from webapp.models.people import Membership
from webapp.pages import page
from webapp.rules import errors


@get("/setup")
async def setup_page(request: Request, member: Membership) -> Response:
    return await _setup(request, member)


async def _setup(request: Request, member: Membership, status: int = 200, refused: str = "") -> Response:
    numbers = await PhoneNumber.filter(campaign_id=member.campaign_id, retired_at=None).order_by("e164")
    return page(
        request, "admin/setup.html", numbers=numbers, queued=(await pool.look(member.campaign)).queued,
        undecided=await settling.undecided(member.campaign_id), explain=errors.explain, refused=refused,
        status_code=status,
    )  # fmt: skip


@post("/setup/checks")
async def check(request: Request, member: Membership) -> Response:
    """Asked at Twilio by a worker; the page shows what it found."""
    await transaction(lambda: audit.note(member.campaign, member.user, "setup.checked"))
    await queue.check_setup(member.campaign_id)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/setup")


@post("/stops")
async def stop_everything(request: Request, member: Membership) -> Response:
    await audit.noted(member, member.campaign.stop_everything, "campaign.stopped")
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/setup")


@post("/stops/end")
async def go_on(request: Request, member: Membership) -> Response:
    if why := await restoring.go_on(member):
        return await _setup(request, member, status=409, refused=why)
    await queue.drain_all(await pool.number_ids(member.campaign))
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/setup")


@post("/messages/{message_id:int}/decision")
async def decide(request: Request, member: Membership, message_id: int) -> Response:
    """A text nobody can settle: it arrived, send it again, or drop it."""
    message = await Message.filter(id=access.row_id(message_id), campaign_id=member.campaign_id).first()
    if message is None:
        raise NotFoundException
    what = str((await request.form()).get("what", ""))
    if what in ("arrived", "again", "drop"):
        await transaction(lambda: _decide(member, message, what))
        await queue.drain(message.number_id or 0)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/setup")


async def _decide(member: Membership, message: Message, what: str) -> None:
    if await settling.decide(message.id, what):
        await audit.note(member.campaign, member.user, "message.decided", what, message=message.id)


@get("/attention")
async def attention(request: Request, member: Membership, show: str = "all") -> Response:
    """Threads handed to the staff."""
    show = show if show in inbox.SHOWS else "all"
    threads = await inbox.threads(inbox.with_staff(member), show)
    return page(
        request,
        "admin/attention.html",
        "volunteer/_threads.html",
        threads=threads,
        show=show,
        q="",
        before="",
        more=False,
        staff_view=True,
    )


@post("/threads/{conversation_id:int}/holders")
async def take_over(request: Request, member: Membership, conversation_id: int) -> Response:
    """Take a thread of the staff's into one's own inbox."""
    conversation = await access.held_conversation(member, conversation_id)
    take = partial(handing.take_over, conversation.id, member)
    await audit.noted(member, take, "conversation.taken_over", conversation=conversation.id)
    return pages.go_to(request, f"/c/{member.campaign.slug}/threads/{conversation.id}")


HANDLERS = [setup_page, check, stop_everything, go_on, decide, attention, take_over]
