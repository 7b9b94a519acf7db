"""Where a campaign's webhooks go: made, turned on again and ended by owners (SPEC B7)."""

from __future__ import annotations

from datetime import timedelta

from tortoise import fields
from tortoise.models import Model

from webapp import clock
from webapp.database import transactional
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import OWNER, Membership, User
from webapp.models.lease import Leased
from webapp.models.logins import sealed
from webapp.rules.hooks import events, pauses, signature
from webapp.rules.outside import address

MOST = 10  # endpoints of one campaign
LEASE = 40  # seconds for which one worker alone sends to an endpoint; each claim renews it


class HookEndpoint(Model):
    """``secret``: sealed. ``events``: as events.joined writes them. ``failing_since``: null after each success.
    ``off_at``: when it was turned off after days of failure; ``off_why``: the reason. ``lease``: that of the worker
    that sends."""

    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="hook_endpoints", on_delete=fields.NO_ACTION
    )
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="hook_endpoints", on_delete=fields.NO_ACTION
    )
    url = fields.CharField(500)
    secret = fields.TextField()
    events = fields.CharField(200)
    whole_phones = fields.BooleanField(default=False)
    made_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    off_at = fields.DatetimeField(null=True)
    off_why = fields.CharField(400, default="")
    failing_since = fields.DatetimeField(null=True)
    fails = fields.IntField(default=0)
    rest_until = fields.DatetimeField(null=True)
    lease = fields.CharField(36, default="")
    leased_until = fields.DatetimeField(null=True)

    campaign_id: int
    user_id: int

    class Meta:
        table = "hook_endpoint"

    @property
    def kinds(self) -> list[str]:
        return self.events.split()

    @property
    def shown(self) -> str:
        """Its address as pages, letters and the audit log name it: the rest may be a secret."""
        return address.masked(self.url)[:200]

    def opened_secret(self) -> str | None:
        """None where it was sealed with a key of this site that is lost."""
        return sealed.opened(self.secret)


async def of(campaign_id: int) -> list[HookEndpoint]:
    found = HookEndpoint.filter(campaign_id=campaign_id, ended_at=None)
    return await found.order_by("-id").select_related("user")


@transactional
async def make(by: Membership, url: str, kinds: list[str], whole_phones: bool) -> tuple[HookEndpoint, str]:
    """The row, and the secret by which the receiver checks what comes. It can't be shown again."""
    secret = signature.new_secret()
    row = await HookEndpoint.create(
        campaign=by.campaign,
        user=by.user,
        url=url,
        secret=sealed.seal(secret),
        events=events.joined(kinds),
        whole_phones=whole_phones,
        made_at=clock.now(),
    )
    await audit.record(by, "hook.made", {"hook": row.id}, row.shown, events=kinds, whole_phones=whole_phones)
    return row, secret


@transactional
async def end(by: Membership, row: HookEndpoint) -> None:
    """For good. Events on their way there are not sent any more."""
    if await HookEndpoint.filter(id=row.id, ended_at=None).update(ended_at=clock.now()):
        await audit.record(by, "hook.ended", {"hook": row.id}, row.shown)


@transactional
async def turn_on(by: Membership, row: HookEndpoint) -> None:
    """Turns it on again. Events from the time it was off are not sent; those that waited before are."""
    fresh = {"off_at": None, "off_why": "", "failing_since": None, "fails": 0, "rest_until": None}
    if await HookEndpoint.filter(id=row.id).exclude(off_at=None).update(**fresh):
        await audit.record(by, "hook.turned_on", {"hook": row.id}, row.shown)


_LEASED = Leased(
    "hook_endpoint", "id", "ended_at IS NULL AND off_at IS NULL AND (rest_until IS NULL OR rest_until <= ?)"
)


async def take_lease(endpoint_id: int) -> str | None:
    return await _LEASED.take(endpoint_id, LEASE)


async def keep_lease(endpoint_id: int, token: str) -> bool:
    return await _LEASED.keep(endpoint_id, token, LEASE)


async def give_lease_back(endpoint_id: int, token: str) -> None:
    await _LEASED.give_back(endpoint_id, token)


async def went_well(endpoint_id: int) -> None:
    """Inside the transaction of the answer."""
    fresh = {"failing_since": None, "fails": 0, "rest_until": None}
    await HookEndpoint.filter(id=endpoint_id, fails__gt=0).update(**fresh)


async def failed(endpoint_id: int, why: str, gone: bool, dice: float) -> bool:
    """Inside the transaction of the answer. The endpoint is left alone for longer each time, and turned off after days,
    or at once where it answers that it is gone. True where this call turned it off."""
    row = await HookEndpoint.filter(id=endpoint_id).select_for_update().get()
    now = clock.now()
    row.fails, row.failing_since = row.fails + 1, row.failing_since or now
    row.rest_until = now + timedelta(seconds=pauses.again(row.fails, dice))
    off = row.off_at is None and (gone or now - row.failing_since >= pauses.OFF_AFTER)
    if off:
        row.off_at, row.off_why = now, why[:400]
        await audit.note(
            await Campaign.get(id=row.campaign_id), None, "hook.turned_off", {"hook": row.id}, row.shown, why=why[:200]
        )
    await row.save(update_fields=["fails", "failing_since", "rest_until", "off_at", "off_why"])
    return off


async def owners(campaign_id: int) -> list[Membership]:
    """The people to tell that an endpoint is off."""
    found = Membership.filter(campaign_id=campaign_id, role=OWNER, suspended_at=None, removed_at=None)
    return await found.exclude(approved_at=None).select_related("user", "campaign")
