"""The cost of a script over an action's whole list, counted person by person (SPEC A6).

Everyone in the action who may be texted is rendered; texts that are filled alike are rendered once. A small list is
counted within the request, a large one by a worker in slices.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tortoise import fields

from webapp import clock, database
from webapp.database import packed, transactional
from webapp.models import long_work
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import User
from webapp.models.actions.action import Action, ActionExclusion, ActionList
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField
from webapp.models.links import links
from webapp.models.long_work import DONE, RUNNING, LongWork
from webapp.models.scripts import people_in_order, rendering
from webapp.rules import segments, variables

SLICE = 500
FRESH = timedelta(minutes=10)  # lists are live: an older count is made again
KEEP = timedelta(days=1)
MOST_ALIKE = 50_000  # different texts one run remembers


class ScriptCost(LongWork):
    """``place``: the editor that asked. ``key``: a hash of the text, the picture and what all people share. ``cursor``:
    the last contact counted. ``segments``: those of all ``people`` together. ``longest``, ``longest_units``: the most
    segments, and units, of one text. ``special``: number of people whose text is UCS-2. ``missing``: number of people
    without a text, since a value is missing or the text is too long. ``*_id``: one such contact each."""

    action: fields.ForeignKeyRelation[Action] = fields.ForeignKeyField(
        "models.Action", related_name="script_costs", on_delete=fields.NO_ACTION
    )
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="script_costs", on_delete=fields.NO_ACTION
    )
    place = fields.CharField(24)
    key = fields.CharField(64)
    body = fields.TextField()
    picture = fields.BooleanField(default=False)
    cursor = fields.BigIntField(default=0)
    people = fields.IntField(default=0)
    segments = fields.IntField(default=0)
    longest = fields.IntField(default=0)
    longest_units = fields.IntField(default=0)
    longest_id = fields.BigIntField(null=True)
    special = fields.IntField(default=0)
    special_id = fields.BigIntField(null=True)
    missing = fields.IntField(default=0)
    missing_id = fields.BigIntField(null=True)

    action_id: int
    user_id: int

    class Meta:
        table = "script_cost"

    def price(self, campaign: Campaign) -> int:
        """For all people, in ten-thousandths of a dollar."""
        return self.segments * (campaign.mms_price if self.picture else campaign.segment_price)

    def add(self, contact_id: int, text: Text) -> None:
        if text.missing:
            self.missing += 1
            self.missing_id = self.missing_id or contact_id
            return
        self.people += 1
        self.segments += text.segments
        if (text.segments, text.units) > (self.longest, self.longest_units):
            self.longest, self.longest_units, self.longest_id = text.segments, text.units, contact_id
        if text.special:
            self.special += 1
            self.special_id = self.special_id or contact_id


@dataclass(frozen=True)
class Text:
    """A script as one person gets it. ``special``: it is UCS-2. ``missing``: this person gets no text."""

    segments: int = 0
    units: int = 0
    special: bool = False
    missing: bool = False


async def begin(action: Action, user: User, body: str, picture: bool, place: str = "") -> tuple[ScriptCost, bool]:
    """The cost of this text, and True where it is new and must be `run`. A count younger than FRESH is used again,
    unless more than contacts' own data changed since."""
    key = hashlib.sha256(repr((body, picture, await _shared(action, user, body))).encode()).hexdigest()
    recent = ScriptCost.filter(action=action, key=key, created_at__gt=clock.now() - FRESH)
    found = await recent.order_by("-id").first()
    return (found, False) if found else (await _begin(action, user, body, picture, place, key), True)


async def _shared(action: Action, user: User, body: str) -> list[Any]:
    """The values that all people share, the action's lists and its exclusions."""
    shared = await rendering.of_sender(action.campaign, user, body)
    lists = await ActionList.filter(action=action).order_by("contact_list_id").values_list("contact_list_id", flat=True)
    excluded = ActionExclusion.filter(action=action).order_by("id")
    return [
        action.campaign.fallback_recipient,
        sorted((k, v or "") for k, v in shared.items()),
        list(lists),
        list(await excluded.values_list("contact_list_id", "tag_id", "field_id", "value")),
        [(field.slug, field.default_value) for field in await _used(action.campaign, body)],
    ]


async def _used(campaign: Campaign, body: str) -> list[CustomField]:
    """The custom fields a script names, by either spelling."""
    names = {variable.name for variable in variables.found(body)}
    return [
        f for f in await CustomField.filter(campaign=campaign) if any(variables.same_field(n, f.slug) for n in names)
    ]


@transactional
async def _begin(action: Action, user: User, body: str, picture: bool, place: str, key: str) -> ScriptCost:
    """An unfinished count for the same editor is deleted: its text has changed since."""
    await ScriptCost.filter(action=action, user=user, place=place, status__not_in=long_work.OVER).delete()
    return await ScriptCost.create(
        action=action, user=user, body=body, picture=picture, place=place, key=key, created_at=clock.now()
    )


@transactional
async def forget() -> None:
    await ScriptCost.filter(created_at__lt=clock.now() - KEEP).delete()


async def run(cost_id: int, seconds: float) -> bool:
    """Counts for ``seconds``; True while people are left. A cost that is deleted or over needs nothing."""
    cost = await ScriptCost.filter(id=cost_id).select_related("action__campaign", "user").first()
    if cost is None or cost.over:
        return False
    action, renderer, deadline = cost.action, await _renderer(cost), clock.steady() + seconds
    while cost is not None and not cost.over:
        if clock.steady() > deadline:
            return True
        part = await people_in_order.window(action, cost.cursor, SLICE)
        cost = await _store(cost.id, cost.cursor, await renderer.texts(part.ids), part)
    return False


async def stumbled(cost_id: int) -> None:
    if await ScriptCost.exists(id=cost_id):
        await long_work.stumbled(ScriptCost, cost_id, "A fault of the site stopped this. Its log says more.")


@transactional
async def _store(
    cost_id: int, cursor: int, texts: list[tuple[int, Text]], part: people_in_order.Window
) -> ScriptCost | None:
    """The cost after this slice; None where another worker stored the slice, or the cost was deleted."""
    cost = await ScriptCost.filter(id=cost_id).select_for_update().first()
    if cost is None or cost.over or cost.cursor != cursor:
        return None
    for contact_id, text in texts:
        cost.add(contact_id, text)
    now = clock.now()
    cost.cursor, cost.seen_at, cost.started_at = part.through, now, cost.started_at or now
    cost.status, cost.ended_at, cost.stumbles = (DONE, now, 0) if part.last else (RUNNING, None, 0)
    await cost.save()
    return cost


@dataclass
class _Renderer:
    """Renders one script for many people. ``alike``: values filled in -> the text they gave."""

    campaign: Campaign
    body: str
    picture: bool
    names: tuple[str, ...]  # of the variables in it
    shared: Mapping[str, str | None]
    defaults: Mapping[str, str]
    fields: Mapping[int, str]  # id -> slug of the custom fields in it
    alike: dict[tuple[str | None, ...], Text]

    async def texts(self, ids: list[int]) -> list[tuple[int, Text]]:
        given = await self._field_values(ids)
        people = await Contact.filter(id__in=ids or [0]).order_by("id")
        return [(person.id, self._text(self._values(person, given.get(person.id, {})))) for person in people]

    def _values(self, person: Contact, own: Mapping[str, str]) -> dict[str, str | None]:
        return {**self.defaults, **own, **rendering.of_contact(self.campaign, person), **self.shared}

    def _text(self, values: dict[str, str | None]) -> Text:
        filled = tuple(variables.value(values, name) for name in self.names)
        if filled not in self.alike:
            if len(self.alike) > MOST_ALIKE:
                self.alike.clear()
            self.alike[filled] = self._rendered(values)
        return self.alike[filled]

    def _rendered(self, values: dict[str, str | None]) -> Text:
        made = variables.render(self.body, values)
        if isinstance(made, variables.Unfilled) or len(made.text) > segments.LONGEST:  # 1307, 1310
            return Text(missing=True)
        counted = segments.count(made.text)
        return Text(segments.billed(counted, self.picture), counted.units, counted.encoding == "UCS-2")

    async def _field_values(self, ids: list[int]) -> dict[int, dict[str, str]]:
        found: dict[int, dict[str, str]] = {}
        if not self.fields or not ids:
            return found
        among = ", ".join(str(int(n)) for n in self.fields)
        rows = await database.query(
            f"SELECT contact_id, field_id, value FROM field_value WHERE field_id IN ({among}) AND {packed.among('contact_id')}",
            packed.values(ids),
        )
        for row in rows:
            found.setdefault(row["contact_id"], {})[self.fields[row["field_id"]]] = row["value"]
        return found


async def _renderer(cost: ScriptCost) -> _Renderer:
    campaign, body = cost.action.campaign, cost.body
    rows = await _used(campaign, body)
    shared = {**await rendering.of_sender(campaign, cost.user, body), **links.samples(body)}
    defaults = {field.slug: field.default_value for field in rows}
    names = tuple(variable.name for variable in variables.found(body))
    slugs = {field.id: field.slug for field in rows}
    return _Renderer(campaign, body, cost.picture, names, shared, defaults, slugs, {})


async def people_of(cost: ScriptCost) -> dict[int, Contact]:
    """The contacts a cost names, by id."""
    ids: list[Any] = [cost.longest_id, cost.special_id, cost.missing_id]
    return {contact.id: contact for contact in await Contact.filter(id__in=[n for n in ids if n] or [0])}
