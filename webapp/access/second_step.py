"""Is this code of a second step right? The one door: limits on tries stand in it (docs/asvs.md, 6.1.1).

Somebody who gets here knows the password, and may still be a thief: so no browser is let past the limits for having logged in before.
"""

from __future__ import annotations

from litestar import Request

from webapp import limiting, words
from webapp.access import client
from webapp.http.forms import Form
from webapp.models.logins import second_steps

FIELD = "code"


async def opens(request: Request, form: Form, user_id: int) -> bool:
    """Takes the code in the form where it is right; else the form says what is wrong."""
    code, here = form.text(FIELD, words.gettext("Code"), 100), ("second", str(user_id), client.address(request))

    async def look() -> bool | None:
        return await second_steps.opens(user_id, code) or None

    try:
        found = await limiting.unless_failed(
            look,
            (limiting.LOG_IN_DAY, here),
            (limiting.LOG_IN_HOUR, here),
            (limiting.LOG_IN, here),
            everybody=(limiting.LOG_IN_ALL, ("second", str(user_id))),
        )
    except limiting.TooMany as error:
        form.wrong(FIELD, _too_many(error))
        return False
    if not found:
        form.wrong(FIELD, words.gettext("This code is not right, or was used before. Type the newest one."))
    form.typed.pop(FIELD, None)
    return bool(found)


def _too_many(error: limiting.TooMany) -> str:
    if error.hours < 1:
        return words.gettext("Too many wrong codes. Wait ten minutes.")
    if error.hours < 2:
        return words.gettext("Too many wrong codes. Wait an hour.")
    return words.gettext("Too many wrong codes. Wait a day.")
