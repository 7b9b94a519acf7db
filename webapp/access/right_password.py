"""Is this password right? The one door: limits on tries stand in it (docs/asvs.md, 6.1.1).

Wrong passwords count for an e-mail at a place (a browser that knows it, or an address) and the wait grows: ten minutes, an
hour, a day. They count for the address with all its e-mails, too, and for the e-mail at all addresses. Past that last limit
an address still has one try a day. Neither holds up a browser that knows the e-mail, so nobody locks anybody out.
"""

from __future__ import annotations

from litestar import Request

from webapp import limiting, words
from webapp.access import client
from webapp.http.forms import Form
from webapp.models.accounts import passwords
from webapp.models.accounts.users import User


async def user_of(request: Request, form: Form, email: str, field: str = "password") -> User | None:
    """The user of this e-mail, where the password in the form is theirs; else the form says what is wrong. A stranger's password is
    hashed all the same, so that the time it takes doesn't tell which e-mails have an account."""
    user, typed = await User.with_email(email), form.password(field)

    async def look() -> User | None:
        return user if await passwords.matches(typed, user.password_hash if user else "") else None

    try:
        found = await limiting.unless_failed(look, *_limits(request, email), everybody=_everybody(request, email))
    except limiting.TooMany as error:
        form.wrong(field, too_many(error))
        return None
    if found is None:
        form.wrong(field, words.gettext("E-mail and password do not match. Type the password again."))
    return found


def _limits(request: Request, email: str) -> list[limiting.Limit]:
    """The longest first: an e-mail and place without a failure in it are let past the limit for everybody."""
    here = ("login", email, client.place(request, email))
    each: list[limiting.Limit] = [(n, here) for n in (limiting.LOG_IN_DAY, limiting.LOG_IN_HOUR, limiting.LOG_IN)]
    of_address = (limiting.LOG_INS, ("logins", client.address(request)))
    return each if client.knows(request, email) else [*each, of_address]


def _everybody(request: Request, email: str) -> limiting.Limit | None:
    return None if client.knows(request, email) else (limiting.LOG_IN_ALL, ("login", email))


def too_many(error: limiting.TooMany) -> str:
    if error.hours < 1:
        return words.gettext("Too many tries. Wait ten minutes, or ask for a link.")
    if error.hours < 2:
        return words.gettext("Too many tries. Wait an hour, or ask for a link.")
    return words.gettext("Too many tries. Wait a day, or ask for a link.")
