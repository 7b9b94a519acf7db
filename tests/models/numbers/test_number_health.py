"""A number that carriers filter often takes no new contacts (SPEC S3)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import Cast
from webapp import clock
from webapp.database import transaction
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.message import TAKEN, Message
from webapp.models.numbers import choice
from webapp.models.numbers.number import PhoneNumber, measure_numbers
from webapp.models.sending.click import Queued


async def fresh(cast: Cast) -> PhoneNumber:
    return await PhoneNumber.get(id=cast.number.id)


async def sent(cast: Cast, number: int, code: int | None, hours: float = 1) -> None:
    """So many texts by the number, with what the carriers said of them."""
    at = clock.now() - timedelta(hours=hours)
    await cast.start(cast.amy)
    first = await cast.click(cast.amy)
    assert isinstance(first, Queued)
    like = first.message
    rows = [
        Message(
            campaign_id=like.campaign_id,
            contact_id=like.contact_id,
            number_id=cast.number.id,
            direction="out",
            kind="follow_up",
            phone=like.phone,
            body="x",
            status=TAKEN,
            created_at=at,
            taken_at=at,
            public_id=f"{hours:08.0f}-0000-4000-8000-{n:012d}"[:36].replace(".", "0"),
            error_code=code if n % 20 == 0 else None,
        )
        for n in range(number)
    ]
    await transaction(lambda: Message.bulk_create(rows))


@pytest.mark.both
async def test_a_number_that_is_filtered_often_takes_no_new_contacts(cast: Cast) -> None:
    await sent(cast, 60, 30007)
    await measure_numbers()
    number = await fresh(cast)
    assert (number.sent_24h, number.filtered_24h, number.failed_24h) == (60, 3, 0)
    assert number.filtered_often and not number.healthy and number.can_send
    dora = await cast.add_contact("+14125550102", zip="15213")
    assert await choice.number_of(cast.meyer, dora) is None
    assert (await choice.number_of(cast.meyer, await Contact.get(id=cast.lisa.id))) is not None  # who has it keeps it
    clock.freeze(clock.now() + timedelta(days=1))
    await measure_numbers()
    assert (await fresh(cast)).healthy


async def test_few_texts_or_other_errors_say_nothing_of_filtering(cast: Cast) -> None:
    await sent(cast, 40, 30007)
    await measure_numbers()
    assert (await fresh(cast)).healthy and (await fresh(cast)).filtered_24h == 2
    await transaction(lambda: Message.filter(error_code=30007).update(error_code=30003))
    await measure_numbers()
    assert ((await fresh(cast)).filtered_24h, (await fresh(cast)).failed_24h) == (0, 2)
