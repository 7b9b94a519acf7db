"""The campaign's phone numbers: their rate, health and life, and those of the Twilio account (SPEC S3, X8)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tortoise import fields
from tortoise.models import Model

from webapp import clock, database
from webapp.database import transactional
from webapp.database.locks import Lock
from webapp.database.statements import column
from webapp.models.accounts.campaign import Campaign
from webapp.models.deliveries import hour_of
from webapp.rules import errors, segments
from webapp.rules.numbers.rests import LONGEST_HOLD, LONGEST_REST, seconds_ahead

SERVICE, LONGEST = 80, 20  # characters of a Messaging Service's name, and of an address that texts go to or come from
ENOUGH_SENT, MOST_FILTERED = 50, 0.03  # texts in 24 hours, and the share of them that carriers may filter (S3)


class PhoneNumber(Model):
    """``rate``: segments a second. ``free_at``: when its pace lets the next text leave; each claim moves it on.
    ``held_until``: Twilio asked us to wait until then (429). ``claim_mark`` moves on at each claim; only a restore
    moves it back. ``failures``: calls in a row without a readable answer; ``rests_until``: none is tried before
    (outages.py). ``heard_until``: every text that came to it before then is stored; None where Twilio was never asked
    (hearing.py). ``*_24h``: texts Twilio took in the 24 hours before ``measured_at``, and how many of them were
    filtered or failed. ``retired_at``: it takes no new contacts, but its conversations go on until it is given back to
    Twilio, ``released_at``."""

    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="numbers", on_delete=fields.NO_ACTION
    )
    e164 = fields.CharField(LONGEST, unique=True)
    sid = fields.CharField(34, default="")
    rate = fields.FloatField(default=1.0)
    daily_limit = fields.IntField(null=True)
    free_at = fields.DatetimeField(null=True)
    held_until = fields.DatetimeField(null=True)
    claim_mark = fields.BigIntField(default=0, db_default=0)
    failures = fields.IntField(default=0, db_default=0)
    rests_until = fields.DatetimeField(null=True)
    heard_until = fields.DatetimeField(null=True)
    webhooks_ok = fields.BooleanField(default=False)
    service = fields.CharField(
        SERVICE, default="", db_default=""
    )  # the Messaging Service that takes its texts elsewhere
    paused_at = fields.DatetimeField(null=True)
    retired_at = fields.DatetimeField(null=True)
    released_at = fields.DatetimeField(null=True)
    sent_24h = fields.IntField(default=0, db_default=0)
    filtered_24h = fields.IntField(default=0, db_default=0)
    failed_24h = fields.IntField(default=0, db_default=0)
    measured_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    campaign_id: int

    class Meta:
        table = "phone_number"

    @property
    def area_code(self) -> str:
        return self.e164[2:5]

    @property
    def filtered_often(self) -> bool:
        """Over 3 % of at least 50 texts in 24 hours (S3)."""
        return self.sent_24h >= ENOUGH_SENT and self.filtered_24h > MOST_FILTERED * self.sent_24h

    @property
    def healthy(self) -> bool:
        """May a new contact hear from it?"""
        out_of_use = self.retired_at or self.paused_at or self.released_at
        return not out_of_use and self.webhooks_ok and not self.filtered_often

    @property
    def can_send(self) -> bool:
        """May a contact who has it hear from it again?"""
        return self.paused_at is None and self.released_at is None

    def wait(self, now: datetime) -> float:
        """Seconds until this number may send again. A time further ahead than any we set comes from a wrong clock, and
        is ignored."""
        return max(
            seconds_ahead(self.free_at, now, self.longest),
            seconds_ahead(self.held_until, now, LONGEST_HOLD),
            seconds_ahead(self.rests_until, now, LONGEST_REST),
        )

    @property
    def longest(self) -> float:
        """Seconds in which its longest text leaves."""
        return segments.MOST / self.rate


class Changes:
    """Counts this process's changes to numbers. A snapshot taken at a lower count is stale."""

    count = 0


@transactional
async def note_check(
    campaign: Campaign, credentials_trouble: str, reached: set[str], services: dict[str, str], mail_trouble: str = ""
) -> None:
    """Stores the findings of the set-up check (S10). ``credentials_trouble``: the fault of the credentials
    (rules.numbers.credentials). ``reached``: numbers (E.164) whose texts come here. ``services``: number -> the
    Messaging Service that takes its texts elsewhere. ``mail_trouble``: why the mail server takes no letter."""
    for number in await PhoneNumber.filter(campaign=campaign, released_at=None):
        number.service = services.get(number.e164, "")[:SERVICE]
        number.webhooks_ok = number.e164 in reached and not number.service
        await number.save(update_fields=["webhooks_ok", "service"])
    campaign.credentials_ok, campaign.credentials_trouble = not credentials_trouble, credentials_trouble
    campaign.mail_trouble = mail_trouble
    campaign.checked_at = campaign.mail_checked_at = clock.now()
    await campaign.save(
        update_fields=["credentials_ok", "credentials_trouble", "mail_trouble", "checked_at", "mail_checked_at"]
    )
    await _refresh_check(campaign.id)


async def _refresh_check(campaign_id: int) -> None:
    """Sets the set-up check's line about numbers from the numbers as they are now."""
    Changes.count += 1
    found = await PhoneNumber.filter(campaign_id=campaign_id, released_at=None)
    reached = any(n.retired_at is None for n in found) and all(n.webhooks_ok for n in found)
    await Campaign.filter(id=campaign_id).update(webhooks_ok=reached)


@transactional
async def add_number(
    campaign: Campaign, e164: str, sid: str = "", rate: float = 1.0, webhooks_ok: bool = False
) -> PhoneNumber:
    """Gives the campaign a number of the Twilio account. One it had before and gave back comes with its conversations. A
    number belongs to one campaign (X8): IntegrityError where another one has it."""
    await database.lock(Lock.ADDING_NUMBERS, 0)
    again = await PhoneNumber.filter(campaign=campaign, e164=e164).exclude(released_at=None).first()
    number = again or PhoneNumber(campaign=campaign, e164=e164, created_at=clock.now())
    number.sid, number.rate, number.webhooks_ok = sid, rate, webhooks_ok
    number.retired_at = number.released_at = None
    await number.save()
    await _apply_again(e164)
    await _refresh_check(campaign.id)
    return number


async def _apply_again(e164: str) -> None:
    """Texts that came to it while no campaign had it are applied after all: a STOP may be among them."""
    await database.query(
        "UPDATE twilio_event SET applied_at = NULL WHERE kind = 'inbound' AND payload ->> 'To' = ? AND applied_at IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM message m WHERE m.sid = twilio_event.sid) RETURNING id",
        e164,
    )


@transactional
async def change_number(number: PhoneNumber, **values: Any) -> None:
    """``values``: any of its columns."""
    await PhoneNumber.filter(id=number.id).update(**values)
    await _refresh_check(number.campaign_id)


class AccountNumber(Model):
    """A number of the Twilio account, as last listed; in use by a campaign or free."""

    id = fields.IntField(primary_key=True)
    sid = fields.CharField(34, unique=True)
    e164 = fields.CharField(20)
    seen_at = fields.DatetimeField()

    class Meta:
        table = "account_number"


@transactional
async def note_account(found: list[tuple[str, str]]) -> None:
    """Replaces the list of the account's numbers: (sid, E.164) each. One at a time."""
    await database.lock(Lock.LISTING_ACCOUNT, 0)
    await AccountNumber.all().delete()
    now = clock.now()
    await AccountNumber.bulk_create([AccountNumber(sid=sid, e164=e164, seen_at=now) for sid, e164 in found])


async def free_in_account() -> list[AccountNumber]:
    """Numbers of the account that no campaign has."""
    taken = await column(PhoneNumber.filter(released_at=None), "e164")
    return [row for row in await AccountNumber.all().order_by("e164") if row.e164 not in set(taken)]


async def measure_numbers() -> None:
    """Adds up each number's texts of this hour and the 23 before it, those that Twilio refused included. Runs every
    minute, and reads the kept counts, so that a busy day costs no more."""
    now = clock.now()
    carriers = ", ".join(str(code) for code in sorted(errors.CARRIER))
    rows = await database.query(
        f"SELECT number_id, SUM(texts) AS sent, SUM(CASE WHEN code IN ({carriers}) THEN texts ELSE 0 END) AS filtered,"
        " SUM(CASE WHEN code <> 0 THEN texts ELSE 0 END) AS failed FROM delivery_tally"
        " WHERE number_id IN (SELECT id FROM phone_number WHERE released_at IS NULL) AND hour > ? GROUP BY number_id",
        hour_of(now) - 24,
    )
    await _measured({row["number_id"]: row for row in rows}, now)


@transactional
async def _measured(rows: dict[int, dict[str, Any]], now: datetime) -> None:
    Changes.count += 1
    for number in await PhoneNumber.filter(released_at=None).order_by("id"):
        row = rows.get(number.id, {"sent": 0, "filtered": 0, "failed": 0})
        await PhoneNumber.filter(id=number.id).update(
            sent_24h=int(row["sent"]),
            filtered_24h=int(row["filtered"] or 0),
            failed_24h=int(row["failed"] or 0) - int(row["filtered"] or 0),
            measured_at=now,
        )
