"""Says that replies are waiting, to volunteers who are not looking (SPEC P2)."""

from __future__ import annotations

import logging
from typing import Any

from webapp import config, words
from webapp.gateways import push
from webapp.models.notices import push_device, waiting
from webapp.models.notices.choices import BY_EMAIL, BY_PUSH, REPLIES
from webapp.models.notices.telling import Claimed
from webapp.models.notices.waiting import Due
from webapp.workers.notices import ways

log = logging.getLogger(__name__)


async def tell_waiting(ctx: dict[str, Any]) -> None:
    """Says that replies are waiting, to volunteers who are not looking. Somebody for whom nothing has left is told
    in a later minute. Once the mail server is away, it is not asked again in this minute: each try may take long."""
    mail = True
    for one in await waiting.due():
        claim = await waiting.claim(one.member)
        if claim is None:
            continue
        try:
            mail = await _tell(one, claim, mail)
        except Exception:
            log.exception("member %s may not have been told that replies wait", one.member.id)


async def _tell(one: Due, claim: waiting.Claim, mail: bool) -> bool:
    """By push, else by e-mail, as they chose. Returns whether e-mails can be sent, as far as is known."""
    outcomes = await _push(one)
    if any(isinstance(outcome, push.Sent) for outcome in outcomes):
        return mail
    if one.choices.wants(BY_EMAIL, REPLIES):
        mail = mail and await _write(one)
        nothing_left = not mail
    else:
        nothing_left = any(isinstance(outcome, push.Failed) and outcome.away for outcome in outcomes)
    if nothing_left and not any(isinstance(outcome, push.Failed) and not outcome.certain for outcome in outcomes):
        await waiting.give_back(claim)
    return mail


async def _push(one: Due) -> list[push.Outcome]:
    """It names nobody: a locked phone shows it to whoever looks."""
    member, people = one.member, one.people
    devices = (await push_device.of_users([member.user_id])).get(member.user_id, [])
    if not devices or not one.choices.wants(BY_PUSH, REPLIES):
        return []
    with words.speaking(member.speaks):
        said = words.ngettext(
            "%(n)s person is waiting for your reply", "%(n)s people are waiting for your reply", people
        )
    data = ways.push_data(member.campaign.name, said % {"n": people}, _path(one), "replies")
    return await ways.push_to(devices, data)


async def _write(one: Due) -> bool:
    """False where the mail server can't be reached."""
    to, link = Claimed(0, one.member, one.choices, []), config.settings().url(_path(one))
    return await ways.write(to, "replies_waiting", REPLIES, people=one.people, link=link) is not None


def _path(one: Due) -> str:
    return f"/c/{one.member.campaign.slug}/inbox"
