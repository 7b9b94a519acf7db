"""Does this database know a number's newest texts at Twilio? Else it was restored from a backup (SPEC X2).

Twilio is the witness: the database, the notes beside it and the whole machine may have been put back.
"""

from __future__ import annotations

from collections.abc import Sequence

from webapp.database.statements import column
from webapp.models.conversations.message import DROPPED, OUT, QUEUED, SENDING, TAKEN, UNKNOWN, Message
from webapp.models.numbers.number import PhoneNumber
from webapp.models.outcomes import doubt
from webapp.models.outcomes.restoring import Sent


async def unknown_text(number_id: int, seen: Sequence[Sent]) -> Sent | None:
    """The first of these texts from the number that no row of ours is about; those from before it was added don't count."""
    number = await PhoneNumber.get(id=number_id)
    ours = [sent for sent in seen if sent.created_at >= number.created_at]
    known = set(await column(Message.filter(sid__in=[sent.sid for sent in ours] or [""]), "sid"))
    for sent in ours:
        if sent.sid in known or await _may_be_one_of_ours(number, sent):
            continue
        if not await Message.exists(
            sid=sent.sid
        ):  # another worker may have recorded its answer between the two questions
            return sent
    return None


async def _may_be_one_of_ours(number: PhoneNumber, sent: Sent) -> bool:
    """Is there a row that was handed over, without a sid yet, with these words to this phone?"""
    rows = Message.filter(campaign_id=number.campaign_id, phone=sent.to, direction=OUT, sid=None, attempts__gt=0)
    handed_over = rows.filter(status__in=(SENDING, UNKNOWN, QUEUED, TAKEN, DROPPED))
    return any(doubt.same_words(row.body, sent.body) for row in await handed_over)
