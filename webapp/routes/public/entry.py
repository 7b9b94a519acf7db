"""Coming in: log in, log out, sign up with a join code, a new password."""

from __future__ import annotations

from litestar import Request, Response, Router, get, post

from webapp import access, config, letters, limiting, pages
from webapp.forms import Form
from webapp.models import passwords
from webapp.models.campaign import Campaign
from webapp.models.people import Membership, PasswordLink, Session, User
from webapp.pages import go_to, page

COOKIE_SECONDS = 30 * 24 * 3600


@get("/")
async def front(request: Request) -> Response:
    session = await access.current_session(request)
    return pages.redirect(request, await _home_of(session.user) if session else "/login")


@get("/login")
async def login_page(request: Request, next: str = "", expired: int = 0) -> Response:
    session = await access.current_session(request)
    if session:
        return pages.redirect(request, access.safe_next(next) or await _home_of(session.user))
    return page(request, "public/login.html", form=Form(), next=access.safe_next(next), expired=bool(expired))


@post("/login")
async def log_in(request: Request) -> Response:
    await access.current_session(request)
    form = Form(await request.form())
    email, password = form.email(), str(form.data.get("password", ""))
    next_ = access.safe_next(str(form.data.get("next", "")))
    user = await User.with_email(email) if form else None
    if not await limiting.allowed(limiting.LOG_IN, "login", email, _address(request)):
        form.wrong("password", pages.gettext("That was tried too often. Wait ten minutes, or ask for a link."))
    elif not await passwords.matches(password, user.password_hash if user else ""):
        form.wrong(
            "password", pages.gettext("E-mail and password do not match. Your e-mail is kept; type the password again.")
        )
    if user is None or not form:
        return page(request, "public/login.html", status_code=422, form=form, next=next_, expired=False)
    return await _let_in(request, user, next_ or await _home_of(user))


@post("/logout")
async def log_out(request: Request) -> Response:
    if session := await access.current_session(request):
        await session.end()
    answer = go_to(request, "/login")
    answer.delete_cookie(access.COOKIE)
    return answer


@post("/sessions/ending")
async def log_out_everywhere(request: Request) -> Response:
    user = await access.current_user(request)
    await user.log_out_everywhere()
    answer = go_to(request, "/login")
    answer.delete_cookie(access.COOKIE)
    return answer


@get("/join")
async def join_page(request: Request, code: str = "") -> Response:
    await access.current_session(request)
    campaign = await Campaign.get_or_none(join_code=code) if len(code) == 6 and await _may_try(request) else None
    return page(request, "public/join.html", form=Form(typed={"code": code, "language": "en"}), joining=campaign)


@post("/join")
async def join(request: Request) -> Response:
    """A new person, or a known one who joins another campaign with the password they have."""
    await access.current_session(request)
    form = Form(await request.form())
    code = form.text("code", "Join code", 6, required=True)
    values = {
        "first_name": form.text("first_name", "First name", 60, required=True),
        "last_name": form.text("last_name", "Last name", 60, required=True),
        "phone": form.phone("phone"), "email": form.email(),
    }  # fmt: skip
    zip_code, language = (
        form.text("zip", "ZIP", 10, required=True),
        form.choice("language", "Language", pages.LANGUAGES),
    )
    password = str(form.data.get("password", ""))
    if len(password) < passwords.LEAST:
        form.wrong("password", pages.gettext("10 characters or more."))
    campaign = await _campaign_of_code(request, form, code) if form else None
    user = await _new_or_known(form, values, password) if form else None
    if user is None or campaign is None:
        return page(request, "public/join.html", status_code=422, form=form, joining=campaign)
    await Membership.join(user, campaign, zip=zip_code, language=language)
    return await _let_in(request, user, f"/c/{campaign.slug}")


async def _campaign_of_code(request: Request, form: Form, code: str) -> Campaign | None:
    if not await _may_try(request):
        form.wrong("code", pages.gettext("That was tried too often. Wait ten minutes, then try again."))
        return None
    campaign = await Campaign.get_or_none(join_code=code)
    if campaign is None:
        form.wrong("code", pages.gettext("No campaign has this code. Ask your organizer for the six digits."))
    return campaign


async def _may_try(request: Request) -> bool:
    mine = await limiting.allowed(limiting.JOIN_CODE, "join", _address(request))
    return mine and await limiting.allowed(limiting.JOIN_CODE_ALL, "join")


async def _new_or_known(form: Form, values: dict[str, str], password: str) -> User | None:
    user = await User.with_email(values["email"])
    if user is None:
        return await User.sign_up(**values, password_hash=await passwords.hashed(password))
    if await passwords.matches(password, user.password_hash):
        return user
    form.wrong("email", pages.gettext("This e-mail has an account. Type its password, or log in and ask for a link."))
    return None


@get("/password-reset")
async def reset_page(request: Request) -> Response:
    await access.current_session(request)
    return page(request, "public/password_reset.html", form=Form(), sent=False)


@post("/password-reset")
async def ask_for_reset(request: Request) -> Response:
    """The answer is the same whether the address is known or not."""
    await access.current_session(request)
    form = Form(await request.form())
    email = form.email()
    if form and not await limiting.allowed(limiting.LETTER, "reset", _address(request)):
        form.wrong("email", pages.gettext("That was asked too often. Wait an hour, then try again."))
    if not form:
        return page(request, "public/password_reset.html", status_code=422, form=form, sent=False)
    if user := await User.with_email(email):
        link = config.settings().url(f"/password/{await PasswordLink.issue(user)}")
        await letters.write("password_reset", user.email, pages.language.get(), user=user, link=link)
    return page(request, "public/password_reset.html", form=form, sent=True)


@get("/password/{token:str}")
async def password_page(request: Request, token: str) -> Response:
    await access.current_session(request)
    link = await PasswordLink.of(token)
    return page(request, "public/password.html", status_code=200 if link else 404, form=Form(), link=link, token=token)


@post("/password/{token:str}")
async def set_password(request: Request, token: str) -> Response:
    await access.current_session(request)
    link, form = await PasswordLink.of(token), Form(await request.form())
    password = str(form.data.get("password", ""))
    if len(password) < passwords.LEAST:
        form.wrong("password", pages.gettext("10 characters or more."))
    if link is None or not form or not await link.use(await passwords.hashed(password)):
        status = 422 if link else 404
        return page(request, "public/password.html", status_code=status, form=form, link=link, token=token)
    return await _let_in(request, link.user, await _home_of(link.user))


async def _let_in(request: Request, user: User, path: str) -> Response:
    """A new session with a new token, whatever cookie came."""
    answer = go_to(request, path)
    answer.set_cookie(
        access.COOKIE, await Session.begin(user), max_age=COOKIE_SECONDS, httponly=True, samesite="lax",
        secure=config.settings().secure, path="/",
    )  # fmt: skip
    return answer


async def _home_of(user: User) -> str:
    """Where this person works: the office for staff, Home for volunteers, of the campaign they were in last."""
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
        front, login_page, log_in, log_out, log_out_everywhere, join_page, join, reset_page, ask_for_reset, password_page,
        set_password,
    ],
)  # fmt: skip
