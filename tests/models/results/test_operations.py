"""Operations shows what waits, of one campaign."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.database.plans import explained, statements
from tests.cast.texting import SECOND, SID, clicked
from webapp.models.numbers.number import add_number
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND
from webapp.models.results import operations


async def test_operations_tells_nothing_of_other_campaigns(cast: Cast) -> None:
    await add_number(cast.ryan, SECOND, "PN" + "b" * 32, webhooks_ok=True)
    await applying.keep(INBOUND, {"MessageSid": SID, "From": cast.lisa.phone, "To": SECOND, "Body": "Hi"})
    assert (await operations.open_ends(cast.meyer)).events == 0


@pytest.mark.both
async def test_queued_first_texts_are_counted_by_action_of_these_campaigns(cast: Cast) -> None:
    await clicked(cast)
    assert await operations.first_texts_queued([cast.meyer, cast.ryan]) == {cast.action.id: 1}
    assert await operations.first_texts_queued([cast.ryan]) == await operations.first_texts_queued([]) == {}


@pytest.mark.postgres
async def test_queued_first_texts_are_found_by_the_index_of_queued_texts(cast: Cast) -> None:
    with statements() as asked:
        await operations.first_texts_queued([cast.meyer])
    [(text, values)] = asked
    assert "message_due" in await explained(text, values)
