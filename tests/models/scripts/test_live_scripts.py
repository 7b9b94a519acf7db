"""Scripts of a running action: whatever stops publishing stops them too, and archiving ends one (SPEC A2, A7, A11)."""

from __future__ import annotations

import pytest

from tests.cast import HELLO, Cast, drawn
from tests.cast.ways.to_change_scripts import NO_WAY_OUT, Deed, add, copy, move, of, save, stored, use_again
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts import teams
from webapp.models.accounts.audit import AuditEvent
from webapp.models.accounts.teams import UserList
from webapp.models.actions import audience, pictures
from webapp.models.actions.action import DRAFT
from webapp.models.actions.pictures import Picture
from webapp.models.actions.script import RESPONSE, Script
from webapp.models.contacts import many_at_once
from webapp.models.contacts.labels import CustomField
from webapp.models.conversations import making
from webapp.models.conversations.conversation import Conversation
from webapp.models.reports import labelling
from webapp.models.results import recount
from webapp.models.scripts import editing, first_card, publishing, shortfalls
from webapp.models.scripts.editing import Draft, Refused
from webapp.models.sending import click

FAULTS = {
    "no opt-out wording": NO_WAY_OUT,
    "a shortener": f"{HELLO} bit.ly/x",
    "what nobody has": f"{HELLO} ##{{{{user.team_code}}}}",
    "what the campaign lacks": f"{HELLO} ##{{{{broadcast_phone_number}}}}",
}
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
async def test_what_only_the_sender_lacks_passes_nobody_over(cast: Cast) -> None:
    """Dan is in a team, Amy in none: it is said to her, and the contact stays to be texted."""
    team = await teams.create_team("East", cast.gary)
    await teams.add_members(await UserList.get(id=team.user_list_id), [cast.dan], cast.gary)
    await cast.start(cast.amy)
    action = await of(cast)
    saved = await save(cast, action, f"{HELLO} Team ##{{{{user.team_code}}}}", cast.gary, "")
    assert isinstance(saved, Script)
    closed = await shortfalls.why_refused(action, cast.amy.user)
    assert closed and (closed.why, closed.lacks) == ("sender", ("user.team_code",))
    assert await shortfalls.why_refused(action, cast.dan.user) is None
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
