"""Pictures of scripts: files in the data directory, named by a digest of their content. Twilio fetches them at a signed
address that expires (SPEC A4)."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tortoise import fields
from tortoise.models import Model

from webapp import clock, config, database
from webapp.database import transactional
from webapp.database.packed import sql_time
from webapp.models import data_files
from webapp.models.accounts.campaign import Campaign
from webapp.rules.scripts import picture

GOOD_FOR = timedelta(hours=24)  # the life of an address for Twilio
KEEP_UNUSED = timedelta(days=1)
_intact: dict[Path, tuple[int, int]] = {}  # file -> its time and size when its digest was last checked


class Picture(Model):
    """``digest``: SHA-256 of the file's bytes, in hexadecimal."""

    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="pictures", on_delete=fields.NO_ACTION
    )
    digest = fields.CharField(64)
    type = fields.CharField(12)
    size = fields.IntField()
    width = fields.IntField()
    height = fields.IntField()
    made_at = fields.DatetimeField()

    campaign_id: int

    class Meta:
        table = "picture"

    @property
    def path(self) -> Path:
        folder = config.settings().data_dir / "pictures"
        return folder / f"{self.campaign_id}-{self.digest}.{self.type.rpartition('/')[2]}"

    def intact(self) -> bool:
        """Is the file there, unchanged? Its digest is computed again only after its time or size changed."""
        try:
            stat = self.path.stat()
            seen = (stat.st_mtime_ns, stat.st_size)
            same = _intact.get(self.path) == seen or hashlib.sha256(self.path.read_bytes()).hexdigest() == self.digest
        except OSError:
            return False
        if same:
            _intact[self.path] = seen
        return same


@functools.lru_cache(maxsize=4)
def _semaphore(_: asyncio.AbstractEventLoop) -> asyncio.Semaphore:
    return asyncio.Semaphore(1)


def one_at_a_time() -> asyncio.Semaphore:
    """Hold it while a picture is decoded: a camera's picture takes a quarter of a gigabyte of memory."""
    return _semaphore(asyncio.get_running_loop())


@dataclass(frozen=True)
class TooLarge:
    """The upload has ``size`` bytes, more than an MMS may have; ``smaller`` is the same picture, shrunk and kept."""

    size: int
    smaller: Picture


async def take_in(campaign: Campaign, data: bytes) -> Picture | TooLarge | picture.NoPicture:
    """Keeps an uploaded picture. If it is too large, keeps a smaller copy to be offered instead."""
    async with one_at_a_time():
        return await _take_in(campaign, data)


async def _take_in(campaign: Campaign, data: bytes) -> Picture | TooLarge | picture.NoPicture:
    read = await asyncio.to_thread(picture.read, data)
    if isinstance(read, picture.NoPicture):
        return read
    if read.small_enough:
        return await _keep(campaign, read)
    smaller = await asyncio.to_thread(picture.shrunk, data)
    return (
        smaller if isinstance(smaller, picture.NoPicture) else TooLarge(len(read.data), await _keep(campaign, smaller))
    )


async def _keep(campaign: Campaign, made: picture.Picture) -> Picture:
    """Writes the file first, then the row, so that every row has its file."""
    kept = Picture(
        campaign_id=campaign.id,
        digest=hashlib.sha256(made.data).hexdigest(),
        type=made.type,
        size=len(made.data),
        width=made.width,
        height=made.height,
        made_at=clock.now(),
    )
    await asyncio.to_thread(data_files.write, kept.path, made.data)
    noted = await _note(kept)
    if not noted.intact():  # `forget_unused` removed the same picture meanwhile
        await asyncio.to_thread(data_files.write, noted.path, made.data)
    return noted


@transactional
async def _note(kept: Picture) -> Picture:
    await database.query(
        "INSERT INTO picture (campaign_id, digest, type, size, width, height, made_at) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (campaign_id, digest) DO UPDATE SET made_at = excluded.made_at RETURNING id",
        kept.campaign_id,
        kept.digest,
        kept.type,
        kept.size,
        kept.width,
        kept.height,
        sql_time(kept.made_at),
    )
    return await Picture.get(campaign_id=kept.campaign_id, digest=kept.digest)


async def missing(picture_id: int) -> bool:
    """Is its file gone or damaged? A text with it waits (1312)."""
    kept = await Picture.get_or_none(id=picture_id)
    return kept is None or not kept.intact()


def signed_path(picture_id: int, now: datetime) -> str:
    """The path at which Twilio fetches it, valid for GOOD_FOR."""
    until = int((now + GOOD_FOR).timestamp())
    return f"/pictures/{picture_id}/{until}/{_signature(picture_id, until)}"


async def of_signed(picture_id: int, until: int, signature: str) -> Picture | None:
    """The picture of a `signed_path`; None where the signature is wrong, expired, or the file gone."""
    if not hmac.compare_digest(_signature(picture_id, until).encode(), signature.encode()):
        return None
    if datetime.fromtimestamp(until, UTC) < clock.now():
        return None
    kept = await Picture.get_or_none(id=picture_id)
    return kept if kept and kept.intact() else None


def _signature(picture_id: int, until: int) -> str:
    key = config.secret_key(config.settings())
    return hmac.new(key.encode(), f"picture:{picture_id}:{until}".encode(), hashlib.sha256).hexdigest()[:32]


async def forget_unused() -> None:
    """Deletes pictures older than KEEP_UNUSED that no script uses and no text had. Keeps a file whose picture was uploaded
    again meanwhile."""
    for gone in await drop_unused():
        aside = gone.path.with_suffix(".gone")
        with contextlib.suppress(FileNotFoundError):
            gone.path.rename(aside)
        if await Picture.exists(campaign_id=gone.campaign_id, digest=gone.digest) and aside.exists():
            aside.rename(gone.path)
        aside.unlink(missing_ok=True)


@transactional
async def drop_unused() -> list[Picture]:
    """Deletes the rows of those pictures, and returns them: their files are still there."""
    rows = await database.query(
        "SELECT id FROM picture p WHERE made_at < ? AND NOT EXISTS (SELECT 1 FROM script s WHERE s.picture_id = p.id)"
        " AND NOT EXISTS (SELECT 1 FROM message m WHERE m.picture_id = p.id)",
        sql_time(clock.now() - KEEP_UNUSED),
    )
    unused = await Picture.filter(id__in=[row["id"] for row in rows] or [0])
    await Picture.filter(id__in=[row.id for row in unused] or [0]).delete()
    return unused
