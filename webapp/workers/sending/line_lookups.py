"""Jobs that ask Twilio what kind of line a phone is (SPEC X7)."""

from __future__ import annotations

import asyncio
import logging
import random
from typing import Any

from webapp import clock
from webapp.gateways import twilio
from webapp.gateways.twilio_http import TooManyRequests
from webapp.models.accounts.campaign import Campaign
from webapp.models.sending import line_lookups

WORK = 45.0  # seconds of each minute
AT_ONCE = 10  # phones
IN_VAIN = 3  # batches in a row without an answer, then the minute is given up
log = logging.getLogger(__name__)


async def look_up_lines(ctx: dict[str, Any]) -> None:
    """Every minute, by one worker, so that no lookup is paid for twice. A phone texted before its lookup is judged by
    the error of that text."""
    deadline = clock.steady() + WORK
    for campaign in await line_lookups.campaigns():
        try:
            await _look_up(ctx["twilio"], campaign, deadline)
        except twilio.TROUBLE as error:
            log.warning("lines of campaign %s could not be looked up: %s", campaign.slug, type(error).__name__)


async def _look_up(gateway: twilio.Twilio, campaign: Campaign, deadline: float) -> None:
    after, in_vain = 0, 0
    while clock.steady() < deadline and in_vain < IN_VAIN:
        part = await line_lookups.window(campaign, after)
        random.shuffle(part.asked)  # so that phones Twilio can't answer for don't come first each time
        for start in range(0, len(part.asked), AT_ONCE):
            if clock.steady() > deadline or in_vain >= IN_VAIN:
                return
            in_vain = 0 if await _ask(gateway, part.asked[start : start + AT_ONCE]) else in_vain + 1
        if part.after is None:
            return
        after = part.after


async def _ask(gateway: twilio.Twilio, asked: list[tuple[int, str]]) -> int:
    """Asks about all at once and keeps the answers there are. Returns their number."""
    answers = await asyncio.gather(*(gateway.line_type(phone) for _, phone in asked), return_exceptions=True)
    for (contact_id, _), answer in zip(asked, answers, strict=True):
        if not isinstance(answer, BaseException):
            await line_lookups.found(contact_id, answer)
    wrong = [answer for answer in answers if isinstance(answer, BaseException)]
    for error in wrong:
        if isinstance(error, TooManyRequests) or not isinstance(error, twilio.TROUBLE):
            raise error
    return len(asked) - len(wrong)


async def forget_old(ctx: dict[str, Any]) -> None:
    await line_lookups.forget_old()
