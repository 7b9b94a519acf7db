"""A test of a script, sent to the writer's own phone (SPEC A6). It passes the same safeguards as every text; it belongs to
no action, counts in no tally and has no Undo."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace

from webapp import clock
from webapp.database import transactional
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.message import OUT, QUEUED, SENDING, TEST, Message
from webapp.models.links import links
from webapp.models.links.links import TrackedLink
from webapp.models.numbers import choice
from webapp.models.scripts import rendering
from webapp.models.sending import click, facts
from webapp.models.sending.click import Declined, Queued, Reused
from webapp.models.sending.click_sql import Draft, store_text
from webapp.models.sending.facts import Text
from webapp.rules import errors, safeguards, variables


async def send(
    member: Membership, body: str, contact: Contact, client_id: uuid.UUID, picture_id: int | None = None
) -> Queued | Reused | Declined:
    """Sends the script ``body``, as ``contact`` would get it, to the member's own phone. The same click twice is one text.
    A declined one leaves nothing behind but, at most, a contact with the member's phone."""
    return await click.once(member, None, client_id, lambda: store(member, body, contact, client_id, picture_id))


@transactional
async def store(
    member: Membership, body: str, contact: Contact, client_id: uuid.UUID, picture_id: int | None = None
) -> Queued | Reused | Declined:
    """`send`, inside the caller's transaction."""
    if found := await click.earlier(member, None, client_id):
        return found
    campaign = await Campaign.get(id=member.campaign_id)
    own = await own_contact(member, campaign)
    if isinstance(own, Declined):
        return own
    given = await rendering.values(campaign, contact, member.user, body)
    text = await _text(campaign, body, given, picture_id)
    number = await choice.number_of(campaign, own, first=True)
    verdict = safeguards.may_send(await facts.gather(campaign, own, number, text), clock.now())
    if isinstance(verdict, safeguards.Refused):
        return Declined(verdict.code)
    if await _on_its_way(own, text.body):
        return Declined(errors.LOCKED)
    draft = Draft(member, own, None, None, number, client_id, TEST, body, None)
    return Queued(await _store(campaign, draft, given, picture_id))


async def own_contact(member: Membership, campaign: Campaign) -> Contact | Declined:
    """The contact with the member's own phone, locked; created if there is none and the phone may be texted."""
    if code := safeguards.wrong_phone("test", member.user.phone):
        return Declined(code)
    return await Contact.of_phone(campaign, member.user.phone)


async def _text(campaign: Campaign, body: str, given: Mapping[str, str | None], picture_id: int | None) -> Text:
    """The text with sample links; its own links are made only when it is stored."""
    made = variables.render(body, {**given, **await links.known_samples(campaign, body)})
    unfilled = made.names if isinstance(made, variables.Unfilled) else ()
    return Text(
        kind=TEST,
        body=body if isinstance(made, variables.Unfilled) else made.text,
        message_id=None,
        conversation_id=None,
        picture_id=picture_id,
        unfilled=unfilled,
        texted_already=False,
        confirms_opt_out=False,
        clicked_at=None,
    )


async def _store(campaign: Campaign, draft: Draft, given: Mapping[str, str | None], picture_id: int | None) -> Message:
    """Stores it with links of its own, which work."""
    assert draft.member is not None
    await _introduce(draft.contact, draft.member)
    made = await links.for_test(campaign, draft.body)
    addresses = {variables.link_name(tracked.link.slug): tracked.address for tracked in made}
    text = variables.render(draft.body, {**given, **addresses})
    assert isinstance(text, variables.Rendered)
    message = await store_text(replace(draft, body=text.text), (), picture_id=picture_id)
    await TrackedLink.filter(id__in=[tracked.id for tracked in made] or [0]).update(message_id=message.id)
    return message


async def _on_its_way(own: Contact, words: str) -> bool:
    """The same words are queued already: the worker would refuse these."""
    waiting = await Message.filter(contact=own, direction=OUT, status__in=(QUEUED, SENDING)).values_list(
        "body", flat=True
    )
    return words in {links.unaddressed(str(body)) for body in waiting}


async def _introduce(own: Contact, member: Membership) -> None:
    """Gives a nameless contact the member's name."""
    if not own.name:
        own.first_name, own.last_name = member.user.first_name[:100], member.user.last_name[:100]
        await own.save(update_fields=["first_name", "last_name"])
