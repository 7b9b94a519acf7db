"""Pictures of scripts: kept whole, fetched by Twilio, and without one no text leaves (SPEC A4, 1312)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import Cast, drawn, texts
from tests.cast.stand_ins.simulated import Simulated
from webapp import clock, config
from webapp.database import transaction
from webapp.gateways.twilio import Twilio
from webapp.models.actions import pictures
from webapp.models.actions.pictures import Picture, TooLarge
from webapp.models.conversations.message import QUEUED, REFUSED, TAKEN
from webapp.models.outcomes import answers
from webapp.models.results import recount
from webapp.models.scripts import rendering
from webapp.models.sending import first_text
from webapp.models.sending.claim import claim_next
from webapp.models.sending.click import Changed, Declined, Queued
from webapp.models.sending.leaving import Claimed
from webapp.models.sending.refusal import Refusal
from webapp.rules import errors
from webapp.rules.scripts.picture import NoPicture
from webapp.workers import scripts
from webapp.workers.sending import draining


async def kept(cast: Cast, **options: object) -> Picture:
    made = await pictures.take_in(cast.meyer, drawn(**options))  # type: ignore[arg-type]
    assert isinstance(made, Picture)
    return made


async def illustrated(cast: Cast) -> Picture:
    """The initial script has a picture, and Amy has a bucket."""
    made = await kept(cast)
    await cast.hello.write("", cast.hello.body, made.id)
    await cast.start(cast.amy)
    return made


@pytest.mark.both
async def test_the_same_picture_is_kept_once(cast: Cast) -> None:
    first, again = await kept(cast), await kept(cast)
    assert first.id == again.id and first.intact()
    assert (first.type, first.width, first.height, first.size) == ("image/png", 64, 48, first.path.stat().st_size)
    ryan = await pictures.take_in(cast.ryan, drawn())
    assert isinstance(ryan, Picture) and ryan.path != first.path


async def test_one_that_is_too_large_comes_back_with_a_smaller_one(cast: Cast) -> None:
    made = await pictures.take_in(cast.meyer, drawn(2200, 1600, "JPEG", noise=True, quality=95))
    assert isinstance(made, TooLarge) and made.size >= 600_000 > made.smaller.size and made.smaller.intact()
    assert isinstance(await pictures.take_in(cast.meyer, b"no picture"), NoPicture)


async def test_a_text_with_a_picture_is_one_mms(cast: Cast) -> None:
    made = await illustrated(cast)
    outcome = await cast.click(cast.amy)
    assert isinstance(outcome, Queued) and (outcome.message.picture_id, outcome.message.segments) == (made.id, 1)
    claim = await claim_next(cast.number.id)
    assert isinstance(claim, Claimed) and claim.picture.startswith(f"/pictures/{made.id}/")


async def test_a_picture_put_on_between_card_and_click_gets_a_new_card(cast: Cast) -> None:
    await cast.start(cast.amy)

    talk = await cast.conversation()
    seen = await rendering.render(cast.meyer, cast.hello, cast.lisa, cast.amy.user, talk.id)
    await cast.hello.write("", cast.hello.body, (await kept(cast)).id)
    import uuid

    assert isinstance(await first_text.send_first(cast.amy, talk.id, uuid.uuid4(), seen.hash), Changed)
    assert isinstance(await cast.click(cast.amy), Queued)


@pytest.mark.both
async def test_without_its_file_a_click_is_refused_for_now(cast: Cast) -> None:
    made = await illustrated(cast)
    made.path.unlink()
    outcome = await cast.click(cast.amy)
    assert isinstance(outcome, Declined) and outcome.code == errors.PICTURE_MISSING and await texts() == []
    talk = await cast.conversation()
    assert talk.user_id == cast.amy.user_id and talk.closed_code is None and talk.turn > 0
    assert await recount.differences() == []


@pytest.mark.both
@pytest.mark.parametrize("harm", ["deleted", "altered", "emptied"])
async def test_a_file_gone_between_click_and_worker_stops_the_text(cast: Cast, harm: str) -> None:
    """Also long after publishing. The conversation is unsent again; once the picture is back it takes a new tap."""
    made = await illustrated(cast)
    await cast.click(cast.amy)
    data = made.path.read_bytes()
    if harm == "deleted":
        made.path.unlink()
    else:
        made.path.write_bytes(b"" if harm == "emptied" else data[:-1] + b"!")
    assert isinstance(await claim_next(cast.number.id), Refusal)
    [message] = await texts()
    assert (message.status, message.error_code) == (REFUSED, errors.PICTURE_MISSING)
    assert (await cast.conversation()).texted_at is None and await recount.differences() == []
    await kept(cast)  # added again
    assert made.path.read_bytes() == data
    assert await claim_next(cast.number.id) is None
    assert isinstance(await cast.click(cast.amy), Queued)
    assert isinstance(await claim_next(cast.number.id), Claimed)


async def test_what_can_not_be_read_is_missing_and_holds_nobody_else_up(cast: Cast) -> None:
    made = await illustrated(cast)
    await cast.click(cast.amy)
    made.path.unlink()
    made.path.mkdir()  # as a wrong owner or a broken disk would answer: there, but not to be read
    assert isinstance(await claim_next(cast.number.id), Refusal)
    assert await claim_next(cast.number.id) is None and not made.intact()


async def test_a_picture_uploaded_while_it_is_forgotten_is_there(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    await kept(cast)
    clock.freeze(clock.now() + pictures.KEEP_UNUSED + timedelta(seconds=1))
    drop = pictures.drop_unused

    async def and_again() -> list[Picture]:
        gone = await drop()
        await kept(cast)
        return gone

    monkeypatch.setattr(pictures, "drop_unused", and_again)
    await pictures.forget_unused()
    [again] = await Picture.all()
    assert again.intact()


async def test_a_reply_whose_picture_is_gone_is_refused_and_needs_attention_again(cast: Cast) -> None:
    from tests.cast.texting import says, texted

    made = await kept(cast)
    await cast.thanks.write("Thanks", cast.thanks.body, made.id)
    await texted(cast)
    await says(cast, "Yes")
    assert isinstance(await cast.reply(cast.amy, script=cast.thanks), Queued)
    assert (await cast.conversation()).needs_attention is False
    made.path.unlink()
    assert isinstance(await claim_next(cast.number.id), Refusal)
    assert (await cast.conversation()).needs_attention is True


async def test_the_address_for_twilio_is_signed_and_runs_out(cast: Cast) -> None:
    made, other = await kept(cast), await kept(cast, width=10)
    _, _, id_, until, signature = pictures.signed_path(made.id, clock.now()).split("/")
    assert int(id_) == made.id
    found = await pictures.of_signed(made.id, int(until), signature)
    assert found and found.id == made.id
    assert await pictures.of_signed(other.id, int(until), signature) is None
    assert await pictures.of_signed(made.id, int(until) + 1, signature) is None
    assert await pictures.of_signed(made.id, int(until), "é" * 32) is None
    clock.freeze(clock.now() + pictures.GOOD_FOR + timedelta(seconds=1))
    assert await pictures.of_signed(made.id, int(until), signature) is None


async def test_pictures_nobody_took_are_forgotten_and_sent_ones_are_kept(cast: Cast) -> None:
    sent, offered, used = await illustrated(cast), await kept(cast, width=10), await kept(cast, width=11)
    await cast.click(cast.amy)
    await cast.hello.write("", cast.hello.body, None)
    await cast.thanks.write("Thanks", cast.thanks.body, used.id)
    await scripts.forget_unused({})
    assert offered.intact()  # it may be taken yet
    clock.freeze(clock.now() + pictures.KEEP_UNUSED + timedelta(seconds=1))
    await scripts.forget_unused({})
    assert {p.id for p in await Picture.all()} == {sent.id, used.id}
    assert sent.intact() and used.intact() and not offered.path.exists()


async def test_twilio_gets_the_picture_s_address_and_bills_one_mms(cast: Cast, twilio: Simulated) -> None:
    twilio.carrier.store.add_number(cast.number.e164)
    await illustrated(cast)
    long = cast.hello.body + " é" * 90
    await cast.hello.write("", long, cast.hello.picture_id)
    await cast.click(cast.amy)
    gateway = Twilio(config.settings())
    await draining.drain({"twilio": gateway}, cast.number.id)
    await gateway.close()
    [message] = await texts()
    assert message.status == TAKEN and message.sid and message.sid.startswith("MM")
    [row] = twilio.carrier.store.messages()
    assert row.media.startswith("http://texts.example/pictures/") and row.segments == message.segments == 1


async def test_after_a_later_the_picture_is_asked_for_anew(cast: Cast) -> None:
    made = await illustrated(cast)
    await cast.click(cast.amy)
    claim = await claim_next(cast.number.id)
    assert isinstance(claim, Claimed)
    await answers.later(claim.message_id, claim.attempt_id, 0)
    assert (await texts())[0].status == QUEUED
    await transaction(lambda: Picture.filter(id=made.id).update(digest="0" * 64))
    assert isinstance(await claim_next(cast.number.id), Refusal)
