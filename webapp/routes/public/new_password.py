"""A new password: a letter with a link, and the page it leads to (SPEC V1). A user whose account somebody else made gives
their name and phone there too (SPEC S9)."""

from __future__ import annotations

from litestar import Request, Response, Router, get, post

from webapp import config, letters, limiting, live, words
from webapp.access import entering, letter_limits, login
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts import passwords
from webapp.models.accounts.passwords import PasswordLink
from webapp.models.accounts.users import User
from webapp.models.logins import second_steps
from webapp.routes.public import own_details


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
    if form and not await _may_ask(request, email):
        form.wrong(
            "email", words.gettext("Too many letters were asked for. Use the newest one you got, or wait an hour.")
        )
    if not form:
        return page(request, "public/password_reset.html", status_code=422, form=form, sent=False)
    await _write(email)
    return page(request, "public/password_reset.html", form=form, sent=True)


async def _write(email: str) -> None:
    if user := await User.with_email(email):
        link = config.settings().url(f"/password/{await PasswordLink.issue(user)}")
        await letters.write("password_reset", user.email, user.language or words.language.get(), user=user, link=link)


async def _may_ask(request: Request, email: str) -> bool:
    """Each letter counts, whether or not somebody has this e-mail: so the answer tells nobody which."""
    return await letter_limits.may_write("reset", email, letter_limits.from_here(request, limiting.LETTERS))


@get("/password/{token:str}")
async def password_page(request: Request, token: str) -> Response:
    await login.current_session(request)
    link = await PasswordLink.of(token)
    return page(request, "public/password.html", status_code=200 if link else 404, form=Form(), link=link, token=token)


@post("/password/{token:str}")
async def set_password(request: Request, token: str) -> Response:
    await login.current_session(request)
    link, form = await PasswordLink.of(token), Form(await request.form())
    if link is None or not await _set(link, form):
        status = 422 if link else 404
        return page(request, "public/password.html", status_code=status, form=form, link=link, token=token)
    await letters.password_changed(link.user, words.language.get())
    await live.nudge(link.user.id, live.LOGGED_OUT)
    return await entering.let_in(request, link.user, await entering.home_of(link.user))


async def _set(link: PasswordLink, form: Form) -> bool:
    person = own_details.read(form) if link.user.unknown else {}
    password = form.new_password("password", [*person.values(), *await passwords.known_of(link.user)])
    return bool(form) and await second_steps.set_password(link, await passwords.hashed(password), **person)


router = Router("/", route_handlers=[reset_page, ask_for_reset, password_page, set_password])
