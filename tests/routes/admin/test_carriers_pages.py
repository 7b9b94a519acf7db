"""Pages on what carriers do, and the warning on every page of the office (SPEC R7)."""

from __future__ import annotations

from tests.cast import Cast
from tests.cast.site import OFFICE, PARTIAL, Browser, here
from tests.cast.texting import claimed, new_sid, texted
from webapp import clock, queue
from webapp.database import transaction
from webapp.models.carriers import looking
from webapp.models.deliveries import DeliveryTally, hour_of
from webapp.models.outcomes import answers
from webapp.models.receiving import applying
from webapp.models.receiving.event import STATUS
from webapp.rules import phone


async def filtered(cast: Cast, number: int) -> None:
    """So many texts of script Hello were filtered this hour, and 40 were not."""
    own = {"campaign_id": cast.meyer.id, "hour": hour_of(clock.now()), "number_id": cast.number.id}
    own |= {"action_id": cast.action.id, "script_id": cast.hello.id, "version": 1}
    await transaction(lambda: DeliveryTally.create(**own, code=30007, texts=number))  # type: ignore[arg-type]
    await transaction(lambda: DeliveryTally.create(**own, code=0, texts=40))  # type: ignore[arg-type]


async def test_one_text_from_its_leaving_to_the_carrier_s_word(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    assert "No texts in this time" in (await gary.get(OFFICE + "/carriers")).text
    claim, sid = await claimed(cast), new_sid()
    await answers.taken(claim.message_id, sid, claim.attempt_id)
    assert "No text was refused or filtered" in (await gary.get(here(cast) + "/carriers")).text
    event = await applying.keep(STATUS, {"MessageSid": sid, "MessageStatus": "undelivered", "ErrorCode": "30007"})
    assert event
    await applying.apply(event)
    for page in (OFFICE + "/carriers", here(cast) + "/carriers?days=1", OFFICE + "/carriers?days=30"):
        shown = (await gary.get(page)).text
        assert "30007" in shown and "avoid links" in shown and "100.0 %" in shown
        assert phone.national(cast.number.e164) in shown


async def test_a_rise_is_said_on_every_page_of_the_office_with_what_to_do(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    await filtered(cast, 12)
    assert "Carriers filter" not in (await gary.get(OFFICE + "/users")).text
    await queue.note_worker()  # nothing worse is to be said
    await looking.look()
    for page in (OFFICE, OFFICE + "/operations", OFFICE + "/users", here(cast) + "/results", here(cast)):
        assert "Carriers filter more texts of script A" in (await gary.get(page)).text, page
    shown = (await gary.get(here(cast) + "/carriers")).text
    assert ("12 of 52" in shown and "13.8 to 36.4 %" in shown.replace("\n", " ")) or "%" in shown
    assert "change the words" in shown and f"{here(cast)}/scripts" in shown
    both = (await gary.get(OFFICE + "/carriers")).text
    assert f"Carriers filter more texts of {phone.national(cast.number.e164)}" in both and "Pause the number" in both


async def test_the_page_refreshes_by_the_stream_and_takes_any_period(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    gary = await browse(cast.gary)
    part = (await gary.get(OFFICE + "/carriers?days=1", headers=PARTIAL)).text
    assert part.startswith("<div") and "counts-changed from:#live" in part and "every" not in part.split(">")[0]
    assert (await gary.get(OFFICE + "/carriers?days=-3")).status_code == 200
    assert (await gary.get(OFFICE + "/carriers?days=x")).status_code in (400, 404)
    assert (await gary.post(OFFICE + "/carriers")).status_code == 405


async def test_strangers_find_nothing(cast: Cast, browse: Browser) -> None:
    for path in (OFFICE + "/carriers", here(cast) + "/carriers"):
        assert (await (await browse(cast.jonah)).get(path)).status_code == 404
        assert (await (await browse(cast.amy)).get(path)).status_code == 404
        assert "/login" in (await (await browse()).get(path)).headers["location"]
    jonah = await browse(cast.jonah)
    assert (await jonah.get(here(cast).replace("meyer", "ryan") + "/carriers")).status_code == 404
