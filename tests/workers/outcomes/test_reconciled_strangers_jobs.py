"""After something else texted by our numbers, the doctor counts what may be lost, and nothing more (SPEC X2)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import Cast, starts_again, texts
from tests.cast.opt_ins import MINA, make_form, signs_up
from tests.cast.stand_ins.simulated import Simulated
from tests.cast.stand_ins.strangers import DORA, left, stopped
from tests.cast.texting import SECOND, WORDS, clicked
from webapp import clock
from webapp.database import transaction
from webapp.gateways.twilio import Twilio
from webapp.models.accounts.audit import AuditEvent
from webapp.models.conversations.message import Message
from webapp.models.numbers.number import PhoneNumber, add_number
from webapp.models.opt_in_forms.sign_up import SignUp
from webapp.models.outcomes import restoring, sent_notes
from webapp.workers.outcomes import restoring as restoring_jobs
from webapp.workers.sending import draining

pytestmark = pytest.mark.both

HOUR = 3600


async def wants(phone: str = MINA) -> str:
    return (await SignUp.get(contact__phone=phone)).wants


async def test_what_another_tool_sent_before_the_number_was_ours_is_nobody_s_loss(
    cast: Cast, gateway: Twilio, twilio: Simulated
) -> None:
    """At cut-over the old tool had texted Lisa an hour before; then one text was typed in Twilio's console."""
    left(twilio, cast.number.e164, cast.lisa.phone, "Of the old tool", ago=2 * HOUR)
    left(twilio, cast.number.e164, DORA, "Typed in the console")
    assert await stopped(gateway)
    counts = await restoring_jobs.reconcile(gateway)
    assert counts["marked"] == 1 and [message.phone for message in await texts()] == [DORA]
    assert (await cast.conversation()).texted_at is None, "Lisa left the pool without a word"
    assert await starts_again(cast.selina) == ""


async def test_sign_ups_of_people_nobody_texted_still_want_their_text(
    cast: Cast, gateway: Twilio, twilio: Simulated
) -> None:
    form = await make_form(cast)
    await signs_up(form)
    await signs_up(form, DORA)
    left(twilio, cast.number.e164, DORA, "Typed in the console")
    assert await stopped(gateway) and (await wants(), await wants(DORA)) == ("initial", "initial")
    await restoring_jobs.reconcile(gateway)
    assert (await wants(), await wants(DORA)) == ("initial", "")


async def test_after_a_stop_for_any_other_reason_every_sign_up_is_given_up(
    cast: Cast, gateway: Twilio, twilio: Simulated
) -> None:
    await signs_up(await make_form(cast))
    await restoring.stop_all()
    left(twilio, cast.number.e164, DORA, "Hi Dora")
    await restoring_jobs.reconcile(gateway)
    assert await wants() == ""


@pytest.mark.parametrize("stranger", [True, False])
@pytest.mark.parametrize(
    "what",
    [{"status": "failed"}, {"status": "undelivered"}, {"status": "canceled"}, {"direction": "outbound-reply"}],
    ids=lambda what: next(iter(what.values())),
)
async def test_texts_that_failed_and_twilio_s_own_answers_count_for_nobody(
    cast: Cast, gateway: Twilio, twilio: Simulated, what: dict, stranger: bool
) -> None:
    left(twilio, cast.number.e164, cast.lisa.phone, "For help, write to us.", ago=60, **what)
    if stranger:
        left(twilio, cast.number.e164, DORA, "Typed in the console")
        assert await stopped(gateway)
    await restoring.stop_all()
    await restoring_jobs.reconcile(gateway)
    assert not await Message.exists(phone=cast.lisa.phone)
    assert (await cast.conversation()).texted_at is None


async def test_a_whole_machine_put_back_has_all_marked_that_left_since(
    cast: Cast, gateway: Twilio, twilio: Simulated
) -> None:
    """Its notes were put back as well, and the text that stops everything is the newest of those that were lost."""
    left(twilio, cast.number.e164, cast.lisa.phone, WORDS, ago=HOUR)
    left(twilio, cast.number.e164, DORA, "Hi Dora", ago=60)
    await transaction(lambda: PhoneNumber.all().update(created_at=clock.now() - timedelta(days=2)))
    sent_notes.forget()
    await clicked(cast)
    await draining.drain({"twilio": gateway}, cast.number.id)
    [noted] = await AuditEvent.filter(what="campaign.restored", campaign=cast.meyer)
    assert noted.detail["left"] > (clock.now() - timedelta(minutes=2)).isoformat()
    counts = await restoring_jobs.reconcile(gateway)
    assert (counts["settled"], counts["marked"]) == (1, 1), "Lisa's text that waits here had left"


async def test_a_reconciling_that_broke_off_still_counts_from_the_first(
    cast: Cast, gateway: Twilio, twilio: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It marked what left, then what came in could not be listed: the next run finds those rows known."""
    form = await make_form(cast)
    left(twilio, cast.number.e164, MINA, "Typed first", ago=HOUR // 2)
    left(twilio, cast.number.e164, DORA, "Typed last")
    await transaction(lambda: PhoneNumber.all().update(created_at=clock.now() - timedelta(hours=1)))
    await clicked(cast)
    await draining.drain({"twilio": gateway}, cast.number.id)

    async def unheard(*_: object) -> bool:
        return False

    with monkeypatch.context() as broken, pytest.raises(restoring_jobs.NotHeard):
        broken.setattr("webapp.workers.receiving.catching_up.take_in_missed", unheard)
        await restoring_jobs.reconcile(gateway)
    await transaction(lambda: Message.filter(phone=MINA).update(conversation_id=None))
    await signs_up(form)  # by a keyword that was listed again
    await transaction(lambda: SignUp.all().update(wants="initial"))
    await restoring_jobs.reconcile(gateway)
    assert await wants() == ""


async def test_a_number_taken_in_after_the_stop_has_its_older_texts_marked(
    cast: Cast, gateway: Twilio, twilio: Simulated
) -> None:
    """The backup was made before the number was bought: the doctor named it, and an admin took it in again."""
    twilio.carrier.store.add_number(SECOND, "http://texts.example/webhooks/twilio/inbound")
    left(twilio, SECOND, cast.lisa.phone, WORDS, ago=HOUR)
    left(twilio, cast.number.e164, DORA, "Hi Dora")
    assert await stopped(gateway)
    with pytest.raises(restoring_jobs.LostNumbers):
        await restoring_jobs.reconcile(gateway)
    clock.freeze(clock.now() + timedelta(seconds=1))
    await add_number(cast.meyer, SECOND, "PN" + "b" * 32, webhooks_ok=True)
    await restoring_jobs.reconcile(gateway)
    assert (await cast.conversation()).texted_at, "Lisa is texted once more"


async def test_where_the_notes_know_of_a_restore_older_texts_are_marked_too(
    cast: Cast, gateway: Twilio, twilio: Simulated
) -> None:
    left(twilio, cast.number.e164, cast.lisa.phone, WORDS, ago=2 * HOUR)
    left(twilio, cast.number.e164, DORA, "Hi Dora")
    assert await stopped(gateway)
    sent_notes.note(cast.number.id, 1_000)
    assert await restoring.is_older()
    await restoring_jobs.reconcile(gateway)
    assert (await cast.conversation()).texted_at
