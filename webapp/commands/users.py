"""`textbank user`: people with a login."""

from __future__ import annotations

import argparse

from webapp import config, database, letters
from webapp.commands.shared import Refused, campaign_of, phone_of
from webapp.models.accounts import audit, roles
from webapp.models.accounts.mail import Mail
from webapp.models.accounts.passwords import FIRST_LINK_LIFE, PasswordLink
from webapp.models.accounts.users import Membership, User, normal_email
from webapp.models.logins import second_steps
from webapp.rules import names


async def create(options: argparse.Namespace) -> None:
    """A new user, or another role for one who is there; prints a link to set the password."""
    campaign, email = await campaign_of(options.campaign), normal_email(options.email)
    if "@" not in email:
        raise Refused(f"{options.email} is no e-mail address.")

    person = _person(options)

    async def do() -> tuple[User, bool]:
        user = await User.with_email(email) or await User.sign_up(email=email)
        if person:
            await user.change(**person)
        member = await Membership.invited(user, campaign)
        saved = await roles.give_from_shell(member, options.role)
        if saved.refused:
            raise Refused(f"{email} is the last owner of {campaign.name}. Make somebody else an owner first.")
        await audit.note(campaign, None, "user.made_from_shell", {"user": member.id}, email, role=options.role)
        return user, saved.waits

    user, waits = await database.transaction(do)
    link = config.settings().url("/password/" + await PasswordLink.issue(user, FIRST_LINK_LIFE))
    counts = ", once they have set a password by this link" if waits else ""
    print(f"{email} is {options.role} of {campaign.name}{counts}. One-time link, good for 7 days:\n{link}")


async def forget_second_step(options: argparse.Namespace) -> None:
    """For somebody who lost their phone, their passkeys and their recovery codes, and whom you know. Only the password is
    left; every session ends."""
    user = await User.with_email(options.email)
    if user is None:
        raise Refused(f"Nobody has the e-mail {options.email}.")
    if not await second_steps.of(user.id):
        raise Refused(f"{user.email} has no second step. Nothing was changed.")
    await second_steps.forget(user)
    link = config.settings().url("/password-reset")
    told = letters.composed("log_in_changed", user.language or "en", user=user, what="all_removed", of="", link=link)
    await Mail.write(user.email, told.subject, told.text, told.html)
    print(f"{user.email} logs in by the password alone now, and was logged out everywhere.")


def _person(options: argparse.Namespace) -> dict[str, str]:
    """Columns of User, as far as they are given (SPEC S9)."""
    first, _, last = " ".join(options.name.split()).partition(" ")
    if not all(names.may_be_a_persons(part) for part in (first, last) if part):
        raise Refused("A name has letters, hyphens and apostrophes only, 40 to each part. It is sent in texts.")
    name = {"first_name": first, "last_name": last} if first else {}
    return {**name, "phone": phone_of(options.phone)} if options.phone else name
