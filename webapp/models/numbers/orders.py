"""Orders of numbers at Twilio: a worker buys them one call at a time, and pays for none twice (SPEC X8)."""

from __future__ import annotations

from datetime import timedelta

from tortoise import fields
from tortoise.models import Model

from webapp import clock
from webapp.database import transactional
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership, User
from webapp.models.numbers.number import PhoneNumber, add_number

OPEN, DONE, FAILED = "open", "done", "failed"
MOST = 20  # numbers of one order
GONE = timedelta(seconds=60)  # the worker of a call that had no answer for so long is gone
STOPPED_MIDWAY = "This stopped midway. Look under “In the Twilio account” for what was bought, then order the rest."


class NumberOrder(Model):
    """``tried``: calls begun; ``bought``: calls that bought a number. A call without an answer is never repeated by itself:
    the number it may have bought is in the account and can be imported."""

    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="number_orders", on_delete=fields.NO_ACTION
    )
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="number_orders", on_delete=fields.NO_ACTION
    )
    area_code = fields.CharField(3)
    wanted = fields.IntField()
    tried = fields.IntField(default=0)
    bought = fields.IntField(default=0)
    status = fields.CharField(8, default=OPEN)
    error = fields.TextField(default="")
    created_at = fields.DatetimeField()
    tried_at = fields.DatetimeField(null=True)

    campaign_id: int

    class Meta:
        table = "number_order"


@transactional
async def place(area_code: str, wanted: int, by: Membership) -> NumberOrder:
    """An order of so many numbers, to be bought by a worker."""
    made = await NumberOrder.create(
        campaign=by.campaign, user=by.user, area_code=area_code, wanted=wanted, created_at=clock.now()
    )
    await audit.record(by, "numbers.ordered", {"order": made.id}, f"{wanted} of {area_code}")
    return made


@transactional
async def next_call(order_id: int) -> NumberOrder | None:
    """Begins one more call and returns the order; None where it is complete, or a call is under way."""
    order = await NumberOrder.filter(id=order_id).select_for_update().first()
    if order is None or order.status != OPEN or order.tried >= order.wanted or order.tried > order.bought:
        return None
    order.tried, order.tried_at = order.tried + 1, clock.now()
    await order.save(update_fields=["tried", "tried_at"])
    return order


@transactional
async def bought(order_id: int, e164: str, sid: str) -> PhoneNumber:
    """The call bought this number, with its texts pointed here."""
    order = await NumberOrder.filter(id=order_id).select_for_update().select_related("campaign").get()
    order.bought += 1
    if order.bought >= order.wanted:
        order.status = DONE
    await order.save(update_fields=["bought", "status"])
    return await add_number(order.campaign, e164, sid, webhooks_ok=True)


@transactional
async def failed(order_id: int, why: str) -> None:
    await NumberOrder.filter(id=order_id, status=OPEN).update(status=FAILED, error=why)


@transactional
async def give_up_on_lost() -> None:
    """Fails orders whose worker is gone: its last call may have bought a number, so it isn't repeated."""
    for order in await NumberOrder.filter(status=OPEN, tried_at__lt=clock.now() - GONE):
        if order.tried > order.bought:
            await failed(order.id, STOPPED_MIDWAY)


async def waiting() -> list[int]:
    """Open orders with no call under way, for the sweep."""
    return [order.id for order in await NumberOrder.filter(status=OPEN) if order.tried == order.bought]
