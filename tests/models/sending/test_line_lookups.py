"""Lookup overrules what an error taught, and opens nobody who is in no list."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.texting import claimed, second_action, second_text_leaves
from webapp import clock
from webapp.database import transaction
from webapp.models.actions import audience
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.lists import ListMembership
from webapp.models.conversations import closing
from webapp.models.conversations.conversation import Conversation
from webapp.models.outcomes import answers, learning
from webapp.models.sending import line_lookups
from webapp.rules import errors


@pytest.mark.both
async def test_a_line_twilio_does_not_know_leaves_what_an_error_taught(cast: Cast) -> None:
    """Lookup overrules errors (X4); "unknown" is no word of Lookup's. The answer may come after the error."""
    second = await transaction(lambda: second_action(cast))
    [part] = [await line_lookups.window(cast.meyer, 0)]
    assert (cast.lisa.id, cast.lisa.phone) in part.asked
    claim = await claimed(cast)
    await answers.rejected(claim.message_id, claim.attempt_id, 21614)
    assert (await Conversation.get(action=second)).closed_code == errors.LANDLINE
    await line_lookups.found(cast.lisa.id, "unknown")
    assert (await Contact.get(id=cast.lisa.id)).landline_until
    assert (await Conversation.get(action=second)).closed_code == errors.LANDLINE


@pytest.mark.both
async def test_lookup_opens_nobodys_conversation_who_left_the_list(cast: Cast) -> None:
    """A landline by an error; taken off the list; then Lookup says it is a mobile."""
    second = await transaction(lambda: second_action(cast))
    contact = await Contact.get(id=cast.lisa.id)

    async def taught() -> None:
        contact.landline_until = clock.now() + learning.LANDLINE_FOR
        await contact.save(update_fields=["landline_until"])

        await closing.close_conversations(contact, errors.LANDLINE)

    await transaction(taught)

    async def off() -> None:
        await ListMembership.filter(contact_list=cast.voters, contact=cast.lisa).delete()
        await audience.sync_conversations([cast.lisa.id])

    await transaction(off)
    await line_lookups.found(cast.lisa.id, "mobile")
    assert not await second_text_leaves(cast, second), "she is on no list of this action"
