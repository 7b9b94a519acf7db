"""Changes staff make to the campaign's numbers, noted in the audit log (SPEC S3, X8)."""

from __future__ import annotations

from tortoise.exceptions import IntegrityError

from webapp import clock
from webapp.database import transactional
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership
from webapp.models.contacts.contact import Contact
from webapp.models.numbers.number import AccountNumber, PhoneNumber, add_number, change_number


async def import_number(found: AccountNumber, by: Membership) -> PhoneNumber | None:
    """A number of the Twilio account becomes the campaign's. None where another campaign has it. Not inside another
    transaction."""
    try:
        return await _import(found, by)
    except IntegrityError:
        return None


@transactional
async def _import(found: AccountNumber, by: Membership) -> PhoneNumber:
    made = await add_number(by.campaign, found.e164, found.sid)
    await audit.record(by, "number.imported", {"number": made.id}, found.e164)
    return made


async def contacts_of(number: PhoneNumber) -> int:
    """How many contacts hear from this number: their conversations end with it (SPEC S3)."""
    return await Contact.filter(campaign_id=number.campaign_id, number_id=number.id).count()


@transactional
async def set_rate(number: PhoneNumber, rate: str, daily_limit: int | None, by: Membership) -> None:
    """``rate``: segments a second; ``daily_limit``: new contacts a day, None for no limit."""
    await change_number(number, rate=float(rate), daily_limit=daily_limit)
    await audit.record(by, "number.rate", {"number": number.id}, f"{number.e164}: {rate}", daily_limit=daily_limit)


@transactional
async def pause(number: PhoneNumber, by: Membership) -> None:
    """Nothing leaves by it. Queued texts stay queued, and texts that come to it are read."""
    await change_number(number, paused_at=clock.now())
    await audit.record(by, "number.paused", {"number": number.id}, number.e164)


@transactional
async def resume(number: PhoneNumber, by: Membership) -> None:
    await change_number(number, paused_at=None)
    await audit.record(by, "number.resumed", {"number": number.id}, number.e164)


@transactional
async def retire(number: PhoneNumber, by: Membership) -> None:
    """It takes no new contacts; its conversations go on."""
    await change_number(number, retired_at=clock.now())
    await audit.record(by, "number.retired", {"number": number.id}, number.e164)


@transactional
async def use_again(number: PhoneNumber, by: Membership) -> None:
    """It takes new contacts again."""
    await change_number(number, retired_at=None)
    await audit.record(by, "number.used_again", {"number": number.id}, number.e164)


@transactional
async def note_release(number: PhoneNumber, by: Membership) -> bool:
    """Notes that the number goes back to Twilio, which a job sees to. False where it is not retired: it stays."""
    if number.retired_at is None:
        return False
    await audit.record(by, "number.released", {"number": number.id}, number.e164)
    return True
