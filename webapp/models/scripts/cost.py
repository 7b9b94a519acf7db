"""What a script costs and does over a whole list, person by person (SPEC A6): a row that a worker fills slice by slice;
small lists are done at once.

Everyone is rendered who is in the action and may be texted. What is rendered alike is rendered once.
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
from webapp.models.long_work import DONE, RUNNING, Sliced
from webapp.models.scripts import links, people_in_order, rendering
from webapp.rules import segments, variables

SLICE = 500
FRESH = timedelta(minutes=10)  # lists are live: after that it is measured anew
KEEP = timedelta(days=1)
MOST_ALIKE = 50_000  # different texts remembered by one run


class ScriptMeasure(Sliced):
    """``place``: the editor it was asked for in. ``key``: text, picture and what is the same for all. ``cursor``: the
    last contact done. ``segments``: over all ``people`` that get a text. ``longest``: the most segments (and units of them) of one person,
    ``special``: how many get UCS-2, ``missing``: for how many something can't be filled; ``*_id``: one of them each."""

    action: fields.ForeignKeyRelation[Action] = fields.ForeignKeyField(
        "models.Action", related_name="measures", on_delete=fields.NO_ACTION
    )
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="measures", on_delete=fields.NO_ACTION
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
        table = "script_measure"

    def price(self, campaign: Campaign) -> int:
        """Ten-thousandths of a dollar, for everybody."""
        return self.segments * (campaign.mms_price if self.picture else campaign.segment_price)

    def add(self, contact_id: int, seen: Seen) -> None:
        """The first of their kind are remembered."""
        if seen.missing:
            self.missing += 1
            self.missing_id = self.missing_id or contact_id
            return
        self.people += 1
        self.segments += seen.segments
        if (seen.segments, seen.units) > (self.longest, self.longest_units):
            self.longest, self.longest_units, self.longest_id = seen.segments, seen.units, contact_id
        if seen.special:
            self.special += 1
            self.special_id = self.special_id or contact_id


@dataclass(frozen=True)
class Seen:
    """A script as one person gets it."""

    segments: int = 0
    units: int = 0
    special: bool = False
    missing: bool = False


async def begin(action: Action, user: User, body: str, picture: bool, place: str = "") -> tuple[ScriptMeasure, bool]:
    """The measure of this text over the action's people, and whether it is new and to be `run`: a recent one of the same
    serves, where nothing changed that it was made of but the people themselves."""
    key = hashlib.sha256(repr((body, picture, await _made_of(action, user, body))).encode()).hexdigest()
    recent = ScriptMeasure.filter(action=action, key=key, created_at__gt=clock.now() - FRESH)
    found = await recent.order_by("-id").first()
    return (found, False) if found else (await _begin(action, user, body, picture, place, key), True)


async def _made_of(action: Action, user: User, body: str) -> list[Any]:
    """What is the same for everyone, and who they are by lists and leave-outs."""
    shared = await rendering.of_sender(action.campaign, user, body)
    lists = await ActionList.filter(action=action).order_by("contact_list_id").values_list("contact_list_id", flat=True)
    out = (
        await ActionExclusion.filter(action=action)
        .order_by("id")
        .values_list("contact_list_id", "tag_id", "field_id", "value")
    )
    defaults = [(field.slug, field.default_value) for field in await _used(action.campaign, body)]
    return [
        action.campaign.fallback_recipient,
        sorted((k, v or "") for k, v in shared.items()),
        list(lists),
        list(out),
        defaults,
    ]


async def _used(campaign: Campaign, body: str) -> list[CustomField]:
    """The custom fields a script names, by either spelling."""
    names = {variable.name for variable in variables.found(body)}
    return [
        f for f in await CustomField.filter(campaign=campaign) if any(variables.same_field(n, f.slug) for n in names)
    ]


@transactional
async def _begin(action: Action, user: User, body: str, picture: bool, place: str, key: str) -> ScriptMeasure:
    """What was asked for in the same editor before is of no use to anybody any more."""
    await ScriptMeasure.filter(action=action, user=user, place=place, status__not_in=long_work.OVER).delete()
    return await ScriptMeasure.create(
        action=action, user=user, body=body, picture=picture, place=place, key=key, created_at=clock.now()
    )


@transactional
async def forget() -> None:
    await ScriptMeasure.filter(created_at__lt=clock.now() - KEEP).delete()


async def run(measure_id: int, seconds: float) -> bool:
    """Works for so long; True where there is more to do. One that is gone or over needs nothing."""
    measure = await ScriptMeasure.filter(id=measure_id).select_related("action__campaign", "user").first()
    if measure is None or measure.over:
        return False
    action, ruler, deadline = measure.action, await _ruler(measure), clock.steady() + seconds
    while measure is not None and not measure.over:
        if clock.steady() > deadline:
            return True
        part = await people_in_order.window(action, measure.cursor, SLICE)
        measure = await _store(measure.id, measure.cursor, await ruler.measure(part.ids), part)
    return False


async def stumbled(measure_id: int) -> None:
    """A fault of ours; after some times at one place it is given up, and its page says so."""
    if await ScriptMeasure.exists(id=measure_id):
        await long_work.stumbled(ScriptMeasure, measure_id, "A fault of the site stopped this; its log says more.")


@transactional
async def _store(
    measure_id: int, cursor: int, seen: list[tuple[int, Seen]], part: people_in_order.Window
) -> ScriptMeasure | None:
    """The measure after this slice; None where another worker was faster, or nobody wants it any more."""
    measure = await ScriptMeasure.filter(id=measure_id).select_for_update().first()
    if measure is None or measure.over or measure.cursor != cursor:
        return None
    for contact_id, one in seen:
        measure.add(contact_id, one)
    now = clock.now()
    measure.cursor, measure.seen_at, measure.started_at = part.through, now, measure.started_at or now
    measure.status, measure.ended_at, measure.stumbles = (DONE, now, 0) if part.last else (RUNNING, None, 0)
    await measure.save()
    return measure


@dataclass
class _Ruler:
    """Renders a script for people, and remembers how what was alike came out."""

    campaign: Campaign
    body: str
    picture: bool
    names: tuple[str, ...]  # of the variables in it
    shared: Mapping[str, str | None]
    defaults: Mapping[str, str]
    fields: Mapping[int, str]  # the custom fields the script uses
    alike: dict[tuple[str | None, ...], Seen]

    async def measure(self, ids: list[int]) -> list[tuple[int, Seen]]:
        given = await self._field_values(ids)
        people = await Contact.filter(id__in=ids or [0]).order_by("id")
        return [(person.id, self._seen(self._given(person, given.get(person.id, {})))) for person in people]

    def _given(self, person: Contact, own: Mapping[str, str]) -> dict[str, str | None]:
        return {**self.defaults, **own, **rendering.of_contact(self.campaign, person), **self.shared}

    def _seen(self, given: dict[str, str | None]) -> Seen:
        filled = tuple(variables.value(given, name) for name in self.names)
        if filled not in self.alike:
            if len(self.alike) > MOST_ALIKE:
                self.alike.clear()
            self.alike[filled] = self._rendered(given)
        return self.alike[filled]

    def _rendered(self, given: dict[str, str | None]) -> Seen:
        made = variables.render(self.body, given)
        if isinstance(made, variables.Unfilled) or len(made.text) > segments.LONGEST:  # 1307, 1310
            return Seen(missing=True)
        counted = segments.count(made.text)
        return Seen(segments.billed(counted, self.picture), counted.units, counted.encoding == "UCS-2")

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


async def _ruler(measure: ScriptMeasure) -> _Ruler:
    campaign, body = measure.action.campaign, measure.body
    rows = await _used(campaign, body)
    shared = {**await rendering.of_sender(campaign, measure.user, body), **links.samples(body)}
    defaults = {field.slug: field.default_value for field in rows}
    names = tuple(variable.name for variable in variables.found(body))
    slugs = {field.id: field.slug for field in rows}
    return _Ruler(campaign, body, measure.picture, names, shared, defaults, slugs, {})


async def people_of(measure: ScriptMeasure) -> dict[int, Contact]:
    """Those it names, by id."""
    ids: list[Any] = [measure.longest_id, measure.special_id, measure.missing_id]
    return {contact.id: contact for contact in await Contact.filter(id__in=[n for n in ids if n] or [0])}
