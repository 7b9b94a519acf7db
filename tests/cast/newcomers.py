"""People who come into a campaign: what they type, the letter they get."""

from __future__ import annotations

import re
from typing import Any

from tests.cast.site import JOIN
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.mail import Mail
from webapp.models.accounts.users import Membership

PLACE = {"zip": "16503", "language": "en"}
ANNA = {name: value for name, value in JOIN.items() if name != "code"}


async def set_campaign(campaign: Campaign, **values: Any) -> None:
    await transaction(lambda: Campaign.filter(id=campaign.id).update(**values))


async def member_of(campaign: Campaign, email: str = "carmen@example.org") -> Membership:
    return await Membership.get(user__email=email, campaign=campaign).select_related("user")


async def letter(to: str) -> str:
    """The path of the link in the newest letter."""
    mail = await Mail.filter(to=to).order_by("-id").first()
    assert mail
    return re.search(r"http://texts.example(/\S+)", mail.text)[1]  # type: ignore[index]
