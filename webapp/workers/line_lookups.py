"""Asking Twilio what kind of lines people have (SPEC X7)."""

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
AT_ONCE = 10
IN_VAIN = 3  # times in a row that nobody was answered about
log = logging.getLogger(__name__)


async def look_up_lines(ctx: dict[str, Any]) -> None:
    """Every minute, by one worker, so that nobody is asked and paid for twice. Nobody waits for it: who is texted before is
    learnt about from errors."""
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
        random.shuffle(part.asked)  # phones that can't be asked about must not come first each time
        for start in range(0, len(part.asked), AT_ONCE):
            if clock.steady() > deadline or in_vain >= IN_VAIN:
                return
            in_vain = 0 if await _ask(gateway, part.asked[start : start + AT_ONCE]) else in_vain + 1
        if part.after is None:
            return
        after = part.after


async def _ask(gateway: twilio.Twilio, asked: list[tuple[int, str]]) -> int:
    """Some at once; what was answered is kept, whatever became of the others. How many were answered."""
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
