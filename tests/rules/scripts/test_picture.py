"""Pictures: known by their content, stripped, made smaller."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.cast import drawn
from webapp.rules.scripts import picture
from webapp.rules.scripts.picture import NoPicture, Picture


def opened(made: Picture | NoPicture) -> Image.Image:
    assert isinstance(made, Picture)
    return Image.open(io.BytesIO(made.data))


@pytest.mark.parametrize(("kind", "type_"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("GIF", "image/gif")])
def test_the_three_types_of_mms_are_known_by_their_content(kind: str, type_: str) -> None:
    made = picture.read(drawn(kind=kind))
    assert isinstance(made, Picture) and (made.type, made.width, made.height) == (type_, 64, 48) and made.small_enough
    assert opened(made).format == kind


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not_a_picture"),
        (b"<html>", "not_a_picture"),
        (b"\x89PNG\r\n\x1a\n", "broken"),
        (drawn(kind="WEBP"), "other_type"),
        (drawn(kind="BMP"), "other_type"),
        (drawn(kind="TIFF"), "other_type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "other_type"),
        (b"\0\0\0\x18ftypheic", "other_type"),
    ],
)
def test_everything_else_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    read = picture.read(data)
    assert isinstance(read, NoPicture) and (read.reason == reason or reason == "broken")


def test_a_picture_cut_off_half_way_is_refused() -> None:
    for kind in ("JPEG", "PNG", "GIF"):
        whole = drawn(300, 200, kind, noise=True)
        assert isinstance(picture.read(whole[: len(whole) // 2]), NoPicture)


def test_what_the_camera_wrote_is_gone_and_the_picture_upright() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "taken at home, 40.44 N"  # on its side
    exif.get_ifd(0x8825)[1] = "N"
    made = picture.read(drawn(64, 48, "JPEG", exif=exif, comment=b"a secret"))
    assert isinstance(made, Picture) and (made.width, made.height) == (48, 64)
    assert b"Exif" not in made.data and b"home" not in made.data and b"secret" not in made.data


def test_words_hidden_in_a_png_or_behind_a_gif_are_gone() -> None:
    text = b"tEXtComment\0a secret"
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    png = drawn(kind="PNG")
    for data in (png[:33] + chunk + png[33:], drawn(kind="GIF", comment=b"a secret") + b"PK\3\4 a secret archive"):
        assert b"secret" in data
        made = picture.read(data)
        assert isinstance(made, Picture) and b"secret" not in made.data


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    size = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    header = b"IHDR" + size
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(size)) + header + struct.pack(">I", zlib.crc32(header))
    body = b"IDAT" + zlib.compress(b"\0" * 1000)
    png += struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    found = picture.read(png)
    assert found == NoPicture("too_many_pixels")


def test_a_large_one_is_shrunk_below_the_limit_and_no_further() -> None:
    data = drawn(2600, 1900, "JPEG", noise=True, quality=95)
    whole = picture.read(data)
    assert isinstance(whole, Picture) and not whole.small_enough
    made = picture.shrunk(data)
    assert isinstance(made, Picture) and len(made.data) < picture.LIMIT and made.type == "image/jpeg"
    assert made.width >= 640 and abs(made.width / made.height - 2600 / 1900) < 0.02


def test_see_through_parts_become_white_in_a_smaller_one() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (400, 300), (0, 0, 0, 0)).save(out, "PNG")
    assert opened(picture.read(out.getvalue())).mode == "RGBA"
    assert opened(picture.shrunk(out.getvalue())).convert("RGB").getpixel((5, 5)) == (255, 255, 255)


def test_what_phones_write_behind_a_jpeg_is_left_away() -> None:
    made = picture.read(drawn(kind="MPO", save_all=True, append_images=[Image.new("RGB", (64, 48))]))
    assert isinstance(made, Picture) and made.type == "image/jpeg" and opened(made).format == "JPEG"


def gif_of(screen: tuple[int, int], frames: list[tuple[int, int]]) -> bytes:
    """Frames may be larger than the screen they are said to be on."""
    made = b"GIF89a" + struct.pack("<HHBBB", *screen, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    kinds = {size: frame_of(*size) for size in set(frames)}
    return made + b"".join(kinds[size] for size in frames) + b";"


def frame_of(width: int, height: int) -> bytes:
    """Without what stands around the frames of a file."""
    one = drawn(width, height, "GIF")
    start = 13 + (3 * (2 << (one[10] & 7)) if one[10] & 0x80 else 0)
    return one[one.index(b"\x2c", start) : -1]


@pytest.mark.parametrize("frames", [[(10, 10)] + [(8_000, 8_000)] * 4, [(1, 1)] * 5_000], ids=["large", "many"])
def test_a_gif_that_grows_is_refused_before_it_does(frames: list[tuple[int, int]]) -> None:
    data = gif_of((10, 10), frames)
    assert len(data) < 400_000
    assert picture.read(data) == NoPicture("too_many_pixels")


def test_a_moving_picture_that_can_not_be_small_is_offered_standing() -> None:
    frames = [Image.effect_noise((400, 300), 90).convert("P") for _ in range(60)]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    made = picture.shrunk(out.getvalue())
    assert isinstance(made, Picture) and made.small_enough and made.type == "image/jpeg"


def test_gray_of_sixteen_bits_keeps_its_tones() -> None:
    image = Image.new("I;16", (256, 1))
    image.putdata([n * 257 for n in range(256)])
    out = io.BytesIO()
    image.save(out, "PNG")
    tones = list(opened(picture.read(out.getvalue())).convert("L").getdata())
    assert len(set(tones)) > 200 and tones[0] < 3 and tones[-1] > 252


def test_a_moving_gif_goes_on_moving() -> None:
    frames = [Image.new("RGB", (50, 40), color) for color in ("red", "green", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=[100, 200, 300], loop=0)
    made = opened(picture.read(out.getvalue()))
    assert made.n_frames == 3  # type: ignore[attr-defined]
    made.seek(1)
    assert made.info["duration"] == 200


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_is_read(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (30, 20)).save(out, "PNG")
    assert opened(picture.read(out.getvalue())).size == (30, 20)


@given(st.binary(max_size=400), st.integers(0, 200), st.sampled_from(["JPEG", "PNG", "GIF"]))
@settings(max_examples=60, deadline=None)
def test_broken_bytes_are_refused_and_never_raise(noise: bytes, at: int, kind: str) -> None:
    whole = drawn(16, 12, kind)
    for data in (noise, whole[:at] + noise + whole[at:], whole[:8] + noise):
        for made in (picture.read(data), picture.shrunk(data)):
            assert isinstance(made, Picture | NoPicture)
