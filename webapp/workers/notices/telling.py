"""Sends the notices of the staff (SPEC P2, R4)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from webapp import clock, config, queue, words
from webapp.models.notices import telling
from webapp.models.notices.choices import ACTIONS, BY_EMAIL, BY_PUSH, MESSAGES
from webapp.models.notices.notice import ACTION, EMAIL, INACTIVE, MESSAGE, NO_DEVICE, PUSH, UNWANTED, Notice
from webapp.models.notices.telling import Claimed, Told
from webapp.rules.notices import linked
from webapp.workers.notices import ways

log = logging.getLogger(__name__)

WORK = 20.0  # seconds; the rest of a notice is the next call's
AT_ONCE = {MESSAGE: 200, EMAIL: 5, PUSH: 20, ACTION: 5}  # people claimed together
NO_SERVER = "The mail server can't be reached. Nobody below got an e-mail by this notice; see Set-up check."


async def run_notice(ctx: dict[str, Any], notice_id: int) -> None:
    notice = await Notice.get(id=notice_id).select_related("campaign", "action")
    until = clock.steady() + WORK
    try:
        while claimed := await telling.claim(notice_id, AT_ONCE[notice.kind]):
            if not await _tell_all(notice, claimed):
                await telling.stumbled(notice_id, NO_SERVER)
                return
            if clock.steady() > until:
                await queue.run_notice(notice_id)
                return
        await telling.finish(notice_id)
    except Exception:
        log.exception("notice %s stumbled", notice_id)
        await telling.stumbled(notice_id, "A fault of the site stopped this. Its log says more.")


async def resume_notices(ctx: dict[str, Any]) -> None:
    """Notices whose worker died, whose first nudge was lost, or that wait for the mail server."""
    for notice_id in await telling.unfinished():
        await queue.run_notice(notice_id)


async def _tell_all(notice: Notice, claimed: list[Claimed]) -> bool:
    """False where the mail server can't be reached: those it was meant for are given back."""
    done = await asyncio.gather(*(_tell(notice, one) for one in claimed))
    await telling.note(notice.id, [told for told in done if isinstance(told, Told)])
    if left := [one.id for one, told in zip(claimed, done, strict=True) if told is None]:
        await telling.give_back(notice.id, left)
    return not left


async def _tell(notice: Notice, to: Claimed) -> Told | None:
    """None where nothing could be tried."""
    if not to.member.active:
        return Told(to.id, INACTIVE)
    ways: dict[str, Callable[[Notice, Claimed], Awaitable[Told | None]]] = {
        EMAIL: _by_email,
        PUSH: _by_push,
        ACTION: _of_action,
    }
    way = ways.get(notice.kind)
    return await way(notice, to) if way else Told(to.id)


async def _by_email(notice: Notice, to: Claimed) -> Told | None:
    if not to.choices.wants(BY_EMAIL, MESSAGES):
        return Told(to.id, UNWANTED)
    return await ways.write(to, "notice", MESSAGES, notice=notice, lines=linked.lines(notice.body))


async def _by_push(notice: Notice, to: Claimed) -> Told:
    if not to.choices.wants(BY_PUSH, MESSAGES):
        return Told(to.id, UNWANTED)
    if not to.devices:
        return Told(to.id, NO_DEVICE)
    data = ways.push_data(notice.title, notice.body, f"/c/{to.member.campaign.slug}", f"notice-{notice.id}")
    return await ways.push_one(to, data)


async def _of_action(notice: Notice, to: Claimed) -> Told | None:
    """The action is on their Home already. They are told of it by push, else by e-mail, as they chose."""
    member, action = to.member, notice.action
    if action is None:
        return Told(to.id)
    path = f"/c/{member.campaign.slug}/actions/{action.id}"
    if to.devices and to.choices.wants(BY_PUSH, ACTIONS):
        with words.speaking(member.speaks):
            title = words.gettext("New action: %(title)s", title=action.title)
        if not (await ways.push_one(to, ways.push_data(title, action.description, path, f"action-{action.id}"))).why:
            return Told(to.id, detail="push")
    if to.choices.wants(BY_EMAIL, ACTIONS):
        link = config.settings().url(path)
        told = await ways.write(to, "new_action", ACTIONS, action=action, link=link)
        return told and Told(to.id, detail=told.detail or "email")
    return Told(to.id)
