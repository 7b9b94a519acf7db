"""Texts that Twilio has from one of our numbers and that no row knows: which of them stopped everything, and since when
(SPEC X2).

The audit log keeps them: whoever runs the server learns there what else texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp.database import transactional
from webapp.models.accounts import audit
from webapp.models.accounts.audit import AuditEvent
from webapp.models.accounts.campaign import Campaign
from webapp.rules import errors

STOPPED, RECONCILED = "campaign.restored", "campaign.reconciled"


@dataclass(frozen=True)
class Sent:
    """A text Twilio has, from one of our numbers."""

    sid: str
    to: str
    body: str
    created_at: datetime
    by: str = ""  # our number, E.164

    def __str__(self) -> str:
        """For the log: our own number may be shown."""
        return f"{self.sid} from {self.by or 'one of our numbers'} at {self.created_at:%Y-%m-%d %H:%M:%S} UTC"


@dataclass(frozen=True)
class Since:
    """``first``: when the first text left that no row knew. ``noticed``: when everything was stopped for it."""

    first: datetime
    noticed: datetime


async def note(campaign: Campaign, sent: Sent | None) -> None:
    """Notes the stop, with the text that is its reason. Inside a transaction."""
    told = {"text": sent.sid, "number": sent.by, "left": sent.created_at.isoformat()} if sent else {}
    await audit.note(campaign, None, STOPPED, {"campaign": campaign.id}, **told)


@transactional
async def note_earlier(sent: Sent) -> None:
    """Keeps an earlier one that was found, too: reconciling may break off and start again."""
    for campaign in await Campaign.filter(stopped_code=errors.RESTORED).order_by("id"):
        await note(campaign, sent)


async def alone_stopped_us() -> Since | None:
    """The times, if such a text is the reason of every stop that is not reconciled yet; else None."""
    last = await AuditEvent.filter(what=RECONCILED).order_by("-id").first()
    stops = await AuditEvent.filter(what=STOPPED, id__gt=last.id if last else 0)
    if not stops or not all("left" in stop.detail for stop in stops):
        return None
    first = min(datetime.fromisoformat(stop.detail["left"]) for stop in stops)
    return Since(first, min(stop.at for stop in stops))
