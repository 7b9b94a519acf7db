"""Scripts of a running action: whatever stops publishing stops them too, and archiving ends one (SPEC A2, A7, A11)."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.cast import HELLO, Cast, drawn, send_card
from tests.cast.database.moments import beside
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts import teams
from webapp.models.accounts.audit import AuditEvent
from webapp.models.accounts.teams import UserList
from webapp.models.accounts.users import Membership
from webapp.models.actions import audience, pictures
from webapp.models.actions.action import DRAFT, Action
from webapp.models.actions.pictures import Picture
from webapp.models.actions.script import INITIAL, RESPONSE, Script
from webapp.models.contacts import many_at_once
from webapp.models.contacts.labels import CustomField
from webapp.models.conversations import making
from webapp.models.conversations.conversation import Conversation
from webapp.models.reports import labelling
from webapp.models.results import recount
from webapp.models.scripts import editing, first_card, publishing, reach, shortfalls
from webapp.models.scripts.editing import Draft, Refused
from webapp.models.scripts.reach import Reach
from webapp.models.sending import click, first_text, undo

NO_WAY_OUT = "Hi ##{{first_name}}, it's ##{{user.first_name}} with Meyer for Senate."
FAULTS = {
    "no opt-out wording": NO_WAY_OUT,
    "a shortener": f"{HELLO} bit.ly/x",
    "what nobody has": f"{HELLO} ##{{{{user.team_code}}}}",
    "what the campaign lacks": f"{HELLO} ##{{{{broadcast_phone_number}}}}",
}


async def of(cast: Cast, **changes: object) -> Action:
    if changes:
        await transaction(lambda: Action.filter(id=cast.action.id).update(**changes))
    return await Action.get(id=cast.action.id).select_related("campaign")


async def stored(cast: Cast, body: str, **values: Any) -> Script:
    """A script as an older version of the product left it."""
    kind: dict[str, Any] = {"kind": INITIAL, "position": 5, **values}
    return await transaction(lambda: Script.create(action=cast.action, body=body, **kind))


async def add(cast: Cast, action: Action, body: str, by: Membership, why: str) -> object:
    return await editing.save(action, None, Draft(INITIAL, "", body, None, [], []), by, why)


async def save(cast: Cast, action: Action, body: str, by: Membership, why: str) -> object:
    return await editing.save(action, cast.hello, Draft(INITIAL, "", body, None, [], []), by, why)


async def copy(cast: Cast, action: Action, body: str, by: Membership, why: str) -> object:
    return await editing.copy(action, await stored(cast, body), by, why)


async def use_again(cast: Cast, action: Action, body: str, by: Membership, why: str) -> object:
    return await editing.restore(action, await stored(cast, body, archived_at=clock.now()), by, why)


async def move(cast: Cast, action: Action, body: str, by: Membership, why: str) -> object:
    return await editing.move(action, await stored(cast, body), -1, by, why)


Deed = Callable[[Cast, Action, str, Membership, str], Awaitable[object]]
DEEDS: list[Deed] = [add, save, copy, use_again, move]


async def in_use(cast: Cast) -> list[tuple[int, str, int]]:
    return [(s.id, s.body, s.position) for s in await Script.filter(action=cast.action, archived_at=None)]


@pytest.mark.both
@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("fault", FAULTS)
async def test_what_stops_publishing_stops_every_way_into_a_live_action(cast: Cast, deed: Deed, fault: str) -> None:
    body = FAULTS[fault]
    refused = await deed(cast, await of(cast), body, cast.gary, "because")
    assert isinstance(refused, Refused) and refused.overrulable is (fault == "no opt-out wording")
    if deed not in (copy, move):  # these begin with a script that is there already
        assert body not in {row[1] for row in await in_use(cast)}
    again = await deed(cast, await of(cast), body, cast.selina, "Members asked for it")
    assert isinstance(again, Refused) is not refused.overrulable, "an owner may overrule with a reason, only this"
    assert not isinstance(await deed(cast, await of(cast, state=DRAFT), body, cast.gary, ""), Refused)
    await of(cast, state="public")
    checks = (await publishing.checklist(await of(cast))).checks
    assert not publishing.may_publish(checks, cast.gary, ""), "the same stops publishing"


@pytest.mark.both
async def test_a_reason_is_needed_and_logged(cast: Cast) -> None:
    assert isinstance(await save(cast, await of(cast), NO_WAY_OUT, cast.selina, " "), Refused)
    assert isinstance(await save(cast, await of(cast), NO_WAY_OUT, cast.selina, "Members only"), Script)
    assert (await AuditEvent.get(what="script.saved")).detail["overruled"] == "Members only"


@pytest.mark.both
async def test_a_picture_that_is_gone_stops_saving_and_ordering(cast: Cast) -> None:
    picture = await pictures.take_in(cast.meyer, drawn())
    assert isinstance(picture, Picture)
    picture.path.unlink()
    draft = Draft(RESPONSE, "Thanks", "Thank you!", picture.id, [], [])
    assert isinstance(await editing.save(await of(cast), cast.thanks, draft, cast.gary), Refused)
    await cast.thanks.write("Thanks", "Thank you!", picture.id)
    assert isinstance(await editing.order_responses(await of(cast), [cast.thanks.id], cast.gary), Refused)


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


SCRIPT_CHANGES: list[Deed] = [add, save, copy, use_again]


@pytest.mark.both
@pytest.mark.parametrize("deed", [*SCRIPT_CHANGES, None])
async def test_a_change_of_a_script_locks_no_contact(
    cast: Cast, deed: Deed | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A click locks the contact, then its conversation; the other order would be a deadlock. The job does the rest."""
    action = await of(cast)
    locked: list[list[int]] = []

    async def lock(ids: list[int]) -> None:
        locked.append(ids)

    monkeypatch.setattr(many_at_once, "lock_contacts", lock)
    if deed:
        assert not isinstance(await deed(cast, action, f"{HELLO} ##{{{{email}}}}", cast.gary, ""), Refused)
    else:
        await editing.archive(action, cast.hello, cast.gary)
    assert locked == [] and action.id in await audience.unfinished()


@pytest.mark.both
async def test_another_script_for_one_card_locks_the_contact_first(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    second = await add(cast, await of(cast), HELLO.replace("Hi", "Hello"), cast.gary, "")
    assert isinstance(second, Script)
    found: list[int | None] = []
    lock = many_at_once.lock_contacts

    async def noted(ids: list[int]) -> None:
        found.append((await Conversation.get(contact_id=ids[0])).script_id)
        await lock(ids)

    monkeypatch.setattr(many_at_once, "lock_contacts", noted)
    talk = await cast.conversation()
    old = talk.script_id
    await transaction(lambda: Script.filter(id=old).update(archived_at=clock.now()))
    assert await making.pick_one(talk) and found[0] == old
    assert (await cast.conversation()).script_id != old


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


OWN_WORDS = {
    "campaign.description": ("description", "fight! bit.ly/x"),
    "first_name": ("fallback_recipient", "friend, bit.ly/x"),
    "user.first_name": ("fallback_sender", "{{first_name}}"),
}


@pytest.mark.both
@pytest.mark.parametrize("name", [*OWN_WORDS, "notes"])
async def test_the_campaign_s_own_words_that_no_text_may_have_stop_saving_and_publishing(cast: Cast, name: str) -> None:
    if name == "notes":
        await transaction(lambda: CustomField.filter(slug="notes").update(default_value="bit.ly/x"))
    else:
        column, value = OWN_WORDS[name]
        await transaction(lambda: type(cast.meyer).filter(id=cast.meyer.id).update(**{column: value}))
    body = f"Hi ##{{{{{name}}}}}. Reply STOP to opt out."
    refused = await save(cast, await of(cast), body, cast.selina, "because")
    assert isinstance(refused, Refused) and "link shortener" in refused.sentences[0] and not refused.overrulable
    await stored(cast, body)
    checks = (await publishing.checklist(await of(cast))).checks
    assert not publishing.may_publish(checks, cast.selina, "because")


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
    closed = await shortfalls.why_closed(action, cast.amy.user)
    assert closed and closed.why == "script"
    await editing.restore(action, await Script.get(id=cast.hello.id), cast.gary)
    assert isinstance(await cast.click(cast.amy), click.Queued)


@pytest.mark.both
async def test_what_only_the_sender_lacks_passes_nobody_over(cast: Cast) -> None:
    """Dan is in a team, Amy in none: it is said to her, and the contact stays to be texted."""
    team = await teams.create_team("East", cast.gary)
    await teams.add_members(await UserList.get(id=team.user_list_id), [cast.dan], cast.gary)
    await cast.start(cast.amy)
    action = await of(cast)
    saved = await save(cast, action, f"{HELLO} Team ##{{{{user.team_code}}}}", cast.gary, "")
    assert isinstance(saved, Script)
    closed = await shortfalls.why_closed(action, cast.amy.user)
    assert closed and (closed.why, closed.lacks) == ("sender", ("user.team_code",))
    assert await shortfalls.why_closed(action, cast.dan.user) is None
    shown, text = await first_card.queue_of(cast.amy, action)
    assert shown and shown.card and text and text.lacks == ("user.team_code",)
    assert await cast.click(cast.amy) == click.Stopped("sender")
    talk = await cast.conversation()
    assert (talk.closed_code, talk.user_id) == (None, cast.amy.user_id) and await recount.differences() == []
    warned = (await publishing.checklist(action)).warnings
    assert any("3 of 4 users have no Team Code" in sentence for sentence in warned)


@pytest.mark.both
async def test_a_card_that_can_not_be_sent_is_closed_without_a_tap(cast: Cast) -> None:
    """A name makes Lisa's text too long; Bo's is sent. A shorter script brings her back."""
    long = HELLO + " ##{{notes}}" + "x" * 1_480
    bo = await cast.add_contact("+14125550110", first_name="Bo", zip="15213")
    await cast.make()
    await cast.start(cast.amy)
    action = await of(cast)
    notes = await CustomField.get(campaign=cast.meyer, slug="notes")
    for contact, words in ((cast.lisa, "y" * 100), (bo, "y")):
        await labelling.set_field(contact.id, notes, words, None)
    assert isinstance(await save(cast, action, long, cast.gary, ""), Script)
    await audience.sync_slice(action.id)
    shown, text = await first_card.queue_of(cast.amy, action)
    assert shown and shown.card and shown.card.conversation.contact_id == bo.id and text
    assert (await cast.conversation()).closed_code == 1310
    assert isinstance(await save(cast, action, HELLO, cast.gary, ""), Script)
    await audience.sync_slice(action.id)
    assert (await cast.conversation()).closed_code is None and await recount.differences() == []
