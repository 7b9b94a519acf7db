"""A person who asks something in an opt-in form's conversation waits for the staff until they answer (SPEC B2, V5)."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from tests.cast import Cast
from tests.cast.opt_ins import contact, joined, leave, make_form, signs_up, texts_back, work
from webapp import clock
from webapp.database import transaction
from webapp.models.conversations import attention
from webapp.models.conversations.conversation import Conversation
from webapp.models.opt_in_forms.form import OptInForm
from webapp.models.opt_in_forms.sign_up import SignUp
from webapp.models.results import recount
from webapp.models.sending import click
from webapp.models.sending.click import Queued

pytestmark = pytest.mark.both


async def waits(form: OptInForm) -> bool:
    """Does the conversation wait? The stored word and the one found again from the texts are the same."""
    talk, them = await Conversation.get(action=form.action), await contact()
    await transaction(lambda: attention.reconsider(talk.id, them))
    assert (await Conversation.get(id=talk.id)).needs_attention == talk.needs_attention
    assert await recount.differences() == []
    return talk.needs_attention


async def asked(cast: Cast, keyword: str = "") -> OptInForm:
    """Mina signed up and got the text that asks for a YES."""
    form = await make_form(cast, keyword=keyword)
    await signs_up(form)
    await work()
    await leave(cast.number)
    return form


async def staff_write(cast: Cast, form: OptInForm, words: str) -> None:
    clock.freeze(clock.now() + timedelta(minutes=1))
    talk = await Conversation.get(action=form.action)
    outcome = await click.send_reply(cast.gary, talk.id, uuid.uuid4(), None, words)
    assert isinstance(outcome, Queued), outcome
    assert [message.body for message in await leave(cast.number)] == [words]


@pytest.mark.parametrize("words", ["Yes", "meyer24", "HELP"])
async def test_a_question_before_what_a_form_answers_still_waits(cast: Cast, words: str) -> None:
    form = await asked(cast, keyword="meyer24")
    await texts_back(cast, "Who gave you my number?")
    assert await waits(form)
    await texts_back(cast, words)
    assert await waits(form)
    await work()
    await leave(cast.number)
    assert await waits(form)


async def test_a_question_before_the_follow_up_still_waits_after_it(cast: Cast) -> None:
    form = await make_form(cast)
    await joined(cast, form)
    await texts_back(cast, "Can I also bring my wife?")
    await work()
    assert await waits(form)
    await leave(cast.number)
    assert await waits(form)


async def test_a_question_between_two_yes_waits(cast: Cast) -> None:
    form = await make_form(cast)
    await joined(cast, form)
    await texts_back(cast, "Who is this?")
    await texts_back(cast, "Yes")
    assert await waits(form)


@pytest.mark.parametrize("words", [["Yes"], ["Yes", "yes!"], ["meyer24", "Yes", "meyer24", "HELP"]])
async def test_what_a_form_answers_waits_for_nobody(cast: Cast, words: list[str]) -> None:
    form = await asked(cast, keyword="meyer24")
    for said in words:
        await texts_back(cast, said)
        assert not await waits(form)
    await work()
    await leave(cast.number)
    assert not await waits(form) and (await SignUp.get()).confirmed_at


async def test_a_yes_to_the_staff_waits_for_them(cast: Cast) -> None:
    form = await make_form(cast)
    await joined(cast, form)
    await work()
    await leave(cast.number)
    await texts_back(cast, "What can I do?")
    await staff_write(cast, form, "Can you help on Saturday?")
    await texts_back(cast, "Yes")
    assert await waits(form)


async def test_a_yes_after_the_staff_explained_still_confirms(cast: Cast) -> None:
    form = await asked(cast)
    await texts_back(cast, "Who is this?")
    await staff_write(cast, form, "Meyer for Senate: you signed up on our page.")
    await texts_back(cast, "Yes")
    assert not await waits(form) and (await SignUp.get()).confirmed_at
    clock.freeze(clock.now() + timedelta(minutes=1))
    await texts_back(cast, "Yes")
    assert await waits(form), "the form has its answer already"
