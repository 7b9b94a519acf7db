"""Set-up check, numbers, Stop Everything, and what only staff can decide (SPEC S10, S11, X2, V8)."""

from __future__ import annotations

import uuid
from functools import partial

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException

from webapp import access, clock, forms, pages, queue, words
from webapp.database import transaction
from webapp.forms import Form
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import REGISTRATIONS
from webapp.models.accounts.users import Membership
from webapp.models.conversations import assigning, inbox
from webapp.models.conversations.message import Message
from webapp.models.numbers import choice
from webapp.models.numbers.number import PhoneNumber
from webapp.models.sending import doubt, restoring, round_trip
from webapp.models.sending.click import Declined
from webapp.pages import page
from webapp.routes.admin import own_phone
from webapp.rules import errors


@get("/setup")
async def setup_page(request: Request, member: Membership, asked: float = 0) -> Response:
    """``asked``: since when the page waits for Twilio's answer, in seconds since 1970; for a minute at most."""
    checked, now = member.campaign.checked_at, clock.now().timestamp()
    waits = now - 60 < asked <= now and (checked is None or checked.timestamp() < asked)
    return await _setup(request, member, asked=asked if waits else 0)


async def _setup(
    request: Request,
    member: Membership,
    status: int = 200,
    refused: str = "",
    form: Form | None = None,
    not_sent: str = "",
    asked: float = 0,
) -> Response:
    mine = await PhoneNumber.filter(campaign_id=member.campaign_id, retired_at=None).order_by("e164")
    return page(
        request, "admin/setup.html", "admin/_setup_checks.html", form=Form() if form is None else form, not_sent=not_sent, asked=asked, numbers=mine,
        client_message_id=uuid.uuid4(), registrations=REGISTRATIONS, queued=(await choice.snapshot(member.campaign)).queued,
        undecided=await doubt.undecided(member.campaign_id), explain=errors.explain, refused=refused,
        status_code=status,
    )  # fmt: skip


@post("/setup/registration")
async def register(request: Request, member: Membership) -> Response:
    """As what the carriers know the campaign: noted here, since Start waits for it."""
    form = Form(await request.form())
    kind = form.choice("registration", words.gettext("Registered as"), ["", *REGISTRATIONS])
    capped = bool(form.text("registration_cap", words.gettext("Texts a day"), 9))
    cap = form.integer("registration_cap", words.gettext("Texts a day"), 1, 100_000_000) if capped else None
    if not form:
        return await _setup(request, member, status=422, form=form)
    change = partial(member.campaign.register, kind, cap)
    await audit.noted(member, change, "campaign.registered", kind, cap=cap)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/setup")


@post("/setup/round-trips")
async def begin_round_trip(request: Request, member: Membership) -> Response:
    """One text to one's own phone; its answer is the proof."""
    client_id = forms.uuid_of(Form(await request.form()).text("client_message_id", "", 40))
    if client_id is None or member.campaign.stopped_at:
        why = words.gettext("All texts are stopped now. Start again first.") if client_id else words.gettext("Something in that form could not be read. Nothing was sent.")  # fmt: skip
        return await _setup(request, member, status=422, not_sent=why)
    outcome = await round_trip.begin(member, client_id)
    if isinstance(outcome, Declined):
        soon = words.gettext("You got this text less than ten minutes ago. Answer it, or try again later.")
        why = soon if outcome.code == errors.LOCKED else own_phone.declined(outcome.code)
        return await _setup(request, member, status=422, not_sent=why)
    await queue.drain(outcome.message.number_id or 0)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/setup")


@post("/setup/checks")
async def check(request: Request, member: Membership) -> Response:
    """Asked at Twilio by a worker; the page shows what it found."""
    await transaction(lambda: audit.note(member.campaign, member.user, "setup.checked"))
    asked_at = clock.now()
    await queue.check_setup(member.campaign_id)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/setup?asked={asked_at.timestamp():.3f}")


@post("/stops")
async def stop_everything(request: Request, member: Membership) -> Response:
    await audit.noted(member, member.campaign.stop_everything, "campaign.stopped")
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/setup")


@post("/stops/end")
async def go_on(request: Request, member: Membership) -> Response:
    if why := await restoring.go_on(member):
        return await _setup(request, member, status=409, refused=why)
    await queue.drain_all(await choice.number_ids(member.campaign))
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
    if await doubt.decide(message.id, what):
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
    take = partial(assigning.take_over, conversation.id, member)
    await audit.noted(member, take, "conversation.taken_over", conversation=conversation.id)
    return pages.go_to(request, f"/c/{member.campaign.slug}/threads/{conversation.id}")


HANDLERS = [setup_page, check, register, begin_round_trip, stop_everything, go_on, decide, attention, take_over]
