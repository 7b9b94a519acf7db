"""A script of a running action is archived: cards, buckets and texts go on with another (SPEC A7, A11)."""

from __future__ import annotations

import uuid
from collections import Counter

import pytest

from tests.cast import HELLO, Cast, send_card
from tests.cast.database.moments import beside
from tests.cast.ways.to_change_scripts import add, of
from webapp.database import transaction
from webapp.models.actions.action import Action
from webapp.models.actions.script import INITIAL, Script
from webapp.models.conversations.conversation import Conversation
from webapp.models.results import recount
from webapp.models.scripts import editing, first_card, reach, shortfalls
from webapp.models.scripts.editing import Draft, Refused
from webapp.models.scripts.reach import Reach
from webapp.models.sending import click, first_text, undo


async def three_scripts(cast: Cast) -> tuple[Action, dict[int, int | None]]:
    """Of thirteen people Amy holds nine, three with each of three scripts. Conversation -> script."""
    action = await of(cast)
    for word in ("Hello", "Dear"):
        assert isinstance(await add(cast, action, HELLO.replace("Hi", word), cast.gary, ""), Script)
    for n in range(12):
        await cast.add_contact(f"+1412555{1300 + n}", first_name=f"C{n}")
    await cast.make()
    await transaction(lambda: type(cast.meyer).filter(id=cast.meyer.id).update(bucket_size=9))
    await cast.start(cast.amy)
    return action, await scripts_of(cast.amy.user_id)


async def scripts_of(user_id: int | None) -> dict[int, int | None]:
    return {row.id: row.script_id for row in await Conversation.filter(user_id=user_id)}


@pytest.mark.both
async def test_archiving_one_of_three_changes_its_cards_and_no_other(cast: Cast) -> None:
    """As many as the page that asks says."""
    action, before = await three_scripts(cast)
    told = (await reach.of_one(action.id, cast.hello.id)).cards
    await editing.archive(action, cast.hello, cast.gary)
    after = await scripts_of(cast.amy.user_id)
    changed = {n for n in before if before[n] != after[n]}
    assert changed == {n for n in before if before[n] == cast.hello.id} and len(changed) == told > 1
    taken = Counter(after[n] for n in changed)
    assert len(taken) == 2 and max(taken.values()) - min(taken.values()) <= 1, "evenly"
    assert await Conversation.filter(script_id=cast.hello.id).count() == 0
    talk = await Conversation.get(id=min(changed))
    assert isinstance(await send_card(cast.amy, talk), click.Queued)
    assert await recount.differences() == []
    again = await Script.get(id=cast.hello.id)
    assert await editing.restore(action, again, cast.gary) is None
    assert await scripts_of(cast.amy.user_id) == after, "what someone holds stays when a script comes"


@pytest.mark.postgres
async def test_a_card_clicked_while_its_script_is_archived_keeps_the_script_that_was_sent(cast: Cast) -> None:
    action, held = await three_scripts(cast)
    talk = await Conversation.get(id=min(n for n in held if held[n] == cast.hello.id)).select_related("contact")
    _, text = await first_card.queue_of(cast.amy, action, talk.id)
    assert text
    sent = first_text.send_first(cast.amy, talk.id, uuid.uuid4(), text.hash)
    clicked, _ = await beside("message", "INSERT", sent, editing.archive(action, cast.hello, cast.gary))
    assert isinstance(clicked, click.Queued)
    assert (await Conversation.get(id=talk.id)).script_id == cast.hello.id == clicked.message.script_id
    assert await Conversation.filter(script_id=cast.hello.id).count() == 1 and await recount.differences() == []


@pytest.mark.both
@pytest.mark.parametrize("deed", ["save", "copy", "move"])
async def test_a_script_archived_by_somebody_else_meanwhile_is_refused_with_words(cast: Cast, deed: str) -> None:
    action, opened = await of(cast), await Script.get(id=cast.hello.id)
    await editing.archive(action, cast.hello, cast.selina)
    match deed:
        case "save":
            draft = Draft(INITIAL, "", f"{HELLO} Thanks", None, [], [])
            refused: object = await editing.save(action, opened, draft, cast.gary)
        case "copy":
            refused = await editing.copy(action, opened, cast.gary)
        case _:
            refused = await editing.move(action, opened, 1, cast.gary)
    assert isinstance(refused, Refused) and refused.gone and "archived" in refused.sentences[0]
    assert [script.body for script in await Script.filter(action=action, kind=INITIAL)] == [HELLO]


@pytest.mark.both
async def test_the_open_card_of_an_archived_script_is_answered_with_the_new_one(cast: Cast) -> None:
    await cast.start(cast.amy)
    action, talk = await of(cast), await cast.conversation()
    _, seen = await first_card.queue_of(cast.amy, action)
    assert seen
    second = await add(cast, action, HELLO.replace("Hi", "Hello"), cast.gary, "")
    await editing.archive(action, cast.hello, cast.gary)
    outcome = await first_text.send_first(cast.amy, talk.id, uuid.uuid4(), seen.hash)
    assert outcome == click.Changed() and isinstance(second, Script)
    assert (await cast.conversation()).script_id == second.id


@pytest.mark.both
async def test_a_text_taken_back_after_its_script_was_archived_comes_with_another(cast: Cast) -> None:
    """It was clicked before, so it is still to go; undone, it is a card again."""
    await transaction(lambda: type(cast.meyer).filter(id=cast.meyer.id).update(undo_seconds=5))
    await cast.start(cast.amy)
    sent = await cast.click(cast.amy)
    assert isinstance(sent, click.Queued)
    action = await of(cast)
    second = await add(cast, action, HELLO.replace("Hi", "Hello"), cast.gary, "")
    await editing.archive(action, cast.hello, cast.gary)
    assert await reach.of_one(action.id, cast.hello.id) == Reach(waiting=1, cards=0)
    assert await undo.take_back(cast.amy, sent.message.id)
    _, text = await first_card.queue_of(cast.amy, action)
    assert text and text.text.startswith("Hello") and isinstance(second, Script)


@pytest.mark.both
async def test_without_another_initial_script_first_texts_stop(cast: Cast) -> None:
    await cast.start(cast.amy)
    action = await of(cast)
    await editing.archive(action, cast.hello, cast.gary)
    shown, text = await first_card.queue_of(cast.amy, action)
    assert shown and shown.card and text is None
    assert await cast.click(cast.amy) == click.Stopped("script")
    closed = await shortfalls.why_refused(action, cast.amy.user)
    assert closed and closed.why == "script"
    await editing.restore(action, await Script.get(id=cast.hello.id), cast.gary)
    assert isinstance(await cast.click(cast.amy), click.Queued)
