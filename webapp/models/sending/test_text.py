"""A script sent to the phone of whoever writes it (SPEC A6). It passes the same gate as every text; it belongs to no action,
counts for nobody, and waits for no undo."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from webapp import clock
from webapp.database import transactional
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.message import OUT, QUEUED, SENDING, TEST, Message
from webapp.models.numbers import choice
from webapp.models.numbers.number import PhoneNumber
from webapp.models.scripts import links, rendering
from webapp.models.scripts.links import TrackedLink
from webapp.models.sending import facts
from webapp.models.sending.click import Declined, Queued
from webapp.models.sending.click_sql import Draft, store_text
from webapp.rules import errors, phone, safeguards, variables


@transactional
async def send(
    member: Membership, body: str, contact: Contact, client_id: uuid.UUID, picture_id: int | None = None
) -> Queued | Declined:
    """``body`` is the script as ``contact`` would get it. The same click twice is one text. What is declined leaves
    nothing behind but, at most, the contact it was asked for."""
    campaign = await Campaign.get(id=member.campaign_id)
    if earlier := await Message.get_or_none(client_id=client_id, user_id=member.user_id):
        return Queued(earlier, again=True)
    if isinstance(phone.textable(member.user.phone), phone.InvalidPhone):
        return Declined(errors.INVALID_PHONE)
    own = await Contact.of_phone(campaign, member.user.phone)
    given = await rendering.values(campaign, contact, member.user, body)
    text = variables.render(body, {**given, **await links.known_samples(campaign, body)})
    number = await choice.number_of(campaign, own, first=True)
    unfilled = text.names if isinstance(text, variables.Unfilled) else ()
    words = body if isinstance(text, variables.Unfilled) else text.text
    asked = await facts.gather(campaign, own, None, number, TEST, words, unfilled=unfilled, picture_id=picture_id)
    verdict = safeguards.may_send(asked, clock.now())
    if isinstance(verdict, safeguards.Refused):
        return Declined(verdict.code)
    if await _on_its_way(own, words):
        return Declined(errors.LOCKED)
    assert number is not None
    return Queued(await _store(campaign, member, own, number, client_id, given, body, picture_id))


async def _store(
    campaign: Campaign,
    member: Membership,
    own: Contact,
    number: PhoneNumber,
    client_id: uuid.UUID,
    given: Mapping[str, str | None],
    body: str,
    picture_id: int | None,
) -> Message:
    """With links of its own, which work."""
    await _introduce(own, member)
    made = await links.for_test(campaign, body)
    addresses = {variables.link_name(tracked.link.slug): tracked.address for tracked in made}
    text = variables.render(body, {**given, **addresses})
    assert isinstance(text, variables.Rendered)
    message = await store_text(Draft(member, own, None, None, number, client_id, TEST, text.text, None, picture_id))
    await TrackedLink.filter(id__in=[tracked.id for tracked in made] or [0]).update(message_id=message.id)
    return message


async def _on_its_way(own: Contact, words: str) -> bool:
    """The same words wait to leave, so the worker would refuse these."""
    waiting = await Message.filter(contact=own, direction=OUT, status__in=(QUEUED, SENDING)).values_list(
        "body", flat=True
    )
    return words in {links.unaddressed(str(body)) for body in waiting}


async def _introduce(own: Contact, member: Membership) -> None:
    """A contact made for this has a name, so that nobody wonders who it is."""
    if not own.name:
        own.first_name, own.last_name = member.user.first_name[:100], member.user.last_name[:100]
        await own.save(update_fields=["first_name", "last_name"])
