"""Twilio answers with 5xx or not at all: numbers rest, longer each time, so that few texts become unknown (SPEC X4).

Failed calls in a row are counted for each number and for each campaign, since all numbers of a campaign fail where the
account or the network is at fault. After a rest Twilio is asked for the number's newest texts, which risks no text.
Then one text is tried.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from webapp import clock
from webapp.database import transactional
from webapp.models.accounts.campaign import Campaign
from webapp.models.numbers.number import PhoneNumber
from webapp.rules.numbers import rests
from webapp.rules.numbers.rests import LONGEST_HOLD, LONGEST_REST

FEW = rests.FEW
FEW_OF_ALL = 5  # failed calls in a row after which all numbers of the campaign rest
FIRST_REST = 10.0  # seconds; doubled with each failure
TRY = timedelta(seconds=20)  # one process tries, and the others wait so long for what it finds


def is_out(number: PhoneNumber) -> bool:
    """Must Twilio be asked whether it works before a text is risked?"""
    return number.failures >= FEW or number.campaign.failures >= FEW_OF_ALL


@transactional
async def failed(number_id: int, why: str, tried: bool = False) -> float:
    """A call by this number failed. Returns the seconds it rests now; 0.0 where it goes on. ``tried``: the call was a
    text, which makes it rest longer than a question does."""
    number, campaign = await _locked(number_id)
    now, most = clock.now(), LONGEST_REST if tried else LONGEST_HOLD
    number.failures, campaign.failures = number.failures + 1, campaign.failures + 1
    number.rests_until, of_number = _rest(number.failures - FEW, most, now)
    campaign.rests_until, of_all = _rest(campaign.failures - FEW_OF_ALL, most, now)
    if of_number or of_all:
        campaign.failing_since, campaign.failure = campaign.failing_since or now, why[:80]
    await number.save(update_fields=["failures", "rests_until"])
    await campaign.save(update_fields=["failures", "rests_until", "failing_since", "failure"])
    return max(of_number, of_all)


def _rest(failures: int, most: float, now: datetime) -> tuple[datetime | None, float]:
    """``failures``: how many there were beyond the first few."""
    if failures < 0:
        return None, 0.0
    seconds = min(FIRST_REST * 2.0 ** min(failures, 10), most)
    return now + timedelta(seconds=seconds), seconds


@transactional
async def begin_try(number_id: int) -> bool:
    """One process at a time tries a number that is out, and one number of a campaign that is. False: another one does."""
    number, campaign = await _locked(number_id)
    now = clock.now()
    if number.wait(now) or campaign.rest(now):
        return False
    number.rests_until = now + TRY
    await number.save(update_fields=["rests_until"])
    if campaign.failures >= FEW_OF_ALL:
        campaign.rests_until = now + TRY
        await campaign.save(update_fields=["rests_until"])
    return True


@transactional
async def works(number_id: int) -> None:
    """Twilio answered a call by this number."""
    _, campaign = await _locked(number_id)
    await PhoneNumber.filter(id=number_id).update(failures=0, rests_until=None)
    await Campaign.filter(id=campaign.id).update(failures=0, rests_until=None, failing_since=None, failure="")


async def _locked(number_id: int) -> tuple[PhoneNumber, Campaign]:
    """The number and its campaign, locked in this order."""
    number = await PhoneNumber.filter(id=number_id).select_for_update().get()
    return number, await Campaign.filter(id=number.campaign_id).select_for_update().get()
