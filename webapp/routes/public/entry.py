"""Log in, log out, sign up with a join code, set a new password."""

from __future__ import annotations

from dataclasses import dataclass

from litestar import Request, Response, Router, get, post
from tortoise.exceptions import IntegrityError

from webapp import config, letters, limiting, pages, words
from webapp.access import login
from webapp.forms import Form
from webapp.models.accounts import passwords
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.passwords import PasswordLink
from webapp.models.accounts.sessions import Session
from webapp.models.accounts.users import Membership, User
from webapp.pages import go_to, page

COOKIE_SECONDS = 30 * 24 * 3600


@get("/")
async def front(request: Request) -> Response:
    session = await login.current_session(request)
    return pages.redirect(request, await _home_of(session.user) if session else "/login")


@get("/login")
async def login_page(request: Request, next: str = "", expired: int = 0) -> Response:
    session = await login.current_session(request)
    if session:
        return pages.redirect(request, login.safe_next(next) or await _home_of(session.user))
    return page(request, "public/login.html", form=Form(), next=login.safe_next(next), expired=expired)


@post("/login")
async def log_in(request: Request) -> Response:
    await login.current_session(request)
    form = Form(await request.form())
    next_ = login.safe_next(str(form.data.get("next", "")))
    user = await _known(request, form)
    if user is None:
        return page(request, "public/login.html", status_code=422, form=form, next=next_, expired=0)
    return await _let_in(request, user, next_ or await _home_of(user))


async def _known(request: Request, form: Form) -> User | None:
    """The user of the e-mail and the password in the form. A stranger's password is hashed all the same, so that the
    time it takes doesn't tell which e-mails have an account."""
    email, password = form.email(), str(form.data.get("password", ""))
    user = await User.with_email(email) if form else None
    if not await limiting.allowed(limiting.LOG_IN, "login", email, _address(request)):
        form.wrong("password", words.gettext("Too many tries. Wait ten minutes, or ask for a link."))
    elif not await passwords.matches(password, user.password_hash if user else ""):
        form.wrong("password", words.gettext("E-mail and password do not match. Type the password again."))
    return user if form else None


@post("/logout")
async def log_out(request: Request) -> Response:
    if session := await login.current_session(request):
        await session.end()
    answer = go_to(request, "/login")
    answer.delete_cookie(login.COOKIE)
    return answer


@post("/sessions/end")
async def log_out_everywhere(request: Request) -> Response:
    user = await login.current_user(request)
    await Session.end_all(user)
    answer = go_to(request, "/login")
    answer.delete_cookie(login.COOKIE)
    return answer


@get("/join")
async def join_page(request: Request, code: str = "") -> Response:
    await login.current_session(request)
    campaign = await Campaign.get_or_none(join_code=code) if len(code) == 6 and await _may_try(request) else None
    return page(request, "public/join.html", form=Form(typed={"code": code, "language": "en"}), joining=campaign)


@post("/join")
async def join(request: Request) -> Response:
    """A new person, or a known one who joins another campaign with the password they have."""
    await login.current_session(request)
    form = Form(await request.form())
    code = form.text("code", words.gettext("Join code"), 6, required=True)
    newcomer = _newcomer(form)
    campaign = await _campaign_of_code(request, form, code) if code else None
    user = await _joined(form, campaign, newcomer) if form and campaign else None
    if user is None or campaign is None:
        return page(request, "public/join.html", status_code=422, form=form, joining=campaign)
    return await _let_in(request, user, f"/c/{campaign.slug}")


@dataclass(frozen=True)
class Newcomer:
    """``person``: columns of User; ``place``: ZIP and language, columns of Membership."""

    person: dict[str, str]
    place: dict[str, str]
    password: str


def _newcomer(form: Form) -> Newcomer:
    person = {
        "first_name": form.text("first_name", words.gettext("First name"), 60, required=True),
        "last_name": form.text("last_name", words.gettext("Last name"), 60, required=True),
        "phone": form.phone("phone"),
        "email": form.email(),
    }
    place = {
        "zip": form.zip_code("zip"),
        "language": form.choice("language", words.gettext("Language"), words.LANGUAGES),
    }
    return Newcomer(person, place, form.new_password("password", passwords.LEAST))


async def _campaign_of_code(request: Request, form: Form, code: str) -> Campaign | None:
    if not await _may_try(request):
        form.wrong("code", words.gettext("Too many tries. Wait ten minutes, then try again."))
        return None
    campaign = await Campaign.get_or_none(join_code=code)
    if campaign is None:
        form.wrong("code", words.gettext("No campaign has this code. Ask your organizer for the six digits."))
    return campaign


async def _may_try(request: Request) -> bool:
    mine = await limiting.allowed(limiting.JOIN_CODE, "join", _address(request))
    return mine and await limiting.allowed(limiting.JOIN_CODE_ALL, "join")


async def _joined(form: Form, campaign: Campaign, newcomer: Newcomer) -> User | None:
    try:
        return await _new_or_known(form, campaign, newcomer)
    except IntegrityError:  # the same form came twice at once: by now the person is known
        return await _new_or_known(form, campaign, newcomer)


async def _new_or_known(form: Form, campaign: Campaign, newcomer: Newcomer) -> User | None:
    user = await User.with_email(newcomer.person["email"])
    if user is None:
        hashed = await passwords.hashed(newcomer.password)
        return await Membership.sign_up(campaign, newcomer.place, password_hash=hashed, **newcomer.person)
    if await passwords.matches(newcomer.password, user.password_hash):
        await Membership.join(user, campaign, **newcomer.place)
        return user
    form.wrong(
        "email", words.gettext("This e-mail already has an account. Type its password, or log in and ask for a link.")
    )
    return None


@get("/password-reset")
async def reset_page(request: Request) -> Response:
    await login.current_session(request)
    return page(request, "public/password_reset.html", form=Form(), sent=False)


@post("/password-reset")
async def ask_for_reset(request: Request) -> Response:
    """The answer is the same whether the address is known or not."""
    await login.current_session(request)
    form = Form(await request.form())
    email = form.email()
    if form and not await limiting.allowed(limiting.LETTER, "reset", _address(request)):
        form.wrong("email", words.gettext("You asked too often. Wait an hour, then try again."))
    if not form:
        return page(request, "public/password_reset.html", status_code=422, form=form, sent=False)
    if user := await User.with_email(email):
        link = config.settings().url(f"/password/{await PasswordLink.issue(user)}")
        await letters.write("password_reset", user.email, words.language.get(), user=user, link=link)
    return page(request, "public/password_reset.html", form=form, sent=True)


@get("/password/{token:str}")
async def password_page(request: Request, token: str) -> Response:
    await login.current_session(request)
    link = await PasswordLink.of(token)
    return page(request, "public/password.html", status_code=200 if link else 404, form=Form(), link=link, token=token)


@post("/password/{token:str}")
async def set_password(request: Request, token: str) -> Response:
    await login.current_session(request)
    link, form = await PasswordLink.of(token), Form(await request.form())
    password = form.new_password("password", passwords.LEAST)
    if link is None or not form or not await link.use(await passwords.hashed(password)):
        status = 422 if link else 404
        return page(request, "public/password.html", status_code=status, form=form, link=link, token=token)
    return await _let_in(request, link.user, await _home_of(link.user))


async def _let_in(request: Request, user: User, path: str) -> Response:
    """A new session with a new token, whatever cookie the request had."""
    answer = go_to(request, path)
    answer.set_cookie(
        login.COOKIE,
        await Session.begin(user),
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="lax",
        secure=config.settings().secure,
        path="/",
    )
    return answer


async def _home_of(user: User) -> str:
    """The first page of the campaign this person used last: the office for staff, Home for volunteers."""
    members = await Membership.filter(user=user).select_related("campaign").order_by("-last_here_at", "-id")
    if not members:
        return "/join"
    member = members[0]
    return f"/c/{member.campaign.slug}/admin/actions" if member.is_staff else f"/c/{member.campaign.slug}"


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


router = Router(
    "/",
    route_handlers=[
        front,
        login_page,
        log_in,
        log_out,
        log_out_everywhere,
        join_page,
        join,
        reset_page,
        ask_for_reset,
        password_page,
        set_password,
    ],
)
