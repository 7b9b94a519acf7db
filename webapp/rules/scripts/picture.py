"""Pictures that may go with a text (SPEC A4): told by content, turned upright, without metadata, small enough for
carriers. Slow: call it in a thread."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from webapp.rules import late

if TYPE_CHECKING:
    import PIL
    from PIL import Image, ImageCms, ImageOps
else:
    PIL, Image = late.module("PIL"), late.module("PIL.Image")
    ImageCms, ImageOps = late.module("PIL.ImageCms"), late.module("PIL.ImageOps")

LIMIT = 600_000  # bytes; a picture must have fewer
MOST_PIXELS = 60_000_000  # of one picture; phones' cameras have up to 50 million
MOST_FRAMES, MOST_MOVING = 200, 30_000_000  # frames of an animation, and pixels of all its frames
TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif"}
_KINDS = {"MPO": "JPEG"}  # phones write MPO: a JPEG with more pictures behind the first
_SIZES = (2048, 1600, 1280, 1024, 800, 640, 480, 320)  # the longer side, in pixels
_QUALITIES = (85, 75, 60)
_MOVING_SIZES = (480, 320, 200)

Reason = Literal["not_a_picture", "other_type", "too_many_pixels", "broken"]


class _TooMuch(Exception):
    """More pixels or frames than allowed."""


@dataclass(frozen=True)
class Picture:
    """``data``: the bytes to send. ``type``: image/jpeg, image/png or image/gif."""

    data: bytes
    type: str
    width: int
    height: int

    @property
    def small_enough(self) -> bool:
        return len(self.data) < LIMIT


@dataclass(frozen=True)
class NoPicture:
    reason: Reason


def read(data: bytes) -> Picture | NoPicture:
    """The picture without metadata. It may not be `small_enough`; then use `shrunk`."""
    opened = _open(data)
    return opened if isinstance(opened, NoPicture) else _written(opened, _kind(opened))


def shrunk(data: bytes) -> Picture | NoPicture:
    """The largest version under LIMIT of good quality. An animation stays one if it can get small enough; otherwise its
    first frame is used."""
    opened = _open(data)
    if isinstance(opened, NoPicture):
        return opened
    moving = [("GIF", side, 0) for side in _MOVING_SIZES] if _is_animated(opened) else []
    for kind, side, quality in [*moving, *(("JPEG", side, quality) for side in _SIZES for quality in _QUALITIES)]:
        smaller = _written(opened, kind, side, quality)
        if isinstance(smaller, NoPicture) or smaller.small_enough:
            return smaller
    return NoPicture("broken")


def _kind(image: Image.Image) -> str:
    return _KINDS.get(image.format or "", image.format or "")


def _is_animated(image: Image.Image) -> bool:
    return image.format == "GIF" and bool(getattr(image, "is_animated", False))


def _open(data: bytes) -> Image.Image | NoPicture:
    """By content, not by name. Pixels are counted before any is unpacked."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=tuple(TYPES))
    except PIL.UnidentifiedImageError:
        return NoPicture("other_type" if _is_other(data) else "not_a_picture")
    except Image.DecompressionBombError:
        return NoPicture("too_many_pixels")
    except Exception:  # a decoder may raise anything on broken bytes
        return NoPicture("broken")
    if image.width * image.height > MOST_PIXELS:
        return NoPicture("too_many_pixels")
    return _loaded(image)


def _loaded(image: Image.Image) -> Image.Image | NoPicture:
    try:
        image.load()
    except Exception:  # as above
        return NoPicture("broken")
    return image


def _is_other(data: bytes) -> bool:
    """True for a picture of a type that MMS doesn't carry."""
    phones = data[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif")
    desks = data[:4] in (b"II*\0", b"MM\0*", b"%PDF") or data[:2] == b"BM" or data[8:12] == b"WEBP"
    return phones or desks or b"<svg" in data[:1000]


def _written(image: Image.Image, kind: str, side: int = 0, quality: int = 88) -> Picture | NoPicture:
    out = io.BytesIO()
    try:
        if kind == "GIF":
            width, height = _write_frames(image, out, side)
        else:
            image.seek(0)
            plain = _plain(image, kind, side)
            width, height = plain.size
            options: dict[str, Any] = {"quality": quality, "progressive": True} if kind == "JPEG" else {}
            plain.save(out, kind, optimize=True, **options)
    except (_TooMuch, MemoryError):
        return NoPicture("too_many_pixels")
    except Exception:  # as above
        return NoPicture("broken")
    return Picture(out.getvalue(), TYPES[kind], width, height)


def _plain(image: Image.Image, kind: str, side: int) -> Image.Image:
    """Upright, in sRGB, without metadata. JPEG has no transparency: it becomes white."""
    upright = _in_srgb(_eight_bits(ImageOps.exif_transpose(image)))
    clear = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
    if kind == "PNG":
        made = upright.convert("RGBA") if clear else upright.convert("L" if upright.mode in ("1", "L") else "RGB")
    elif clear:
        made = Image.new("RGB", upright.size, "white")
        made.paste(upright, mask=upright.convert("RGBA").getchannel("A"))
    else:
        made = upright.convert("RGB")
    if side:
        made.thumbnail((side, side), Image.Resampling.LANCZOS)
    made.info = {}
    return made


def _eight_bits(image: Image.Image) -> Image.Image:
    """Scales 16-bit gray down; Pillow's own conversion clips it."""
    return image.convert("I").point(lambda value: value / 257).convert("L") if image.mode.startswith("I") else image


def _in_srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "CMYK"):
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        made = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return image
    return made or image


def _write_frames(image: Image.Image, out: io.BytesIO, side: int) -> tuple[int, int]:
    """Writes only the frames and their durations. A frame may be larger than the file's header says."""
    frames: list[Image.Image] = []
    times, pixels = [], 0
    while _next_frame(image, len(frames)):
        pixels += _extent(image)
        if len(frames) >= MOST_FRAMES or pixels > MOST_MOVING:
            raise _TooMuch
        made = image.convert("RGBA")
        if side:
            made.thumbnail((side, side), Image.Resampling.LANCZOS)
        made.info = {}
        frames.append(made)
        times.append(image.info.get("duration", 100))
    more: dict[str, Any] = {"save_all": True, "append_images": frames[1:], "duration": times} if len(frames) > 1 else {}
    frames[0].save(out, "GIF", loop=0 if more else None, disposal=2 if more else 0, **more)
    return frames[0].size


def _next_frame(image: Image.Image, number: int) -> bool:
    """Seeks frame by frame: counting first would unpack a million frames of a small file."""
    try:
        image.seek(number)
    except EOFError:
        return False
    return True


def _extent(image: Image.Image) -> int:
    """Pixels this frame will unpack to."""
    box = getattr(image, "dispose_extent", None) or (0, 0, *image.size)
    width, height = max(image.width, box[2]), max(image.height, box[3])
    return width * height
