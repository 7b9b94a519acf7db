"""An opt-in form's page: anybody may sign up, and the answer is the same for every phone (SPEC B2).

Whether a phone is known, opted out, blocked or on the list is told to nobody. So the page that follows says what happens in each
case, to everybody, and how to reach a person.
"""

from __future__ import annotations

import uuid
from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.exceptions import NotFoundException

from webapp import limiting, queue, words
from webapp.access import client, login
from webapp.http import pages
from webapp.http.forms import Form, uuid_of
from webapp.http.pages import page
from webapp.models.actions.script import INITIAL
from webapp.models.contacts.labels import CustomField
from webapp.models.numbers.number import PhoneNumber
from webapp.models.opt_in_forms import form as forms
from webapp.models.opt_in_forms import sign_up as sign_ups
from webapp.models.opt_in_forms.form import OPEN, SPANISH, OptInForm
from webapp.models.opt_ins import signing_up
from webapp.models.opt_ins.signing_up import Filled
from webapp.rules import phone, safeguards

ROBOTS = "website"  # a field that people don't see; only a program fills it in


@get("/o/{campaign:str}/{name:str}")
async def opt_in_form(request: Request, campaign: str, name: str, by: str = "") -> Response:
    """``by``: the token of the referral link that led here."""
    await login.current_session(request)
    its = await _form(campaign, name)
    return await _show(
        request, its, Form(typed={"by": by[: sign_ups.LENGTH]}), status=200 if its.state == OPEN else 410
    )


@get("/r/{token:str}")
async def referral_link(request: Request, token: str) -> Response:
    """Leads to the form, with who shared it."""
    await login.current_session(request)
    found = await sign_ups.of_token(token)
    if found is None:
        raise NotFoundException
    return pages.redirect(request, f"{found.form.path}?by={token}")


@get("/o/{campaign:str}/{name:str}/thanks")
async def thanks_page(request: Request, campaign: str, name: str) -> Response:
    await login.current_session(request)
    its = await _form(campaign, name)
    return page(
        request,
        "public/opt_ins/thanks.html",
        its=its,
        shown=_shown(its),
        in_spanish=await _in_spanish(its),
        **await _hears(its),
    )


@post("/o/{campaign:str}/{name:str}")
async def join_by_form(request: Request, campaign: str, name: str) -> Response:
    await login.current_session(request)
    its, form = await _form(campaign, name), Form(await request.form())
    refused = await _refused(request, its, form)
    if refused:
        return refused
    await _store(its, await _read(request, its, form))
    return pages.go_to(request, f"{its.path}/thanks")


async def _refused(request: Request, its: OptInForm, form: Form) -> Response | None:
    """Why nothing is stored, with what was typed; None where it can be."""
    if its.state != OPEN:
        return await _show(request, its, form, status=410)
    if form.text(ROBOTS, "", 20_000):
        return await _show(request, its, form, status=422, robot=True)
    await _read(request, its, form)
    if not form:
        return await _show(request, its, form, status=422)
    return None if await _room_left(request, its) else await _show(request, its, form, status=429, busy=True)


async def _form(campaign: str, name: str) -> OptInForm:
    found = await forms.open_form(campaign, name)
    if found is None:
        raise NotFoundException
    return found


async def _show(
    request: Request, its: OptInForm, form: Form, status: int = 200, robot: bool = False, busy: bool = False
) -> Response:
    return page(
        request,
        "public/opt_ins/form.html",
        status_code=status,
        its=its,
        shown=_shown(its),
        form=form,
        fields=await its.fields_asked(),
        robot=robot,
        busy=busy,
        client_id=uuid.uuid4(),
        read=_mark_of_words(its),
        in_spanish=await _in_spanish(its),
        **await _hears(its),
    )


def _shown(its: OptInForm) -> forms.Shown:
    return forms.shown(its, words.language.get())


async def _hears(its: OptInForm) -> dict[str, Any]:
    """The number whose keyword opens the form's conversation; none without a keyword."""
    ids = await its.number_ids()
    found = PhoneNumber.filter(campaign_id=its.campaign_id, retired_at=None, **({"id__in": ids} if ids else {}))
    first = await found.order_by("id").first() if its.keyword else None
    return {"number": phone.national(first.e164) if first else "", "e164": first.e164 if first else ""}


async def _in_spanish(its: OptInForm) -> bool:
    """False where somebody who reads the page in Spanish is texted in the form's first language."""
    return words.language.get() != SPANISH or bool(await its.own_script(INITIAL, SPANISH))


async def _read(request: Request, its: OptInForm, form: Form) -> Filled:
    gettext = words.gettext
    agreed = form.ticked("agree")
    if not agreed:
        form.wrong("agree", gettext("Without your consent we can't text you."))
    if form.text("read", "", 100) != _mark_of_words(its):
        form.typed.pop("agree", None)
        form.wrong("agree", gettext("The wording has changed since you opened this page. Read it and agree again."))
    return Filled(
        phone=_phone(form),
        words=_shown(its).consent,
        language=words.language.get(),
        address=client.address(request),
        client_id=uuid_of(form.text("client_id", "", 100)),
        first_name=form.person_name("first_name", gettext("First name")),
        last_name=form.person_name("last_name", gettext("Last name"), required=False),
        zip=form.zip_code("zip"),
        answers=_answers(form, await its.fields_asked()),
        referrer=form.text("by", "", 100)[: sign_ups.LENGTH],
    )


def _mark_of_words(its: OptInForm) -> str:
    """Names the words that the page shows: nobody agrees to others than they read."""
    return f"{its.version}-{words.language.get()}"


def _phone(form: Form) -> str:
    number = form.phone("phone")
    if number and safeguards.wrong_phone("initial", number):
        form.wrong("phone", words.gettext("We can only text phones in the United States and Canada."))
    return number


def _answers(form: Form, fields: list[CustomField]) -> dict[str, str]:
    given = {field.slug: form.text(f"field_{field.id}", field.title, 500) for field in fields}
    for field in fields:
        if not field.accepts(given[field.slug]):
            form.wrong(f"field_{field.id}", words.gettext("Choose one of those offered."))
    return {slug: value for slug, value in given.items() if value}


async def _room_left(request: Request, its: OptInForm) -> bool:
    own = await limiting.allowed(limiting.OPT_INS, "opt-in", client.address(request))
    return own and await limiting.allowed(limiting.OPT_INS_FORM, "opt-in", str(its.id))


async def _store(its: OptInForm, filled: Filled) -> None:
    """A phone that was typed in often today is on record already: it brings nothing new, and the answer is the same."""
    if await limiting.allowed(limiting.OPT_INS_PHONE, "opt-in", str(its.campaign_id), filled.phone):
        await signing_up.sign_up(its, filled)
        await queue.text_sign_ups()


router = Router("/", route_handlers=[opt_in_form, thanks_page, join_by_form, referral_link])
