"""The columns of a table of contacts: one query a column, for any number of rows (SPEC C8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import User
from webapp.models.contacts import labels
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField, FieldValue
from webapp.models.conversations.conversation import Conversation

PLAIN: dict[str, Callable[[Contact], Any]] = {
    "email": lambda c: c.email,
    "state": lambda c: c.state_abbrev,
    "zip": lambda c: c.zip,
    "van_id": lambda c: c.van_id,
    "clock": lambda c: f"{', '.join(c.zone_set.zones)} ({c.zone_source.replace('_', ' ')})" if c.zone_set else "",
}
USUAL = ("tags", "assigned", "last_message")
OTHERS = (*USUAL, *PLAIN)  # all but name, phone and custom fields
MOST = 12  # columns at once


async def columns(campaign: Campaign) -> list[CustomField]:
    """The fields on offer as columns."""
    return await CustomField.filter(campaign=campaign, archived_at=None)


def chosen(names: list[str], fields: list[CustomField]) -> list[str]:
    """The ``names`` that are columns (``field:slug`` for a custom field); the usual columns where none is."""
    there = {*OTHERS, *(f"field:{field.slug}" for field in fields)}
    wanted = [name for name in dict.fromkeys(names) if name in there]
    return wanted[:MOST] or list(USUAL)


async def cells(contacts: list[Contact], names: list[str], fields: list[CustomField]) -> dict[int, dict[str, Any]]:
    """Contact -> column -> its content. Tags are Tag rows, the last message is a time, all else text."""
    ids = [contact.id for contact in contacts]
    found: dict[int, dict[str, Any]] = {
        c.id: {name: PLAIN[name](c) for name in names if name in PLAIN} | {"last_message": c.last_message_at}
        for c in contacts
    }
    if "tags" in names:
        for contact_id, tags in (await labels.tags_of(ids)).items():
            found[contact_id]["tags"] = tags
    if "assigned" in names:
        for contact_id, users in (await holders(contacts)).items():
            found[contact_id]["assigned"] = ", ".join(users)
    shown = {field.id: f"field:{field.slug}" for field in fields if f"field:{field.slug}" in names}
    for row in await FieldValue.filter(contact_id__in=ids or [0], field_id__in=list(shown)) if shown else []:
        found[row.contact_id][shown[row.field_id]] = row.value
    return found


async def holders(contacts: list[Contact]) -> dict[int, list[str]]:
    """Contact -> names of the users who hold its conversations, the newest conversation first; the keeper's name where
    nobody does."""
    held = Conversation.filter(contact_id__in=[c.id for c in contacts] or [0]).exclude(user_id=None)
    rows = await held.order_by("-id").values_list("contact_id", "user_id")
    users: dict[int, list[int]] = {c.id: [] for c in contacts}
    for contact_id, user_id in rows:
        users[int(contact_id)].append(int(user_id))
    for c in contacts:
        if not users[c.id] and c.keeper_id:
            users[c.id].append(c.keeper_id)
    named = {u.id: u.name for u in await User.filter(id__in={n for ids in users.values() for n in ids} or [0])}
    return {n: [named[u] for u in dict.fromkeys(ids) if u in named] for n, ids in users.items()}
