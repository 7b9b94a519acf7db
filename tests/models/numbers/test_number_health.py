"""A number that carriers filter often takes no new contacts (SPEC S3)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import Cast
from tests.cast.texting import clicked
from webapp import clock
from webapp.database import transaction
from webapp.models.contacts.contact import Contact
from webapp.models.deliveries import NO_ERROR, DeliveryTally, hour_of
from webapp.models.numbers import choice
from webapp.models.numbers.number import PhoneNumber, measure_numbers


async def fresh(cast: Cast) -> PhoneNumber:
    return await PhoneNumber.get(id=cast.number.id)


async def sent(cast: Cast, texts: int, code: int, failed: int) -> None:
    """So many texts by the number an hour ago, and what the carriers said of some."""
    where = {"campaign_id": cast.meyer.id, "number_id": cast.number.id, "action_id": cast.action.id}
    hour = hour_of(clock.now()) - 1
    rows = [
        DeliveryTally(**where, hour=hour, code=of, texts=n) for of, n in ((NO_ERROR, texts - failed), (code, failed))
    ]
    await transaction(lambda: DeliveryTally.bulk_create(rows))


@pytest.mark.both
async def test_a_number_that_is_filtered_often_takes_no_new_contacts(cast: Cast) -> None:
    await clicked(cast)
    await sent(cast, 60, 30007, 3)
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
    await sent(cast, 40, 30007, 2)
    await measure_numbers()
    assert (await fresh(cast)).healthy and (await fresh(cast)).filtered_24h == 2
    await transaction(lambda: DeliveryTally.filter(code=30007).update(code=30003))
    await measure_numbers()
    assert ((await fresh(cast)).filtered_24h, (await fresh(cast)).failed_24h) == (0, 2)
