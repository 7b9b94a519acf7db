"""Which tag, answer or opt-out leads to which code of VAN's; VAN's own lists as they were last read (SPEC B3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tortoise import fields
from tortoise.models import Model

from webapp import clock, database
from webapp.database import transactional
from webapp.database.locks import Lock
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership
from webapp.models.contacts.labels import SELECTION, CustomField, Tag
from webapp.models.van.connection import VanConnection
from webapp.models.van.fact import VanFact
from webapp.rules.van import planning
from webapp.rules.van.planning import Target

TAG, FIELD, OPT_OUT = "tag", "field", "opt_out"


class VanThing(Model):
    """An activist code, an answer to a survey question or a result code of the campaign's VAN. ``retired_at``: since when VAN
    does not list it any more."""

    id = fields.IntField(primary_key=True)
    campaign_id = fields.IntField()
    van = fields.IntField(default=0, db_default=0)
    kind = fields.CharField(20)
    van_id = fields.IntField()
    question_id = fields.IntField(default=0)
    name = fields.CharField(300)
    retired_at = fields.DatetimeField(null=True)

    class Meta:
        table = "van_thing"

    @property
    def target(self) -> Target:
        return Target(self.kind, self.van_id, self.question_id)


class VanMapping(Model):
    """``subject_id``: of the tag or field, 0 for opt-outs. ``value``: the answer of a field, else blank. ``target``: as
    planning.Target writes it. ``known_cursor``: the last contact whose earlier facts are noted; null once all are."""

    id = fields.IntField(primary_key=True)
    campaign_id = fields.IntField()
    van = fields.IntField(default=0, db_default=0)
    kind = fields.CharField(10)
    subject_id = fields.IntField(default=0)
    value = fields.CharField(500, default="")
    target = fields.CharField(60)
    known_cursor = fields.BigIntField(null=True)

    class Meta:
        table = "van_mapping"


@dataclass(frozen=True)
class Line:
    """A line of the mapping page: ``name`` is the form field's. ``retired``: VAN does not have its code any more."""

    name: str
    kind: str
    subject_id: int
    value: str
    words: str
    target: str = ""
    retired: str = ""


async def lines(row: VanConnection) -> list[Line]:
    """Everything that can be mapped, the opt-outs first, with what it leads to now in this VAN."""
    own = VanMapping.filter(campaign_id=row.campaign_id, van=row.id)
    stored = {(m.kind, m.subject_id, m.value): m.target for m in await own}
    retired = {str(one.target): one.name for one in await things(row) if one.retired_at}
    found = []
    for name, kind, subject_id, value, words in await _subjects(row.campaign_id):
        target = stored.get((kind, subject_id, value), "")
        found.append(Line(name, kind, subject_id, value, words, target, retired.get(target, "")))
    return found


async def _subjects(campaign_id: int) -> list[tuple[str, str, int, str, str]]:
    tags = await Tag.filter(campaign_id=campaign_id, archived_at=None)
    selections = await CustomField.filter(campaign_id=campaign_id, archived_at=None, type=SELECTION)
    return [
        ("opt_out", OPT_OUT, 0, "", ""),
        *((f"tag-{tag.id}", TAG, tag.id, "", tag.name) for tag in tags if not tag.opts_out),
        *(
            (f"field-{field.id}-{n}", FIELD, field.id, option, f"{field.title}: {option}")
            for field in selections
            for n, option in enumerate(field.choices)
        ),
    ]


async def things(row: VanConnection) -> list[VanThing]:
    return await VanThing.filter(van=row.id).order_by("kind", "name", "id")


async def wanted(fact: VanFact) -> Target | None:
    """Where the fact leads to in its VAN; None where it was taken away or is not mapped there."""
    value = fact.value if fact.kind == FIELD else ""
    subject: dict[str, Any] = {"kind": fact.kind, "subject_id": fact.subject_id, "value": value}
    own = VanMapping.filter(campaign_id=fact.campaign_id, van=fact.van, **subject)
    found = await own.first() if fact.value else None
    return planning.read(found.target) if found else None


async def retired(fact: VanFact, target: Target) -> bool:
    own = VanThing.filter(van=fact.van, kind=target.kind, van_id=target.id, question_id=target.question)
    return await own.filter(retired_at__isnull=False).exists()


@transactional
async def note_things(row: VanConnection, found: Sequence[tuple[str, int, int, str]]) -> None:
    """VAN's lists as it gave them just now: kind, id, question and name of each. A code that is not among them is retired."""
    await database.lock(Lock.CONNECTING_VAN, row.campaign_id)
    own: dict[str, Any] = {"campaign_id": row.campaign_id, "van": row.id}
    there = {(t.kind, t.van_id, t.question_id): t for t in await VanThing.filter(**own)}
    named = {(kind, van_id, question): name[:300] for kind, van_id, question, name in found}
    for key, name in named.items():
        old = there.get(key)
        if old is None:
            kind, van_id, question = key
            await VanThing.create(**own, kind=kind, van_id=van_id, question_id=question, name=name)
        elif old.name != name or old.retired_at:
            await VanThing.filter(id=old.id).update(name=name, retired_at=None)
    gone = [old.id for key, old in there.items() if key not in named and old.retired_at is None]
    await VanThing.filter(id__in=gone or [0]).update(retired_at=clock.now())


@transactional
async def save(by: Membership, row: VanConnection, wanted: dict[str, str], known_too: bool) -> int:
    """``wanted``: name of a line -> target, blank for none. ``known_too``: what contacts have from before is sent as well.
    Returns how many lines changed."""
    await database.lock(Lock.CONNECTING_VAN, by.campaign_id)
    changed = []
    for line in await lines(row):
        target = wanted.get(line.name, line.target)
        if target != line.target and (not target or planning.read(target)):
            changed.append((line, target))
    for line, target in changed:
        await _write(row, line, target, known_too)
    if changed:
        await audit.record(by, "van.mapped", {"van": row.id}, row.name, lines=len(changed))
    return len(changed)


async def _write(row: VanConnection, line: Line, target: str, known_too: bool) -> None:
    subject: dict[str, Any] = {
        "campaign_id": row.campaign_id,
        "van": row.id,
        "kind": line.kind,
        "subject_id": line.subject_id,
        "value": line.value,
    }
    await VanMapping.filter(**subject).delete()
    if target:
        await VanMapping.create(**subject, target=target, known_cursor=0 if known_too else None)
