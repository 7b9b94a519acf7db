"""Pictures that came with people's texts: read by content, kept without what hides in them, shown on click (SPEC X5)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from tortoise import fields
from tortoise.expressions import Q
from tortoise.models import Model

from webapp import clock, config
from webapp.database import transactional
from webapp.models import data_files
from webapp.models.actions import pictures
from webapp.models.conversations.message import Message
from webapp.rules.scripts import picture

WAITING, KEPT, REFUSED = "waiting", "kept", "refused"
TRIES = 8  # a pause twice as long after each: some eight hours in all


class Media(Model):
    """A file that came with a text. ``why`` it was refused: "kind" (no picture), "large", "gone", "address", "trouble".
    ``tries``: how often fetching it was begun."""

    id = fields.BigIntField(primary_key=True)
    message: fields.ForeignKeyRelation[Message] = fields.ForeignKeyField(
        "models.Message", related_name="media", on_delete=fields.NO_ACTION
    )
    url = fields.CharField(500)
    content_type = fields.CharField(80, default="")
    status = fields.CharField(10, default=WAITING, db_default=WAITING)
    why = fields.CharField(10, default="", db_default="")
    kept_type = fields.CharField(12, default="", db_default="")
    tries = fields.IntField(default=0, db_default=0)
    next_try_at = fields.DatetimeField(null=True)

    message_id: int

    class Meta:
        table = "media"

    @property
    def path(self) -> Path:
        return config.settings().data_dir / "media" / f"{self.id}.{self.kept_type.rpartition('/')[2]}"


@transactional
async def begin_next() -> Media | None:
    """The next one that is due. The try is counted before it is made, so that a file which kills the worker is tried later,
    and TRIES times at most. None: none is due, or another worker was faster."""
    due = Media.filter(Q(next_try_at=None) | Q(next_try_at__lte=clock.now()), status=WAITING)
    row = await due.order_by("tries", "id").first()
    if row is None:
        return None
    tried = Media.filter(id=row.id, tries=row.tries, status=WAITING)
    if row.tries >= TRIES:
        await tried.update(status=REFUSED, why="trouble")
        return None
    pause = timedelta(seconds=60 * 2 ** (row.tries + 1))
    return row if await tried.update(tries=row.tries + 1, next_try_at=clock.now() + pause) else None


async def of_text(media: Media) -> tuple[str, int]:
    """The text it came with, by Twilio's sid, and which of its files it is."""
    text = await Message.get(id=media.message_id)
    return text.sid or "", await Media.filter(message_id=text.id, id__lt=media.id).count()


async def conversation_of(media: Media) -> int | None:
    """The thread that shows it; None where nobody could place the text."""
    return (await Message.get(id=media.message_id)).conversation_id


async def keep(media: Media, data: bytes) -> None:
    """Keeps it like a picture of ours: upright, without metadata, small enough. Writes the file first, then the row."""
    async with pictures.one_at_a_time():
        await _keep(media, data)


async def _keep(media: Media, data: bytes) -> None:
    read = await asyncio.to_thread(picture.read, data)
    if isinstance(read, picture.Picture) and not read.small_enough:
        read = await asyncio.to_thread(picture.shrunk, data)
    if isinstance(read, picture.NoPicture):
        await refuse(media, "kind")
        return
    media.kept_type = read.type
    await asyncio.to_thread(data_files.write, media.path, read.data)
    await _note(media, KEPT)


async def refuse(media: Media, why: str) -> None:
    media.why = why
    await _note(media, REFUSED)


@transactional
async def _note(media: Media, status: str) -> None:
    await Media.filter(id=media.id).update(status=status, why=media.why, kept_type=media.kept_type)
