"""Operations shows what waits, of one campaign."""

from __future__ import annotations

from tests.cast import Cast
from tests.cast.texting import SECOND, SID
from webapp.models.numbers.number import add_number
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND
from webapp.models.results import operations


async def test_operations_tells_nothing_of_other_campaigns(cast: Cast) -> None:
    await add_number(cast.ryan, SECOND, "PN" + "b" * 32, webhooks_ok=True)
    await applying.keep(INBOUND, {"MessageSid": SID, "From": cast.lisa.phone, "To": SECOND, "Body": "Hi"})
    assert (await operations.open_ends(cast.meyer)).events == 0
