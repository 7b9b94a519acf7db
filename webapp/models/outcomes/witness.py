"""Does this database know a number's newest texts at Twilio? Else it was restored from a backup (SPEC X2).

Twilio is the witness: the database, the notes beside it and the whole machine may have been put back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from webapp import clock
from webapp.models.conversations.message import DROPPED, OUT, QUEUED, REJECTED, SENDING, TAKEN, UNKNOWN, Message
from webapp.models.numbers.number import PhoneNumber
from webapp.models.outcomes import doubt
from webapp.models.outcomes.strangers import Sent

RECORDED = timedelta(minutes=1)  # what is younger may be recorded at this moment


async def unknown_of_any(numbers: Mapping[str, int], seen: Sequence[tuple[str, Sent]]) -> Sent | None:
    """The first of the account's texts (each with the number it left by) that no row of ours is about. ``numbers``:
    ours, with their ids. This is how a database notices a running copy of itself, or anything else that texts by its
    numbers."""
    before = clock.now() - RECORDED
    ours = [(numbers[by], sent) for by, sent in seen if by in numbers and sent.created_at < before]
    known = await doubt.with_rows([sent.sid for _, sent in ours])
    for number_id, sent in ours:
        if sent.sid not in known and await unknown_text(number_id, [sent]):
            return sent
    return None


async def unknown_text(number_id: int, seen: Sequence[Sent]) -> Sent | None:
    """The first of these texts from the number that no row of ours is about; those from before it was added don't count."""
    number = await PhoneNumber.get(id=number_id)
    ours = [sent for sent in seen if sent.created_at >= number.created_at]
    known = await doubt.with_rows([sent.sid for sent in ours])
    for sent in ours:
        if sent.sid in known or await _may_be_one_of_ours(number, sent):
            continue
        if sent.sid not in await doubt.with_rows([sent.sid]):  # recorded meanwhile by another worker
            return sent
    return None


async def _may_be_one_of_ours(number: PhoneNumber, sent: Sent) -> bool:
    """Is there a row with these words to this phone that was handed over, and that has no sid yet or was tried twice?
    Twilio may have put a prefix before the words. (Of a refused text only an earlier attempt can be at Twilio.)"""
    rows = Message.filter(campaign_id=number.campaign_id, phone=sent.to, direction=OUT, attempts__gt=0)
    handed_over = await rows.filter(status__in=(SENDING, UNKNOWN, QUEUED, TAKEN, DROPPED, REJECTED))
    return any((row.sid is None or row.attempts > 1) and doubt.ends_with(sent.body, row.body) for row in handed_over)
