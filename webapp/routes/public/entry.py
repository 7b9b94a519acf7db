"""Log in, log out, sign up with a join code (SPEC V1)."""

from __future__ import annotations

from dataclasses import dataclass

from litestar import Request, Response, Router, get, post
from tortoise.exceptions import IntegrityError

from webapp import limiting, live, pages, words
from webapp.access import client, entering, login, right_password
from webapp.forms import Form
from webapp.models.accounts import passwords
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.sessions import Session
from webapp.models.accounts.users import Membership, User
from webapp.pages import go_to, page
from webapp.routes.public import email_letters, own_details


@get("/")
async def front(request: Request) -> Response:
    session = await login.current_session(request)
    return pages.redirect(request, await entering.home_of(session.user) if session else "/login")


@get("/login")
async def login_page(request: Request, next: str = "", expired: int = 0) -> Response:
    session = await login.current_session(request)
    if session:
        return pages.redirect(request, login.safe_next(next) or await entering.home_of(session.user))
    return page(request, "public/login.html", form=Form(), next=login.safe_next(next), expired=expired)


@post("/login")
async def log_in(request: Request) -> Response:
    await login.current_session(request)
    form = Form(await request.form())
    next_ = login.safe_next(str(form.data.get("next", "")))
    user = await _known(request, form)
    if user is None:
        return page(request, "public/login.html", status_code=422, form=form, next=next_, expired=0)
    return await entering.let_in(request, user, next_ or await entering.home_of(user))


async def _known(request: Request, form: Form) -> User | None:
    """The user of the e-mail and the password in the form."""
    email = form.email()
    return await right_password.user_of(request, form, email) if form else None


@post("/logout")
async def log_out(request: Request) -> Response:
    if session := await login.current_session(request):
        await session.end()
        await live.nudge(session.user_id, live.LOGGED_OUT)
    answer = go_to(request, "/login")
    answer.delete_cookie(login.COOKIE)
    return answer


@post("/sessions/end")
async def log_out_everywhere(request: Request) -> Response:
    user = await login.current_user(request)
    await Session.end_all(user)
    await live.nudge(user.id, live.LOGGED_OUT)
    answer = go_to(request, "/login")
    answer.delete_cookie(login.COOKIE)
    return answer


@get("/join")
async def join_page(request: Request, code: str = "") -> Response:
    await login.current_session(request)
    campaign = await _campaign_of_code(request, Form(), code) if len(code) == 6 else None
    return page(request, "public/join.html", form=Form(typed={"code": code, "language": "en"}), joining=campaign)


@post("/join")
async def join(request: Request) -> Response:
    """A new person, or a known one who joins another campaign with the password they have."""
    await login.current_session(request)
    form = Form(await request.form())
    code = form.text("code", words.gettext("Join code"), 6, required=True)
    campaign = await _campaign_of_code(request, form, code) if len(code) == 6 else None
    newcomer = await _newcomer(form, campaign)
    if code and len(code) != 6:
        form.wrong("code", words.gettext("A join code has six digits."))
    user = await _joined(request, form, campaign, newcomer) if form and campaign else None
    if user is None or campaign is None:
        return page(request, "public/join.html", status_code=422, form=form, joining=campaign)
    return await entering.let_in(request, user, f"/c/{campaign.slug}")


@dataclass(frozen=True)
class Newcomer:
    """``person``: columns of User; ``place``: ZIP and language, columns of Membership."""

    person: dict[str, str]
    place: dict[str, str]
    password: str


async def _newcomer(form: Form, campaign: Campaign | None) -> Newcomer:
    """Whoever has an account types the password they have, which may be of earlier rules."""
    person = {**own_details.read(form), "email": form.email()}
    place = {
        "zip": form.zip_code("zip"),
        "language": form.choice("language", words.gettext("Language"), words.LANGUAGES),
    }
    if await User.with_email(person["email"]) is None:
        form.new_password("password", [*person.values(), campaign.name if campaign else ""])
    return Newcomer(person, place, form.password())


async def _campaign_of_code(request: Request, form: Form, code: str) -> Campaign | None:
    """A wrong code counts, for this address and for everybody together; a right one never does."""
    address = client.address(request)
    try:
        campaign = await limiting.unless_failed(
            lambda: Campaign.get_or_none(join_code=code[:6]),
            (limiting.JOIN_CODE, ("join", address)),
            everybody=(limiting.JOIN_CODE_ALL, ("join",)),
            counts=lambda: limiting.allowed(limiting.SAME_CODE, "code", address, code[:6]),
        )
    except limiting.TooMany as error:
        wait = words.gettext("ten minutes") if error.hours < 1 else words.gettext("an hour")
        form.wrong("code", words.gettext("Too many wrong codes. Wait %(wait)s, then try again.", wait=wait))
        return None
    if campaign is None:
        form.wrong("code", words.gettext("No campaign has this code. Ask your organizer for the six digits."))
    return campaign


async def _joined(request: Request, form: Form, campaign: Campaign, newcomer: Newcomer) -> User | None:
    try:
        return await _new_or_known(request, form, campaign, newcomer)
    except IntegrityError:  # the same form came twice at once: by now the person is known
        return await _new_or_known(request, form, campaign, newcomer)


async def _new_or_known(request: Request, form: Form, campaign: Campaign, newcomer: Newcomer) -> User | None:
    email = newcomer.person["email"]
    if await User.with_email(email) is None:
        hashed = await passwords.hashed(newcomer.password)
        made = await Membership.sign_up(campaign, newcomer.place, password_hash=hashed, **newcomer.person)
        await email_letters.write_confirm(made, newcomer.place["language"])
        return made
    if user := await right_password.user_of(request, form, email):
        place = newcomer.place
        await Membership.join(user, campaign, zip=place["zip"], language=place["language"], by_letter=True)
        return user
    form.wrong(
        "email", words.gettext("This e-mail already has an account. Type its password, or log in and ask for a link.")
    )
    return None


router = Router("/", route_handlers=[front, login_page, log_in, log_out, log_out_everywhere, join_page, join])
