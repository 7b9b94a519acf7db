"""Letters about a user's e-mail address, and the page that such a letter leads to (SPEC P1, S9). It asks for a log-in:
whoever opens the letter must also know the password, or a stranger's account could become somebody's by their own tap."""

from __future__ import annotations

from litestar import Request, Response, Router, get, post

from webapp import config, letters, limiting, words
from webapp.access import entering, letter_limits, login
from webapp.http.pages import go_to, page
from webapp.models.accounts.users import Membership, User
from webapp.models.joining.email_letters import EmailLetter


async def write_raised(who: Membership) -> bool:
    """Tells a user that their raised role waits until they confirm the address. False where they got too many such letters
    lately."""
    if not await letter_limits.may_write("raised", who.user.email):
        return False
    link = config.settings().url(f"/email/{await EmailLetter.write(who.user)}")
    role, campaign = who.raised_role, who.campaign
    await letters.write(
        "raised_role", who.user.email, who.speaks, user=who.user, campaign=campaign, role=role, link=link
    )
    return True


async def write_confirm(user: User, language: str, email: str = "") -> None:
    """Asks whether the address given at sign-up is theirs, or a new one."""
    link = config.settings().url(f"/email/{await EmailLetter.write(user, email)}")
    await letters.write("confirm_email", email or user.email, language, user=user, link=link)


@post("/email")
async def send_again(request: Request) -> Response:
    """Writes to the address of the account once more."""
    user = await login.current_user(request)
    here = letter_limits.from_here(request, limiting.NEWCOMERS)
    sent = await letter_limits.may_write("confirm", user.email, here)
    if sent:
        await write_confirm(user, words.language.get())
    return page(request, "public/letter_sent.html", status_code=200 if sent else 429, email=user.email, sent=sent)


@get("/email/{token:str}")
async def letter_page(request: Request, token: str) -> Response:
    letter = await EmailLetter.of(token, await login.current_user(request))
    return _letter(request, letter, 200 if letter else 404)


def _letter(request: Request, letter: EmailLetter | None, status: int, taken: bool = False) -> Response:
    return page(request, "public/email.html", status_code=status, letter=letter, taken=taken)


@post("/email/{token:str}")
async def confirm(request: Request, token: str) -> Response:
    user = await login.current_user(request)
    letter, before = await EmailLetter.of(token, user), user.email
    if letter is None:
        return _letter(request, None, 404)
    if not await letter.answer():
        return _letter(request, letter, 409, taken=True)
    if letter.email != before:
        await letters.write("email_changed", before, words.language.get(), user=user, email=letter.email)
    return go_to(request, await entering.home_of(letter.user))


router = Router("/", route_handlers=[send_again, letter_page, confirm])
