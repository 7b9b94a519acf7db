"""Campaigns: an organisation's account and its settings (SPEC section 1). Every other row belongs to one."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tortoise import fields
from tortoise.models import Model

from webapp import clock
from webapp.database import transactional
from webapp.models.committed import Committed
from webapp.rules import errors
from webapp.rules.accounts import join_code
from webapp.rules.numbers.rests import LONGEST_REST, seconds_ahead

BUCKET_SIZES = (10, 25, 100, 200)  # SPEC S2
REGISTRATIONS = ("10dlc", "toll_free", "short_code")
stopped = Committed("campaigns that were stopped")


class Campaign(Model):
    id = fields.IntField(primary_key=True)
    name = fields.CharField(120)
    slug = fields.CharField(60, unique=True)
    description = fields.TextField(default="")
    timezone = fields.CharField(64, default="America/New_York")
    join_code = fields.CharField(8, default="")
    broadcast_phone_number = fields.CharField(20, default="")
    approval_needed = fields.BooleanField(default=False)
    searchable = fields.BooleanField(default=False)
    second_step_needed = fields.BooleanField(default=False, db_default=False)  # of staff, for every page of the office
    created_at = fields.DatetimeField()
    rehearsal = fields.BooleanField(
        default=False, db_default=False
    )  # a rehearsal made it: never beside real credentials

    # Texting settings, S1 to S8 and S12
    start_time = fields.CharField(5, default="09:00")
    end_time = fields.CharField(5, default="21:00")
    bucket_size = fields.IntField(default=100)
    preferred_area_codes = fields.CharField(200, default="")
    fallback_sender = fields.CharField(60, default="a volunteer")
    fallback_recipient = fields.CharField(60, default="friend")
    outbound_lock = fields.BooleanField(default=True)
    disable_custom_responses = fields.BooleanField(default=False)
    return_after_minutes = fields.IntField(default=60)
    undo_seconds = fields.IntField(default=5)
    queue_limit_minutes = fields.IntField(default=30)
    possible_opt_out_hours = fields.IntField(default=2)
    opt_out_budget = fields.IntField(default=30, db_default=30)  # opt-outs and blocks of a volunteer an hour (V9)
    waiting_reply_minutes = fields.IntField(default=60)
    use_lookup = fields.BooleanField(default=False)

    # Prices and the daily cap, S11, in ten-thousandths of a dollar
    segment_price = fields.IntField(default=125)
    mms_price = fields.IntField(default=220)
    daily_cap = fields.IntField(null=True)
    capped_on = fields.DateField(null=True)  # the day in the campaign's zone on which the cap was reached

    # Stop Everything (S11); stopped_code is set where the system itself stopped sending (X4)
    stopped_at = fields.DatetimeField(null=True)
    stopped_code = fields.IntField(null=True)
    went_on_at = fields.DatetimeField(null=True)  # when the last stop ended

    # While Twilio fails (outages.py): failed calls in a row, since when, how, and until when none is tried
    failures = fields.IntField(default=0, db_default=0)
    failing_since = fields.DatetimeField(null=True)
    failure = fields.CharField(80, default="", db_default="")
    rests_until = fields.DatetimeField(null=True)

    # The result of the last set-up check (S10)
    checked_at = fields.DatetimeField(null=True)
    credentials_ok = fields.BooleanField(default=False)
    credentials_trouble = fields.CharField(20, default="", db_default="")  # one of rules.numbers.credentials
    mail_checked_at = fields.DatetimeField(null=True)
    mail_trouble = fields.CharField(200, default="", db_default="")  # why the mail server took no letter
    webhooks_ok = fields.BooleanField(default=False)
    registration = fields.CharField(
        12, default="", db_default=""
    )  # the kind under which the campaign is registered with carriers
    registration_cap = fields.IntField(null=True)  # texts a day that carriers accept from it
    round_trip_phone = fields.CharField(20, default="", db_default="")
    round_trip_asked_at = fields.DatetimeField(null=True)
    round_trip_at = fields.DatetimeField(null=True)

    class Meta:
        table = "campaign"

    @property
    def opens(self) -> time:
        return time.fromisoformat(self.start_time)

    @property
    def closes(self) -> time:
        """The end of the texting window. Never "24:00", which `time` can't read: Settings refuses an end after 21:00."""
        return time.fromisoformat(self.end_time)

    @property
    def area_codes(self) -> list[str]:
        return [code for code in self.preferred_area_codes.replace(",", " ").split() if code]

    def contact_name(self, first_name: str) -> str:
        """The first name, else the fallback (S4)."""
        return first_name or self.fallback_recipient

    def sender_name(self, name: str) -> str:
        """The name, else the fallback (S4)."""
        return name or self.fallback_sender

    @property
    def set_up(self) -> bool:
        """Is the set-up check green (S10)? Start and publishing ask it."""
        return self.can_text and not self.mail_trouble

    @property
    def can_text(self) -> bool:
        """Is all of the set-up check green that texts need? Each tap asks it: a mail server's trouble stops no evening."""
        return self.credentials_ok and self.webhooks_ok and self.round_trip_at is not None and self.registered

    @property
    def registered(self) -> bool:
        return self.registration in REGISTRATIONS

    def capped(self, now: datetime) -> bool:
        """Has today's spend reached the cap?"""
        return self.capped_on is not None and self.capped_on == self.local(now).date()

    def midnight(self, now: datetime) -> datetime:
        """The beginning of today in the campaign's zone."""
        return self.day_begins(self.local(now).date())

    def day_begins(self, day: date, later: int = 0) -> datetime:
        """Midnight in the campaign's zone, so many days ``later``, also where a clock is set in between."""
        return datetime.combine(day + timedelta(days=later), time(), self.zone)

    @property
    def stop_mark(self) -> str:
        """Names this stop on a page: another one differs (S11)."""
        return f"{self.stopped_at.astimezone(UTC).isoformat()} {self.stopped_code or 0}" if self.stopped_at else ""

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)

    def rest(self, now: datetime) -> float:
        """Seconds until a text is tried again, where Twilio fails."""
        return seconds_ahead(self.rests_until, now, LONGEST_REST)

    @transactional
    async def renew_join_code(self) -> None:
        self.join_code = await new_join_code(self.approval_needed)
        await self.save(update_fields=["join_code"])

    @transactional
    async def register(self, kind: str, cap: int | None) -> None:
        """Stores how the campaign is registered with carriers, and how many texts a day they accept from it (S10)."""
        self.registration, self.registration_cap = kind, cap
        await self.save(update_fields=["registration", "registration_cap"])

    @transactional
    async def stop_everything(self, code: int | None = None) -> None:
        """Stops all sending. Workers check before each claim, so it takes effect within seconds. ``code``: the error that
        stopped it; None where a person did. A code of errors.AFTER_RESTORE stays until sending goes on."""
        fresh = await Campaign.filter(id=self.id).select_for_update().get()
        kept = fresh.stopped_code in errors.AFTER_RESTORE and code not in errors.AFTER_RESTORE
        self.stopped_at, self.stopped_code = clock.now(), fresh.stopped_code if kept else code
        await self.save(update_fields=["stopped_at", "stopped_code"])
        stopped.note(self.id)

    @transactional
    async def go_on(self) -> None:
        """Ends Stop Everything."""
        self.stopped_at, self.stopped_code, self.went_on_at = None, None, clock.now()
        await self.save(update_fields=["stopped_at", "stopped_code", "went_on_at"])


async def new_join_code(approval_needed: bool) -> str:
    """One that is no other campaign's: six digits where staff approve newcomers, else eight letters (S9)."""
    while await Campaign.exists(join_code=(code := _random_code(approval_needed))):
        continue
    return code


def _random_code(approval_needed: bool) -> str:
    if approval_needed:
        return f"{secrets.randbelow(10**join_code.DIGITS):0{join_code.DIGITS}}"
    return "".join(secrets.choice(join_code.LETTERS) for _ in range(join_code.LETTERS_OF_CODE))
