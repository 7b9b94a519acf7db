"""`textbank campaign`: a new campaign, and the numbers of the Twilio account that belong to it."""

from __future__ import annotations

import argparse

from webapp import config, database
from webapp.commands.shared import Refused, campaign_of
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts.new_campaign import create_campaign
from webapp.models.numbers.number import PhoneNumber, add_number
from webapp.rules import phone, window


async def create(options: argparse.Namespace) -> None:
    if not window.usable(options.timezone) or "/" not in options.timezone:
        raise Refused(f"{options.timezone} is no time zone. Write one such as America/New_York.")
    slug = options.slug.strip().lower()
    if not slug.replace("-", "").isalnum() or not slug.isascii() or len(slug) > 60:
        raise Refused("A slug has small letters, digits and dashes, 60 at most.")
    if await Campaign.exists(slug=slug):
        raise Refused(f"There is a campaign {slug} already.")
    campaign = await create_campaign(options.name, slug, options.timezone)
    print(f"Campaign {campaign.name} at {config.settings().url('/c/' + slug)}, join code {campaign.join_code}")


async def add_a_number(options: argparse.Namespace) -> None:
    campaign, parsed = await campaign_of(options.slug), phone.parse(options.phone)
    if isinstance(parsed, phone.InvalidPhone):
        raise Refused(f"{options.phone} is not a phone number.")

    async def do() -> PhoneNumber:
        await audit.note(campaign, None, "number.added_from_shell", parsed.e164)
        return await add_number(campaign, parsed.e164, rate=options.rate)

    number = await database.transaction(do)
    print(f"{number.e164} belongs to {campaign.name}. Now press Check again on its Set-up check.")
