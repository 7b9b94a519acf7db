"""Pictures as they may go with a text (SPEC A4): looked at by content, turned upright, stripped of what a camera wrote
into them, and small enough for carriers. Slow: call it in a thread."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Any, Literal

from PIL import Image, ImageCms, ImageOps, ImageSequence, UnidentifiedImageError

LIMIT = 600_000  # bytes; a picture has fewer
MOST_PIXELS = 60_000_000  # over all frames; a phone's camera has up to 50 million
TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif"}
_SIZES = (2048, 1600, 1280, 1024, 800, 640, 480, 320)  # the longer side, in pixels
_QUALITIES = (85, 75, 60)

Reason = Literal["not_a_picture", "other_type", "too_many_pixels", "broken"]


@dataclass(frozen=True)
class Picture:
    """Ready to be kept: ``data`` are the bytes to send, of ``type`` image/jpeg, image/png or image/gif."""

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
    """The picture itself, without metadata. It may be too large: then `shrunk` makes a smaller one of it."""
    opened = _open(data)
    return opened if isinstance(opened, NoPicture) else _written(opened, opened.format or "")


def shrunk(data: bytes) -> Picture | NoPicture:
    """The largest version under the limit that still looks well."""
    opened = _open(data)
    if isinstance(opened, NoPicture):
        return opened
    for side in _SIZES:
        for quality in _QUALITIES:
            smaller = _written(opened, _kind_of_smaller(opened), side, quality)
            if isinstance(smaller, NoPicture) or smaller.small_enough:
                return smaller
    return NoPicture("broken")


def _open(data: bytes) -> Image.Image | NoPicture:
    """By content, whatever the file is called; counted before a pixel is unpacked."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=tuple(TYPES))
    except UnidentifiedImageError:
        return NoPicture("not_a_picture" if not _is_other(data) else "other_type")
    except (Image.DecompressionBombError, ValueError, OSError, SyntaxError):
        return NoPicture("too_many_pixels" if _is_other(data) else "broken")
    try:
        if image.width * image.height * getattr(image, "n_frames", 1) > MOST_PIXELS:
            return NoPicture("too_many_pixels")
        image.load()
    except Exception:  # a decoder may fail on broken bytes in any way it likes
        return NoPicture("broken")
    return image


def _is_other(data: bytes) -> bool:
    """A picture, but of a type that MMS does not carry."""
    return data[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif") or data[:4] in (b"II*\0", b"MM\0*", b"%PDF") or data[:2] == b"BM" or data[8:12] == b"WEBP" or b"<svg" in data[:1000]  # fmt: skip


def _written(image: Image.Image, kind: str, side: int = 0, quality: int = 88) -> Picture | NoPicture:
    out = io.BytesIO()
    try:
        if kind == "GIF":
            width, height = _write_frames(image, out, side)
        else:
            plain = _plain(image, kind, side)
            width, height = plain.size
            options: dict[str, Any] = {"quality": quality, "progressive": True} if kind == "JPEG" else {}
            plain.save(out, kind, optimize=True, **options)
    except Exception:  # as above
        return NoPicture("broken")
    return Picture(out.getvalue(), TYPES[kind], width, height)


def _plain(image: Image.Image, kind: str, side: int) -> Image.Image:
    """Upright, in the colours of the web, of a kind that holds no metadata; JPEG has no see-through parts."""
    upright = _in_srgb(ImageOps.exif_transpose(image))
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
    """A GIF keeps its frames and their time, and nothing else."""
    frames, times = [], []
    for frame in ImageSequence.Iterator(image):
        made = frame.convert("RGBA")
        if side:
            made.thumbnail((side, side), Image.Resampling.LANCZOS)
        made.info = {}
        frames.append(made)
        times.append(frame.info.get("duration", 100))
    more: dict[str, Any] = {"save_all": True, "append_images": frames[1:], "duration": times} if len(frames) > 1 else {}
    frames[0].save(out, "GIF", loop=0 if more else None, disposal=2 if more else 0, **more)
    return frames[0].size


def _kind_of_smaller(image: Image.Image) -> str:
    """A moving picture goes on moving; everything else is smallest as JPEG."""
    return "GIF" if image.format == "GIF" and getattr(image, "n_frames", 1) > 1 else "JPEG"
