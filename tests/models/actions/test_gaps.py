"""Nobody taps on people whose text can't be filled; they are back when the value or the script changes (section 4)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.cast import Cast
from tests.cast.bulk import work
from webapp.database import transaction
from webapp.models.actions import audience, gaps
from webapp.models.actions.action import Action
from webapp.models.actions.script import Script
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField
from webapp.models.conversations import closing
from webapp.models.conversations.conversation import Conversation
from webapp.models.reports import editing as contact_editing
from webapp.models.reports import labelling
from webapp.models.results import recount
from webapp.models.scripts import editing, first_card, rendering
from webapp.models.scripts.editing import Draft
from webapp.rules import errors, variables

STOP = "Reply STOP to opt out."
OPEN, UNFILLED = None, errors.UNFILLED
FIELDS = ("notes", "custom_field_notes", "Custom_Field_ Remind_A_Friend", "support_rating")


async def rewrite(cast: Cast, body: str) -> None:
    """Gary saves the initial script with these words."""
    action = await Action.get(id=cast.action.id).select_related("campaign")
    script = await Script.get(id=cast.hello.id)
    saved = await editing.save(action, script, Draft("initial", "", body, None, [], []), cast.gary)
    assert isinstance(saved, Script)
    await the_job(cast)


async def the_job(cast: Cast) -> None:
    """Looks at the action's conversations again, as after each change of a script."""
    while await audience.sync_slice(cast.action.id):
        pass


async def code_of(contact: Contact) -> int | None:
    return (await Conversation.get(contact_id=contact.id)).closed_code


@pytest.mark.both
@pytest.mark.parametrize("name", [*variables.CONTACT, *FIELDS])
async def test_who_is_closed_is_who_can_not_be_filled_whatever_the_variable(cast: Cast, name: str) -> None:
    """Against the rendering of each person's own text."""
    await cast.add_contact("+14125550110")
    full = await cast.add_contact("+14125550111", first_name="Bo", last_name="Li", email="b@x.org", state_abbrev="PA")
    for field in await CustomField.filter(campaign=cast.meyer):
        await labelling.set_field(full.id, field, "Neutral", None)
    await cast.add_contact("+14125550112", last_name=" ", email=" ", state_abbrev="  ")
    await rewrite(cast, f"Hi ##{{{{ {name} }}}}. {STOP}")
    await cast.make()
    script, seen = await Script.get(id=cast.hello.id), set()
    for talk in await Conversation.filter(action=cast.action).select_related("contact"):
        text = await rendering.render(cast.meyer, script, talk.contact, cast.amy.user, talk.id)
        assert talk.closed_code == text.final_code, talk.contact.phone
        seen.add(talk.closed_code)
    filled = name in ("first_name", "full_name", "phone")
    assert seen == ({OPEN} if filled else {OPEN, UNFILLED})
    assert await recount.differences() == []


async def email_on_the_contact_page(cast: Cast) -> None:
    values = {"email": "lisa@example.org"}
    await contact_editing.edit(cast.lisa.id, values, {}, cast.gary)


async def by_a_report(cast: Cast) -> None:
    await labelling.set_field(cast.lisa.id, await notes(cast), "a dog", cast.amy.user_id)


async def in_bulk(cast: Cast) -> None:
    field = await notes(cast)
    await work(cast, "field", {"field": field.id, "value": "a dog"}, [cast.lisa.id])


async def by_a_default(cast: Cast) -> None:
    field = await notes(cast)
    values = {name: getattr(field, name) for name in ("title", "display_order", "reportable")}
    await gaps.change_field(field, values | {"default_value": "none"}, cast.gary)
    await cast.start(cast.amy)  # the next Start sees it before the job did its slices


async def by_another_script(cast: Cast) -> None:
    await rewrite(cast, f"Hi ##{{{{first_name}}}}. {STOP}")


async def notes(cast: Cast) -> CustomField:
    return await CustomField.get(campaign=cast.meyer, slug="notes")


HEALS: dict[str, tuple[str, Callable[[Cast], Awaitable[None]]]] = {
    "the contact page": ("email", email_on_the_contact_page),
    "a report": ("notes", by_a_report),
    "work on many contacts": ("notes", in_bulk),
    "another script": ("email", by_another_script),
}


@pytest.mark.both
@pytest.mark.parametrize("how", HEALS)
async def test_a_gap_heals_when_the_value_or_the_script_changes(cast: Cast, how: str) -> None:
    name, heal = HEALS[how]
    await rewrite(cast, f"Hi ##{{{{{name}}}}}. {STOP}")
    assert await code_of(cast.lisa) == UNFILLED
    await cast.start(cast.amy)
    assert (await cast.conversation()).user_id is None, "Start passes over who can't be filled"
    await heal(cast)
    assert await code_of(cast.lisa) is OPEN and await recount.differences() == []
    await cast.start(cast.amy)
    assert (await cast.conversation()).user_id == cast.amy.user_id


@pytest.mark.both
async def test_another_default_of_a_field_fills_everybody_after_the_job(cast: Cast) -> None:
    await rewrite(cast, f"Hi ##{{{{notes}}}}. {STOP}")
    await by_a_default(cast)
    assert cast.action.id in await audience.unfinished()
    await audience.sync_slice(cast.action.id)
    assert await code_of(cast.lisa) is OPEN and await recount.differences() == []


@pytest.mark.both
async def test_a_contact_who_opted_out_meanwhile_stays_closed_when_the_gap_heals(cast: Cast) -> None:
    await rewrite(cast, f"Hi ##{{{{email}}}}. {STOP}")
    await contact_editing.opt_out(cast.lisa.id, cast.gary)
    await by_another_script(cast)
    assert await code_of(cast.lisa) == errors.OPTED_OUT and await recount.differences() == []


@pytest.mark.both
async def test_a_text_nobody_may_send_stays_closed_whatever_list_or_tag_changes(cast: Cast) -> None:
    """Lisa's note is a short link. Only another script, or another note of hers, opens her conversation."""
    await rewrite(cast, f"Hi ##{{{{first_name}}}}. ##{{{{notes}}}} {STOP}")
    await labelling.set_field(cast.lisa.id, await notes(cast), "see bit.ly/x", None)
    await cast.start(cast.amy)
    action = await Action.get(id=cast.action.id).select_related("campaign")
    shown, text = await first_card.queue_of(cast.amy, action)
    assert shown and shown.card is None and text is None, "nobody taps on her"
    assert await code_of(cast.lisa) == errors.SHORTENER
    for look in (audience.sync_conversations([cast.lisa.id]), audience.changed(action.id)):
        await look
        assert await code_of(cast.lisa) == errors.SHORTENER
    await labelling.set_field(cast.lisa.id, await notes(cast), "a dog", None)
    assert await code_of(cast.lisa) is OPEN and await recount.differences() == []
    await labelling.set_field(cast.lisa.id, await notes(cast), "see bit.ly/x", None)
    await first_card.queue_of(cast.amy, action)
    assert await code_of(cast.lisa) == errors.SHORTENER
    await by_another_script(cast)
    await the_job(cast)
    assert await code_of(cast.lisa) is OPEN and await recount.differences() == []


@pytest.mark.both
async def test_another_default_opens_whom_the_old_one_closed(cast: Cast) -> None:
    await rewrite(cast, f"Hi ##{{{{first_name}}}}. {STOP}")
    await transaction(lambda: CustomField.filter(slug="notes").update(default_value="bit.ly/x"))
    await transaction(
        lambda: Script.filter(id=cast.hello.id).update(body=f"Hi ##{{{{notes}}}}. {STOP}")
    )  # as an older version of the product left it
    await cast.start(cast.amy)
    await closing.close_unsent(await cast.conversation(), errors.SHORTENER, cast.hello.version)  # so did that version
    await by_a_default(cast)
    await the_job(cast)
    assert await code_of(cast.lisa) is OPEN and await recount.differences() == []


@pytest.mark.both
async def test_one_request_passes_over_twenty_people_and_says_that_it_looks_on(cast: Cast) -> None:
    await rewrite(cast, f"Hi ##{{{{first_name}}}}. ##{{{{notes}}}} {STOP}")
    bad = [cast.lisa] + [await cast.add_contact(f"+1412555{1500 + n}") for n in range(first_card.AT_ONCE)]
    for contact in bad:
        await labelling.set_field(contact.id, await notes(cast), "bit.ly/x", None)
    await cast.make()
    await cast.start(cast.amy)
    action = await Action.get(id=cast.action.id).select_related("campaign")
    shown, text = await first_card.queue_of(cast.amy, action)
    assert shown and shown.looking and shown.card is None and text is None
    assert await Conversation.filter(closed_code=errors.SHORTENER).count() == first_card.AT_ONCE
    shown, _ = await first_card.queue_of(cast.amy, action)
    assert shown and not shown.looking and shown.card is None
