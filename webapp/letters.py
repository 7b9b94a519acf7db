"""Writes e-mails: renders the three templates of each (subject, text, HTML), stores the row and tells the queue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from webapp import config, queue, words
from webapp.http import pages
from webapp.models.accounts.mail import Mail
from webapp.models.accounts.users import User


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str
    html: str


async def write(name: str, to: str, language: str = "en", **context: Any) -> None:
    """``name``: the folder below templates/emails. Call it outside of a transaction, so that the job finds the row."""
    letter = composed(name, language, **context)
    await queue.send_mail((await Mail.write(to, letter.subject, letter.text, letter.html)).id)


def composed(name: str, language: str, **context: Any) -> Letter:
    """The letter in the words of its reader's language, for whoever stores it in a transaction of their own."""
    with words.speaking(language):
        subject, text, html = (_part(name, part, context) for part in ("subject.txt", "body.txt", "body.html"))
    return Letter(" ".join(subject.split()), text, html)


async def password_changed(user: User, language: str) -> None:
    """To whoever's password was set, by themselves or by somebody else with a link of theirs."""
    await write("password_changed", user.email, language, user=user, link=config.settings().url("/password-reset"))


async def log_in_changed(user: User, language: str, what: str, of: str = "") -> None:
    """A second step came or went, or recovery codes are new. ``what``: as in the template; ``of``: a passkey's name. The
    caller asked `letter_limits.must_tell` before the change."""
    more = {"user": user, "what": what, "of": of, "link": config.settings().url("/password-reset")}
    await write("log_in_changed", user.email, language, **more)


def _part(name: str, part: str, context: dict[str, Any]) -> str:
    return pages.environment().get_template(f"emails/{name}/{part}").render(context)
