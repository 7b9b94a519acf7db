"""`textbank campaign`: a new campaign, and the numbers of the Twilio account that belong to it."""

from __future__ import annotations

import argparse
from typing import Any

from webapp import config, database
from webapp.commands.shared import Refused, campaign_of, phone_of
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts.new_campaign import create_campaign
from webapp.models.numbers.number import PhoneNumber, add_number
from webapp.rules import window


async def create(options: argparse.Namespace) -> None:
    if not window.usable(options.timezone) or "/" not in options.timezone:
        raise Refused(f"{options.timezone} is no time zone. Write one such as America/New_York.")
    slug = options.slug.strip().lower()
    if not slug.replace("-", "").isalnum() or not slug.isascii() or len(slug) > 60:
        raise Refused("A slug has small letters, digits and dashes, 60 at most.")
    if await Campaign.exists(slug=slug):
        raise Refused(f"There is a campaign {slug} already.")
    info = _info(options)
    campaign = await create_campaign(options.name, slug, options.timezone, **info)
    print(f"Campaign {campaign.name} at {config.settings().url('/c/' + slug)}, join code {campaign.join_code}")


def _info(options: argparse.Namespace) -> dict[str, Any]:
    """Columns of Campaign (SPEC S9)."""
    if len(options.name) > 120 or not options.name.strip():
        raise Refused("A campaign's name has 1 to 120 characters.")
    if len(options.description) > 2_000:
        raise Refused("A description has 2,000 characters at most.")
    return {
        "description": options.description.strip(),
        "broadcast_phone_number": phone_of(options.broadcast_phone) if options.broadcast_phone else "",
        "approval_needed": options.approval,
    }


async def add_a_number(options: argparse.Namespace) -> None:
    campaign, e164 = await campaign_of(options.slug), phone_of(options.phone)
    if there := await PhoneNumber.filter(e164=e164).select_related("campaign").first():
        raise Refused(f"{e164} belongs to {there.campaign.name} already.")

    async def do() -> PhoneNumber:
        made = await add_number(campaign, e164, rate=options.rate)
        await audit.note(campaign, None, "number.added_from_shell", {"number": made.id}, e164)
        return made

    number = await database.transaction(do)
    print(f"{number.e164} belongs to {campaign.name}. Now press Check again on its Set-up check.")
