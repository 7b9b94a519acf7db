"""`textbank user`: people with a login."""

from __future__ import annotations

import argparse

from webapp import clock, config, database
from webapp.commands.shared import Refused, campaign_of
from webapp.models.accounts import audit
from webapp.models.accounts.passwords import FIRST_LINK_LIFE, PasswordLink
from webapp.models.accounts.users import Membership, User, normal_email


async def create(options: argparse.Namespace) -> None:
    """A new user, or another role for one who is there; prints a link to set the password."""
    campaign, email = await campaign_of(options.campaign), normal_email(options.email)
    if "@" not in email:
        raise Refused(f"{options.email} is no e-mail address.")

    async def do() -> User:
        user = await User.with_email(email)
        if user is None:
            user = await User.sign_up(email=email, first_name=options.first_name, last_name=options.last_name)
        member = await Membership.join(user, campaign, options.role)
        await Membership.filter(id=member.id).update(role=options.role, approved_at=clock.now())
        await audit.note(campaign, None, "user.made_from_shell", email, role=options.role)
        return user

    user = await database.transaction(do)
    link = config.settings().url("/password/" + await PasswordLink.issue(user, FIRST_LINK_LIFE))
    print(f"{email} is {options.role} of {campaign.name}. One-time link to set a password, good for 7 days:\n{link}")
