"""The two ways to reach a person who is not on a page: an e-mail, tried once, and a push (SPEC P2)."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

from webapp import config, letters
from webapp.gateways import email, push
from webapp.models.notices import choices, push_device, push_key
from webapp.models.notices.notice import NO_DEVICE, REFUSED, UNKNOWN
from webapp.models.notices.push_device import PushDevice
from webapp.models.notices.telling import Claimed, Told

log = logging.getLogger(__name__)


async def write(to: Claimed, name: str, about: str, **context: Any) -> Told | None:
    """One try at an e-mail that can be unsubscribed from with one click (RFC 8058)."""
    settings, member = config.settings(), to.member
    stop = settings.url(f"/unsubscribe/{choices.token(member.id, about)}")
    account = settings.url(f"/c/{member.campaign.slug}/notice-choices")
    more = {"user": member.user, "campaign": member.campaign, "stop": stop, "account": account}
    letter = letters.composed(name, member.speaks, **more, **context)
    headers = {
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }
    try:
        await email.send(settings, member.user.email, letter.subject, letter.text, letter.html, headers)
    except email.Unreachable as error:
        log.warning("no e-mail can be sent: %s", error)
        return None
    except email.Declined as error:
        return Told(to.id, REFUSED, str(error))
    except email.NotSent as error:
        return Told(to.id, UNKNOWN, str(error))
    return Told(to.id)


def push_data(title: str, body: str, path: str, tag: str) -> bytes:
    """``path``: the page it opens. A notice has room for few words."""
    said = {"title": title[:120], "body": body[:400], "path": path, "tag": tag}
    return json.dumps(said, ensure_ascii=False).encode()


async def push_one(to: Claimed, data: bytes) -> Told:
    """To all browsers of this person; sent where one of them took it."""
    outcomes = await push_to(to.devices, data)
    if any(isinstance(outcome, push.Sent) for outcome in outcomes):
        return Told(to.id)
    failed = [outcome for outcome in outcomes if isinstance(outcome, push.Failed)]
    if not failed:
        return Told(to.id, NO_DEVICE)
    return Told(to.id, REFUSED if all(one.certain for one in failed) else UNKNOWN, failed[0].why)


async def push_to(devices: list[PushDevice], data: bytes) -> list[push.Outcome]:
    """Forgets browsers that are gone."""
    async with push.opened() as session:
        ours = config.settings(), push_key.private()
        sends = [push.send(session, *ours, push.Browser(d.endpoint, d.p256dh, d.auth), data) for d in devices]
        outcomes = await asyncio.gather(*sends)
    gone = [device.id for device, outcome in zip(devices, outcomes, strict=True) if isinstance(outcome, push.Gone)]
    await push_device.forget(gone)
    return outcomes
