"""After a restore, a text Twilio has and we lost: whom it counts for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import Cast, send_card, starts_again
from tests.cast.texting import SID, WORDS, claimed, says, second_action, second_text_leaves, texted
from webapp import clock, database
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.actions.script import RESPONSE, Script
from webapp.models.contacts.contact import Contact
from webapp.models.conversations import making
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import TAKEN, Message
from webapp.models.outcomes import answers, restoring
from webapp.models.results import recount
from webapp.models.sending.claim import claim_next
from webapp.models.sending.click import Queued
from webapp.models.sending.leaving import Claimed


async def test_a_lost_text_marks_the_conversation_whose_words_it_has(cast: Cast) -> None:
    talk = await cast.conversation()
    words = "Hi Lisa, it's Amy with Meyer for Senate. Will you vote? Reply STOP to opt out."
    sent = restoring.Sent("SM" + "1" * 32, cast.lisa.phone, words, clock.now())
    assert await restoring.mark(cast.number, sent) == "marked"
    assert await restoring.mark(cast.number, sent) == "known"
    talk = await Conversation.get(id=talk.id)
    message = await Message.get()
    assert talk.texted_at and (message.conversation_id, message.status, message.kind) == (talk.id, TAKEN, "initial")
    assert (await Contact.get(id=cast.lisa.id)).last_claimed_message_id == message.id
    assert await recount.differences() == []


async def test_a_lost_text_nobody_can_place_closes_everything_open(cast: Cast) -> None:
    sent = restoring.Sent("SM" + "1" * 32, cast.lisa.phone, "Words of a script that was changed since", clock.now())
    await restoring.mark(cast.number, sent)
    assert (await cast.conversation()).texted_at


async def test_a_lost_response_leaves_who_was_not_texted_yet_where_they_are(cast: Cast) -> None:
    """Lisa had written in another action, and was answered there with a response script."""
    talk = await cast.conversation()
    talk.replied_at = clock.now()
    await database.transaction(lambda: talk.save(update_fields=["replied_at"]))
    await restoring.mark(cast.number, restoring.Sent("SM" + "1" * 32, cast.lisa.phone, "Thank you, Lisa!", clock.now()))
    assert (await cast.conversation()).texted_at is None and await Message.exists(body="Thank you, Lisa!")


async def test_a_lost_text_to_a_stranger_is_kept_with_them(cast: Cast) -> None:
    await restoring.mark(cast.number, restoring.Sent("SM" + "1" * 32, "+14125559999", "Hello", clock.now()))
    stranger = await Contact.get(phone="+14125559999")
    assert stranger.last_claimed_at and (await Message.get()).contact_id == stranger.id


async def test_a_text_that_waited_in_the_backup_with_other_words_does_not_leave_as_well(cast: Cast) -> None:
    """Backup: clicked, undone a moment later. Then the script is edited, Amy reads the new card and sends it."""
    await cast.start(cast.amy)
    assert isinstance(await cast.click(cast.amy), Queued)
    await restoring.stop_all()
    edited = "Hello Lisa, Amy here, Meyer for Senate. Your vote counts! Reply STOP to opt out."
    found = await restoring.mark(cast.number, restoring.Sent(SID, cast.lisa.phone, edited, clock.now()))
    assert found == "settled" and (await Message.get()).body == edited and await recount.differences() == []
    await restoring.reconciled()
    await (await Campaign.get(id=cast.meyer.id)).go_on()
    clock.freeze(clock.now() + timedelta(hours=6, minutes=1))
    assert not isinstance(await claim_next(cast.number.id), Claimed)


async def test_whoever_answered_in_another_action_once_counts_as_texted_too(cast: Cast) -> None:
    """Lisa answered in one action; in a second one she is texted after the backup, by a script edited since."""
    await texted(cast)
    await says(cast, "Yes!")
    second = await transaction(lambda: second_action(cast))
    clock.freeze(clock.now() + timedelta(hours=1))
    lost = restoring.Sent(SID, cast.lisa.phone, "New words, Lisa. Reply STOP to opt out.", clock.now())
    await restoring.mark(cast.number, lost)
    assert (await Conversation.get(action=second)).texted_at, "rather not texted than twice"


async def test_who_is_on_the_list_but_had_no_conversation_yet_counts_as_texted(cast: Cast) -> None:
    """The backup fell between a list's upload and the job that makes its conversations."""
    nora = await cast.add_contact("+14125550103", first_name="Nora", zip="15213")
    lost = restoring.Sent(SID, nora.phone, WORDS.replace("Lisa", "Nora"), clock.now())
    await restoring.mark(cast.number, lost)
    await cast.make()
    clock.freeze(clock.now() + timedelta(hours=6, minutes=1))
    await cast.start(cast.amy)
    talk = await Conversation.get_or_none(contact=nora)
    outcome = await send_card(cast.amy, talk) if talk and talk.user_id == cast.amy.user_id else None
    assert not isinstance(outcome, Queued)


@pytest.mark.both
async def test_bad_credentials_do_not_end_the_stop_of_a_restore(cast: Cast) -> None:
    claim = await claimed(cast)
    await restoring.stop_all()  # while the call is under way
    await answers.rejected(claim.message_id, claim.attempt_id, 20003)
    assert await starts_again(cast.gary) == "restored"


async def test_words_of_a_first_text_are_no_response(cast: Cast) -> None:
    """Lisa answered in one action, whose response script is little but variables. The lost text has the very words of the
    first script of another."""
    await texted(cast)
    await says(cast, "Yes!")
    second = await transaction(lambda: second_action(cast))
    await transaction(lambda: Script.create(action=cast.action, kind=RESPONSE, name="Any", body="##{{notes}}"))
    clock.freeze(clock.now() + timedelta(hours=7))
    lost = restoring.Sent(SID, cast.lisa.phone, "Old words, Lisa. Reply STOP to opt out.", clock.now())
    await restoring.mark(cast.number, lost)
    clock.freeze(clock.now() + timedelta(hours=15))
    assert not await second_text_leaves(cast, second), "she has these words already"


async def test_a_text_of_another_action_does_not_settle_what_waits_here(cast: Cast) -> None:
    """Backup: clicked in one action, undone a moment later. Then she was texted in another, in its very words."""
    second = await transaction(lambda: second_action(cast))
    await cast.start(cast.amy)
    assert isinstance(await cast.click(cast.amy), Queued)
    await restoring.stop_all()
    lost = restoring.Sent(SID, cast.lisa.phone, "Old words, Lisa. Reply STOP to opt out.", clock.now())
    found = await restoring.mark(cast.number, lost)
    await restoring.reconciled()
    await (await Campaign.get(id=cast.meyer.id)).go_on()
    clock.freeze(clock.now() + timedelta(hours=22))
    assert not await second_text_leaves(cast, second), f"{found}: the very same first text leaves once more"


async def test_who_had_no_conversation_there_yet_counts_as_texted_although_another_is_open(cast: Cast) -> None:
    """The backup fell before the second action's conversations were made; the text was its first one."""
    second = await transaction(lambda: second_action(cast))
    await transaction(lambda: Conversation.filter(action=second).delete())  # as the backup has it
    lost = restoring.Sent(SID, cast.lisa.phone, "Old words, Lisa. Reply STOP to opt out.", clock.now())
    await restoring.mark(cast.number, lost)
    await making.make_all(second.id)
    clock.freeze(clock.now() + timedelta(hours=22))
    assert not await second_text_leaves(cast, second), "the very same first text leaves once more"


@pytest.mark.timeout(20)
async def test_a_script_of_many_variables_does_not_hold_the_doctor_up_for_hours(cast: Cast) -> None:
    """The words are compared inside of the transaction that holds the contact (on SQLite: everything)."""
    names = ["first_name", "last_name", "email", "phone", "state_abbrev", "a", "b", "c"]
    script = " ".join("##{{" + name + "}}" for name in names) + " STOP"
    await transaction(lambda: Script.filter(id=cast.hello.id).update(body=script))
    lost = restoring.Sent(SID, cast.lisa.phone, "word " * 120 + "end", clock.now())
    assert await restoring.mark(cast.number, lost) == "marked"


async def test_the_doctor_waits_until_the_list_shows_what_left_before_all_was_stopped(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await restoring.hidden_for() == 0.0
    await restoring.stop_all()
    stopped = clock.now()
    for minutes, left in ((0, 420), (6, 60), (8, 0)):
        monkeypatch.setattr(clock, "now", lambda: stopped + timedelta(minutes=minutes))  # noqa: B023
        assert await restoring.hidden_for() == pytest.approx(left, abs=1)
