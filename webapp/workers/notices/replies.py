"""Says that replies are waiting, to volunteers who are not looking (SPEC P2)."""

from __future__ import annotations

from typing import Any

from webapp import config, words
from webapp.gateways import push
from webapp.models.accounts.users import Membership
from webapp.models.notices import push_device, waiting
from webapp.models.notices.choices import BY_EMAIL, BY_PUSH, REPLIES, Choices
from webapp.models.notices.telling import Claimed
from webapp.workers.notices import ways


async def tell_waiting(ctx: dict[str, Any]) -> None:
    """Says that replies are waiting, to volunteers who are not looking."""
    for one in await waiting.due():
        if await waiting.claim(one.member):
            await _tell_of_replies(one.member, one.choices, one.people)


async def _tell_of_replies(member: Membership, chosen: Choices, people: int) -> None:
    """By push, else by e-mail, as they chose. It names nobody: a locked phone shows it to whoever looks."""
    path = f"/c/{member.campaign.slug}/inbox"
    devices = (await push_device.of_users([member.user_id])).get(member.user_id, [])
    if devices and chosen.wants(BY_PUSH, REPLIES):
        with words.speaking(member.speaks):
            said = words.ngettext(
                "%(n)s person is waiting for your reply", "%(n)s people are waiting for your reply", people
            )
        data = ways.push_data(member.campaign.name, said % {"n": people}, path, "replies")
        if any(isinstance(outcome, push.Sent) for outcome in await ways.push_to(devices, data)):
            return
    if chosen.wants(BY_EMAIL, REPLIES):
        to = Claimed(0, member, chosen, [])
        await ways.write(to, "replies_waiting", REPLIES, people=people, link=config.settings().url(path))
