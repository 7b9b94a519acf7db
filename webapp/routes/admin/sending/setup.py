"""The set-up check: credentials, webhooks, mail, registration and one text there and back (SPEC S10)."""

from __future__ import annotations

import uuid

from litestar import Request, Response, get, post

from webapp import clock, config, queue, words
from webapp.access import client
from webapp.http import forms, pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts import audit, settings
from webapp.models.accounts.campaign import REGISTRATIONS
from webapp.models.accounts.users import Membership
from webapp.models.numbers import choice
from webapp.models.numbers.number import PhoneNumber
from webapp.models.outcomes import undecided
from webapp.models.sending import round_trip
from webapp.models.sending.click import Declined, Reused
from webapp.routes.admin.sending import own_phone
from webapp.rules import errors


@get("/setup")
async def setup_page(request: Request, member: Membership, asked: float = 0) -> Response:
    """``asked``: since when the page waits for Twilio's answer, in seconds since 1970; for a minute at most."""
    checked, now = member.campaign.checked_at, clock.now().timestamp()
    waits = now - 60 < asked <= now and (checked is None or checked.timestamp() < asked)
    return await show(request, member, asked=asked if waits else 0)


async def show(
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
        request,
        "admin/sending/setup.html",
        "admin/sending/_setup_checks.html",
        form=Form() if form is None else form,
        not_sent=not_sent,
        asked=asked,
        numbers=mine,
        client_message_id=uuid.uuid4(),
        registrations=REGISTRATIONS,
        queued=(await choice.snapshot(member.campaign)).queued,
        undecided=await undecided.how_many(member.campaign_id),
        refused=refused,
        mail_set=bool(config.settings().smtp_url),
        strange_proxy=client.behind_a_stranger(request),
        status_code=status,
    )


@post("/setup/registration")
async def register(request: Request, member: Membership) -> Response:
    """As what the carriers know the campaign: noted here, since Start waits for it."""
    form = Form(await request.form())
    kind = form.choice("registration", words.gettext("Registered as"), ["", *REGISTRATIONS])
    capped = bool(form.text("registration_cap", words.gettext("Texts a day")))
    cap = form.integer("registration_cap", words.gettext("Texts a day"), 1, 100_000_000) if capped else None
    if not form:
        return await show(request, member, status=422, form=form)
    await settings.register(kind, cap, member)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/setup")


@post("/setup/round-trips")
async def begin_round_trip(request: Request, member: Membership) -> Response:
    """Sends one text to the admin's own phone; the answer to it is the proof."""
    client_id = forms.uuid_of(Form(await request.form()).text("client_message_id", "", 40))
    if client_id is None or member.campaign.stopped_at:
        return await show(request, member, status=422, not_sent=_not_begun(client_id is None))
    outcome = await round_trip.begin(member, client_id)
    if isinstance(outcome, Declined):
        return await show(request, member, status=422, not_sent=_declined(outcome.code))
    if isinstance(outcome, Reused):
        return await show(request, member, status=422, not_sent=_not_begun(unreadable=True))
    await queue.drain(outcome.message.number_id or 0)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/setup")


def _not_begun(unreadable: bool) -> str:
    if unreadable:
        return words.gettext("Something in that form could not be read. Nothing was sent.")
    return words.gettext("All texts are stopped now. Start again first.")


def _declined(code: int) -> str:
    soon = words.gettext("You got this text less than ten minutes ago. Answer it, or try again later.")
    return soon if code == errors.LOCKED else own_phone.declined(code)


@post("/setup/checks")
async def check(request: Request, member: Membership) -> Response:
    """Asked at Twilio by a worker; the page shows what it found."""
    await audit.record(member, "setup.checked", audit.NOTHING)
    asked_at = clock.now()
    await queue.check_setup(member.campaign_id)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/setup?asked={asked_at.timestamp():.3f}")


HANDLERS = [setup_page, check, register, begin_round_trip]
