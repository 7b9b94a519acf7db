"""Saves an action's first step: what it is about, which lists it texts, and which people it leaves out (SPEC A1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from webapp import clock
from webapp.database import transactional
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership
from webapp.models.actions import audience
from webapp.models.actions.action import Action
from webapp.models.actions.audience import Chosen
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.contacts.lists import ContactList
from webapp.rules import edited, spend
from webapp.rules.edited import Meanwhile

_COLUMNS = ("title", "description", "instructions", "ends_on", "daily_cap")


@dataclass(frozen=True)
class NoList:
    """A published action must text at least one list, as it had to when it was published (A9). Nothing was stored."""


@transactional
async def create(values: dict[str, Any], chosen: Chosen, by: Membership) -> Action:
    """A draft. ``values``: title, description, instructions, ends_on and daily_cap (ten-thousandths of a dollar)."""
    action = await Action.create(campaign=by.campaign, created_at=clock.now(), **values)
    await _choose(action, values["title"], chosen, by)
    return action


@transactional
async def save(
    action: Action, values: dict[str, Any], chosen: Chosen, by: Membership, seen: str = ""
) -> Meanwhile | NoList | None:
    """``values`` as for `create`. ``action`` itself keeps its old values until it is read again. ``seen``: the mark of the
    form (rules/edited.py); nothing is stored where somebody else changed what this would change back."""
    stored = await Action.filter(id=action.id).select_for_update().get()
    if found := edited.meanwhile(seen, await words_of(stored), await _words(by.campaign_id, values, chosen)):
        return await audit.with_saver(found, by.campaign_id, "action.saved", "action", action.id)
    if stored.live and not await ContactList.filter(campaign_id=by.campaign_id, id__in=chosen.lists or [0]).exists():
        return NoList()
    columns = values | spend.new_cap(stored.daily_cap, values["daily_cap"])
    await Action.filter(id=action.id).update(**columns)
    await _choose(action, values["title"], chosen, by)
    return None


async def words_of(action: Action) -> dict[str, str]:
    """The stored values of the form, as `edited` compares them."""
    values = {name: getattr(action, name) for name in _COLUMNS}
    return await _words(action.campaign_id, values, await audience.chosen(action.id))


async def _words(campaign_id: int, values: dict[str, Any], chosen: Chosen) -> dict[str, str]:
    lists = {row.id: row.name for row in await ContactList.filter(campaign_id=campaign_id)}
    tags = {row.id: row.name for row in await Tag.filter(campaign_id=campaign_id)}
    fields = {row.id: row.title for row in await CustomField.filter(campaign_id=campaign_id)}
    words = {name: edited.word(values[name]) for name in _COLUMNS} | {"daily_cap": spend.word(values["daily_cap"])}
    return words | {
        "lists": _in_order(lists[n] for n in chosen.lists if n in lists),
        "out_lists": _in_order(lists[n] for n in chosen.out_lists if n in lists),
        "out_tags": _in_order(tags[n] for n in chosen.out_tags if n in tags),
        "out_values": _in_order(f"{fields[n]}: {value}" for n, value in chosen.values if n in fields),
    }


def _in_order(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


async def _choose(action: Action, title: str, chosen: Chosen, by: Membership) -> None:
    """Only what belongs to the campaign counts. Conversations are looked at again only where the choice changed."""
    own = {"campaign_id": by.campaign_id}
    lists = {row.id: row for row in await ContactList.filter(**own)}
    tags = {row.id: row for row in await Tag.filter(**own)}
    fields = {row.id: row for row in await CustomField.filter(**own)}
    on = [lists[n] for n in chosen.lists if n in lists]
    off = [lists[n] for n in chosen.out_lists if n in lists]
    out_tags = [tags[n] for n in chosen.out_tags if n in tags]
    values = [(fields[n], value) for n, value in chosen.values if n in fields]
    if chosen != await audience.chosen(action.id):
        await action.use_lists(on)
        await action.leave_out(off, out_tags, values)
        await audience.changed(action.id)
    left_out = [row.name for row in off] + [tag.name for tag in out_tags]
    left_out += [f"{field.title}: {value}" for field, value in values]
    names = [row.name for row in on]
    await audit.record(by, "action.saved", {"action": action.id}, title, lists=names, left_out=left_out)
