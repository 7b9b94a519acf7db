"""After a restore from a backup no text of an opt-in form leaves a second time (SPEC X2, B2)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.cast import Cast, starts_again
from tests.cast.opt_ins import MINA, joined, leave, make_form, signs_up, texts_back, work
from webapp import clock
from webapp.database import transactional
from webapp.models.accounts.campaign import Campaign
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.models.opt_in_forms.sign_up import SignUp
from webapp.models.opt_ins import people
from webapp.models.outcomes import restoring
from webapp.models.results import recount
from webapp.rules import errors

pytestmark = pytest.mark.both

ASKED = "Hi friend, thanks for joining Team Meyer. Reply YES to get our texts, or STOP to opt out."


async def found_at_twilio(cast: Cast, body: str, at: datetime) -> None:
    assert await restoring.mark(cast.number, restoring.Sent("SM" + "1" * 32, MINA, body, at)) == "marked"


async def goes_on(cast: Cast) -> None:
    await restoring.reconciled()
    assert await starts_again(cast.selina) == ""


async def restored(cast: Cast, body: str) -> None:
    """The backup is of now; the text with these words left a moment after it."""
    at = clock.now()
    clock.freeze(at + timedelta(minutes=15))
    await restoring.stop_all()
    await found_at_twilio(cast, body, at)
    await goes_on(cast)


@transactional
async def refused_for_now() -> None:
    await Message.filter(status="queued").update(status="refused", error_code=errors.OUT_OF_HOURS)
    await Conversation.all().update(texted_at=None)


async def left_again(cast: Cast) -> list[str]:
    await work()
    return [message.body for message in await leave(cast.number)]


async def test_who_was_asked_after_the_backup_is_not_asked_again(cast: Cast) -> None:
    form = await make_form(cast)
    await signs_up(form)
    await restored(cast, ASKED)
    assert await left_again(cast) == []
    row = await SignUp.get().select_related("contact")
    assert (row.wants, row.why_not) == ("", errors.RESTORED)
    assert people.state(row, None) == "not_texted" and "restored from a backup" in people.why(row, None)
    await signs_up(form)
    assert await left_again(cast) == [], "signing up again, they have the text already"
    assert await recount.differences() == []


async def test_a_follow_up_that_left_after_the_backup_does_not_leave_again(cast: Cast) -> None:
    row = await joined(cast, await make_form(cast))
    await restored(cast, f"You are in, Mina! Bring a friend: http://texts.example/r/{row.token}")
    assert await left_again(cast) == []
    assert (await SignUp.get()).answered_id == (await Message.get(sid="SM" + "1" * 32)).id


async def test_a_keyword_listed_again_asks_nobody_again(cast: Cast) -> None:
    await make_form(cast, keyword="meyer24")
    at = clock.now()
    clock.freeze(at + timedelta(minutes=15))
    await restoring.stop_all()
    await found_at_twilio(cast, ASKED.replace("Mina", "there"), at)
    await texts_back(cast, "meyer24")
    await goes_on(cast)
    assert await left_again(cast) == []
    assert (await Conversation.get(contact__phone=MINA)).texted_at == at, "the lost text counts as the form's"
    await texts_back(cast, "meyer24")
    assert await left_again(cast) == []


async def test_a_follow_up_refused_for_now_before_the_backup_is_not_made_again(cast: Cast) -> None:
    await joined(cast, await make_form(cast))
    await work()
    await refused_for_now()
    await restored(cast, "Other words, as the script was edited since")
    assert await left_again(cast) == []
    row = await SignUp.get()
    assert (row.wants, row.answered_id, row.why_not) == ("", None, errors.RESTORED)


async def test_a_yes_after_the_restore_confirms_whom_a_lost_text_asked(cast: Cast) -> None:
    await signs_up(await make_form(cast))
    await work()
    await refused_for_now()
    await restoring.stop_all()
    await found_at_twilio(cast, ASKED, clock.now())
    await goes_on(cast)
    await texts_back(cast, "Yes")
    assert (await SignUp.get()).confirmed_at


async def test_who_signs_up_after_the_restore_is_asked(cast: Cast) -> None:
    form = await make_form(cast)
    await restoring.stop_all()
    await goes_on(cast)
    await signs_up(form)
    assert await left_again(cast) == [ASKED]
    assert (await Campaign.get(id=cast.meyer.id)).stopped_code is None
