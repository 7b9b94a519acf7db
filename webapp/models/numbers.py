"""The campaign's own phone numbers: pace, health, and whose texts leave from which."""

from __future__ import annotations

from datetime import datetime

from tortoise import fields
from tortoise.models import Model

from webapp import clock
from webapp.database import transactional
from webapp.models.campaign import Campaign


class PhoneNumber(Model):
    """``rate`` is segments a second. ``free_at``: not before then does the next text leave; advanced by each claim.
    ``heard_until``: every text that came to it before then has been stored; None: never asked."""

    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="numbers", on_delete=fields.NO_ACTION
    )
    e164 = fields.CharField(20, unique=True)
    sid = fields.CharField(34, default="")
    rate = fields.FloatField(default=1.0)
    daily_limit = fields.IntField(null=True)
    free_at = fields.DatetimeField(null=True)
    heard_until = fields.DatetimeField(null=True)
    webhooks_ok = fields.BooleanField(default=False)
    paused_at = fields.DatetimeField(null=True)
    retired_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    campaign_id: int

    class Meta:
        table = "phone_number"

    @property
    def area_code(self) -> str:
        return self.e164[2:5]

    @property
    def healthy(self) -> bool:
        return self.retired_at is None and self.paused_at is None and self.webhooks_ok

    def wait(self, now: datetime) -> float:
        """Seconds until this number may send again."""
        return max(0.0, (self.free_at - now).total_seconds()) if self.free_at else 0.0


@transactional
async def heard(number: PhoneNumber, until: datetime) -> None:
    """Twilio has listed what came to this number, and all of it is stored."""
    await PhoneNumber.filter(id=number.id).update(heard_until=until)


@transactional
async def checked(campaign: Campaign, answers: bool, reached: set[str]) -> None:
    """What the set-up check found (S10): do the credentials work, and which numbers (E.164) send their texts here."""
    numbers = await PhoneNumber.filter(campaign=campaign, retired_at=None)
    for number in numbers:
        number.webhooks_ok = number.e164 in reached
        await number.save(update_fields=["webhooks_ok"])
    campaign.credentials_ok, campaign.checked_at = answers, clock.now()
    campaign.webhooks_ok = bool(numbers) and all(number.webhooks_ok for number in numbers)
    await campaign.save(update_fields=["credentials_ok", "webhooks_ok", "checked_at"])


@transactional
async def add(
    campaign: Campaign, e164: str, sid: str = "", rate: float = 1.0, webhooks_ok: bool = False
) -> PhoneNumber:
    """Gives the campaign a number of the account. One number belongs to one campaign (X8)."""
    return await PhoneNumber.create(
        campaign=campaign, e164=e164, sid=sid, rate=rate, webhooks_ok=webhooks_ok, created_at=clock.now()
    )
