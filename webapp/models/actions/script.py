"""Initial and response scripts of an action (SPEC A2, A3)."""

from __future__ import annotations

from collections.abc import Iterable

from tortoise import fields
from tortoise.models import Model

from webapp import clock
from webapp.database import transactional
from webapp.models.actions.action import Action
from webapp.models.actions.pictures import Picture
from webapp.models.contacts.labels import CustomField, Tag
from webapp.rules.scripts import script_choice

INITIAL, RESPONSE = "initial", "response"
FIRST_TEXTS = f"s.kind = '{INITIAL}' AND s.archived_at IS NULL"  # SQL of scripts ``s`` of an action


class Script(Model):
    """``version`` counts changes of text or picture: a card names the version it showed (A11). ``letter``: of an initial
    script, once `give_letters` was asked. ``language``: "es" of an opt-in form's script in Spanish, else blank."""

    id = fields.IntField(primary_key=True)
    action: fields.ForeignKeyRelation[Action] = fields.ForeignKeyField(
        "models.Action", related_name="scripts", on_delete=fields.NO_ACTION
    )
    kind = fields.CharField(10)
    name = fields.CharField(120, default="")
    body = fields.TextField(default="")
    picture: fields.ForeignKeyNullableRelation[Picture] = fields.ForeignKeyField(
        "models.Picture", related_name="scripts", null=True, on_delete=fields.NO_ACTION
    )
    position = fields.IntField(default=0)
    version = fields.IntField(default=1)
    archived_at = fields.DatetimeField(null=True)
    language = fields.CharField(2, default="", db_default="")

    action_id: int
    picture_id: int | None
    letter: str = ""
    script_tags: fields.ReverseRelation[ScriptTag]
    script_values: fields.ReverseRelation[ScriptValue]

    class Meta:
        table = "script"
        ordering = ["position", "id"]

    @property
    def opts_out(self) -> bool:
        """Does sending it opt the contact out? Its tags must be loaded."""
        return any(row.tag.opts_out for row in self.script_tags)

    @transactional
    async def write(self, name: str, body: str, picture_id: int | None) -> None:
        """Saves it. Where text or picture changed this is a new version, and the words of the old one are kept. Locks
        the row, so two people who save at once make two versions."""
        stored = await Script.filter(id=self.id).select_for_update().get()
        self.version = stored.version
        if (body, picture_id) != (stored.body, stored.picture_id):
            if stored.body:  # a new script has none before its first save
                await ScriptWords.create(script_id=self.id, version=stored.version, body=stored.body)
            self.version += 1
        self.name, self.body, self.picture_id = name, body, picture_id
        await self.save(update_fields=["name", "body", "picture_id", "version"])

    @transactional
    async def apply_on_send(self, tags: list[Tag], values: list[tuple[CustomField, str]]) -> None:
        """Replaces the tags and values that sending this script sets on the contact (A3)."""
        await ScriptTag.filter(script=self).delete()
        await ScriptValue.filter(script=self).delete()
        for tag in tags:
            await ScriptTag.create(script=self, tag=tag)
        for field, value in values:
            if value:
                await ScriptValue.create(script=self, field=field, value=value)

    @transactional
    async def copy(self) -> Script:
        """The same text, picture, tags and values, as the last of its kind."""
        last = await Script.next_position(self.action_id, self.kind)
        name = f"{self.name} (copy)"[:120] if self.name else ""
        made = await Script.create(
            action_id=self.action_id,
            kind=self.kind,
            name=name,
            body=self.body,
            picture_id=self.picture_id,
            position=last,
        )
        tags = [row.tag for row in await ScriptTag.filter(script=self).select_related("tag")]
        values = [(row.field, row.value) for row in await ScriptValue.filter(script=self).select_related("field")]
        await made.apply_on_send(tags, values)
        return made

    @transactional
    async def archive(self) -> None:
        self.archived_at = clock.now()
        await self.save(update_fields=["archived_at"])

    @transactional
    async def restore(self) -> None:
        """In use again, as the last of its kind."""
        self.position = await Script.next_position(self.action_id, self.kind)
        self.archived_at = None
        await self.save(update_fields=["archived_at", "position"])

    @classmethod
    async def next_position(cls, action_id: int, kind: str) -> int:
        """One past the last of its kind, archived ones included."""
        last = await cls.filter(action_id=action_id, kind=kind).order_by("-position").first()
        return last.position + 1 if last else 0

    @classmethod
    async def of(cls, action: Action, kind: str) -> list[Script]:
        """The scripts in use, in order, with their letters, their pictures and the tags and values they set."""
        found = cls.filter(action=action, kind=kind)
        scripts = await found.prefetch_related("script_tags__tag", "script_values__field", "picture")
        give_letters(scripts)
        return [script for script in scripts if script.archived_at is None]


def give_letters(scripts: Iterable[Script]) -> None:
    """``scripts``: all of an action, archived ones included. Initial ones get letters in the order in which they were
    created, so that a letter stays when scripts are moved or archived (A2)."""
    initial = sorted((script for script in scripts if script.kind == INITIAL), key=lambda script: script.id)
    for place, script in enumerate(initial):
        script.letter = script_choice.letter(place)


@transactional
async def put_in_order(action: Action, kind: str, ids: list[int]) -> None:
    """Puts the scripts ``ids`` first, in that order; the others of this kind follow in the order they had."""
    rows = (
        await Script.filter(action=action, kind=kind, archived_at=None).order_by("position", "id").select_for_update()
    )
    place = {script_id: n for n, script_id in reversed(list(enumerate(ids)))}
    for position, row in enumerate(sorted(rows, key=lambda row: place.get(row.id, len(ids)))):
        await Script.filter(id=row.id).update(position=position)


class ScriptWords(Model):
    """The words of an earlier version of a script, so that Results show what was sent (R3)."""

    id = fields.IntField(primary_key=True)
    script_id = fields.IntField()
    version = fields.IntField()
    body = fields.TextField()

    class Meta:
        table = "script_words"


class ScriptTag(Model):
    id = fields.IntField(primary_key=True)
    script: fields.ForeignKeyRelation[Script] = fields.ForeignKeyField(
        "models.Script", related_name="script_tags", on_delete=fields.NO_ACTION
    )
    tag: fields.ForeignKeyRelation[Tag] = fields.ForeignKeyField(
        "models.Tag", related_name="script_tags", on_delete=fields.NO_ACTION
    )

    tag_id: int

    class Meta:
        table = "script_tag"


class ScriptValue(Model):
    id = fields.IntField(primary_key=True)
    script: fields.ForeignKeyRelation[Script] = fields.ForeignKeyField(
        "models.Script", related_name="script_values", on_delete=fields.NO_ACTION
    )
    field: fields.ForeignKeyRelation[CustomField] = fields.ForeignKeyField(
        "models.CustomField", related_name="script_values", on_delete=fields.NO_ACTION
    )
    value = fields.TextField()

    field_id: int

    class Meta:
        table = "script_value"
