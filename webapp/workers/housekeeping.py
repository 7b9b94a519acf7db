"""Jobs that keep the house in order: contacts that go back to the pool, mails, conversations to be made, scripts to be
measured, and what is to be forgotten."""

from __future__ import annotations

import logging
from typing import Any

from webapp import clock, config, live, queue
from webapp.gateways import email
from webapp.models import long_work
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.mail import QUEUED, Mail
from webapp.models.actions import audience, pictures
from webapp.models.conversations import going_back, making
from webapp.models.opt_outs import possible
from webapp.models.scripts import cost, links
from webapp.models.scripts.cost import ScriptMeasure

MEASURE = 2.0  # seconds one job spends on a measure
SWEEP = 10.0  # seconds a clockwork gives to one kind of leftovers
log = logging.getLogger(__name__)


async def return_unsent(ctx: dict[str, Any]) -> None:
    for campaign in await Campaign.all():
        await going_back.return_unsent(campaign)


async def hand_over_possible_opt_outs(ctx: dict[str, Any]) -> None:
    """V8: nobody looked for hours, so it goes to the admins."""
    for campaign in await Campaign.all():
        for user_id, conversation_id in await possible.hand_old_to_staff(campaign):
            await live.nudge(user_id, "inbox-changed", conversation_id)


async def make_conversations(ctx: dict[str, Any], action_id: int, list_id: int = 0, after: int = 0) -> None:
    """A window of a list at a time, so that the site never waits; the next window is the next job's."""
    place = await making.make_some(action_id, making.Place(list_id, after))
    if place is not None:
        await queue.make_conversations(action_id, place.list_id, place.after)


async def apply_audience(ctx: dict[str, Any], action_id: int) -> None:
    if await audience.apply(action_id):
        await queue.apply_audience(action_id)


async def apply_audiences(ctx: dict[str, Any]) -> None:
    """What no nudge reached, or whose chain of nudges broke."""
    deadline = clock.steady() + SWEEP
    for action_id in await audience.unfinished():
        while clock.steady() < deadline and await audience.apply(action_id):
            continue


async def make_all_conversations(ctx: dict[str, Any]) -> None:
    for action_id in await making.unfinished():
        await making.make_all(action_id, SWEEP)


async def run_measure(ctx: dict[str, Any], measure_id: int) -> None:
    """A few seconds at a time, so that texts never wait for it."""
    try:
        more = await cost.run(measure_id, MEASURE)
    except Exception:
        log.exception("measure %s stumbled", measure_id)
        await cost.stumbled(measure_id)
        return
    if more:
        await queue.run_measure(measure_id)


async def resume_measures(ctx: dict[str, Any]) -> None:
    for measure_id in await long_work.abandoned(ScriptMeasure):
        await queue.run_measure(measure_id)


async def forget(ctx: dict[str, Any]) -> None:
    """What nobody has use for any more: pictures nobody took, links nobody was sent, measures of yesterday."""
    await pictures.forget_unused()
    await links.forget_unsent()
    await cost.forget()


async def send_mail(ctx: dict[str, Any], mail_id: int) -> None:
    mail = await Mail.get(id=mail_id)
    if mail.status != QUEUED:
        return
    try:
        await email.send(config.settings(), mail.to, mail.subject, mail.text, mail.html)
    except email.NotSent as error:
        log.warning("mail %s was not sent: %s", mail.id, error)
        await mail.not_sent()
    else:
        await mail.sent()


async def send_waiting_mail(ctx: dict[str, Any]) -> None:
    for mail in await Mail.filter(status=QUEUED).order_by("id").limit(50):
        await send_mail(ctx, mail.id)
