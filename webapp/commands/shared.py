"""Shared by the commands: the open database, a campaign by its slug, and the error that ends a command."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from webapp import config, database
from webapp.database.migrated import open_migrated
from webapp.models.accounts import rehearsal
from webapp.models.accounts.campaign import Campaign
from webapp.rules import phone

T = TypeVar("T")


class Refused(Exception):
    """The command ends with exit code 1 and this one line."""


def in_database(work: Callable[[], Awaitable[T]]) -> T:
    """Opens the database for one command and closes it again: its connections would keep the process alive."""
    return asyncio.run(_opened(work))


async def _opened(work: Callable[[], Awaitable[T]]) -> T:
    try:
        await open_migrated(config.settings().database)
        await rehearsal.check(config.settings())
        return await work()
    finally:
        await database.close_database()


async def campaign_of(slug: str) -> Campaign:
    campaign = await Campaign.get_or_none(slug=slug)
    if campaign is None:
        raise Refused(f"There is no campaign {slug}.")
    return campaign


def phone_of(written: str) -> str:
    """In E.164."""
    parsed = phone.parse(written)
    if isinstance(parsed, phone.InvalidPhone):
        raise Refused(f"{written} is not a phone number.")
    return parsed.e164
