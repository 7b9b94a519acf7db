"""Writes e-mails: renders the three templates of each (subject, text, HTML), stores the row and tells the queue."""

from __future__ import annotations

from typing import Any

from webapp import config, pages, queue, words
from webapp.models.accounts.mail import Mail
from webapp.models.accounts.users import User


async def write(name: str, to: str, language: str = "en", **context: Any) -> None:
    """``name``: the folder below templates/emails. Call it outside of a transaction, so that the job finds the row."""
    token = words.language.set(language if language in words.LANGUAGES else "en")
    try:
        subject, text, html = (_part(name, part, context) for part in ("subject.txt", "body.txt", "body.html"))
    finally:
        words.language.reset(token)
    mail = await Mail.write(to, " ".join(subject.split()), text, html)
    await queue.send_mail(mail.id)


async def password_changed(user: User, language: str) -> None:
    """To whoever's password was set, by themselves or by somebody else with a link of theirs."""
    link = config.settings().url("/password-reset")
    await write("password_changed", user.email, language, user=user, link=link)


def _part(name: str, part: str, context: dict[str, Any]) -> str:
    return pages.environment().get_template(f"emails/{name}/{part}").render(context)
