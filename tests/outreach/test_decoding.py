"""Whatever a stranger sends as a photo comes out as pixels only, or is refused for what is wrong with it."""

import asyncio
import contextlib
import hashlib
import io
import os
import random
import resource
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from domain.photo import PhotoBytes, PhotoDamaged, PhotoNotAPicture, PhotoTooLarge, PhotoTooManyPixels
from outreach.storage import decoding
from outreach.storage.decoding import DecodingFault, decode


def _encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def _scene(width: int = 640, height: int = 480, mode: str = "RGB") -> Image.Image:
    """Red in the upper left quarter, blue elsewhere: enough to see which way is up."""
    picture = Image.new("RGB", (width, height), "blue")
    picture.paste("red", (0, 0, width // 2, height // 2))
    return picture.convert(mode)


def _shown(photo: PhotoBytes) -> Image.Image:
    picture = Image.open(io.BytesIO(photo.jpeg))
    picture.load()
    assert picture.size == (photo.width, photo.height)
    return picture


def _is_red(picture: Image.Image, x: float, y: float) -> bool:
    red, _, blue = picture.convert("RGB").getpixel((int(x * (picture.width - 1)), int(y * (picture.height - 1))))  # type: ignore[misc]
    return red > 200 and blue < 60


def _markers(jpeg: bytes) -> list[int]:
    """The segments of a JPEG up to its scan; nothing but coding tables is wanted there."""
    found, at = [], 2
    while jpeg[at + 1] != 0xDA:
        found.append(jpeg[at + 1])
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return found


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _png(width: int, height: int, body: bytes, *before: bytes) -> bytes:
    header = _chunk(b"IHDR", struct.pack(">2I5B", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(before) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_the_three_kinds_come_out_as_jpeg(kind: str) -> None:
    photo = await decode(_encoded(_scene(), kind))
    picture = _shown(photo)
    assert picture.format == "JPEG"
    assert picture.size == (640, 480)
    assert _is_red(picture, 0.2, 0.2)
    assert not _is_red(picture, 0.8, 0.8)
    assert photo.sha256 == hashlib.sha256(photo.jpeg).hexdigest()
    assert Image.open(io.BytesIO(photo.thumb)).size == (480, 360)


async def test_a_large_photo_is_brought_down_to_its_longest_side() -> None:
    photo = await decode(_encoded(_scene(4000, 3000), "JPEG"))
    assert (photo.width, photo.height) == (2560, 1920)


async def test_equal_files_give_equal_photos() -> None:
    data = _encoded(_scene(), "WEBP")
    assert await decode(data) == await decode(data)


@pytest.mark.parametrize("size", [(1, 1), (1, 30_000), (30_000, 1)])
async def test_slivers_survive(size: tuple[int, int]) -> None:
    photo = await decode(_encoded(Image.new("RGB", size, "red"), "PNG"))
    assert max(photo.width, photo.height) <= 2560
    assert min(photo.width, photo.height) == 1


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "I;16"])
async def test_every_colour_mode_of_png_is_drawn(mode: str) -> None:
    source = (
        Image.new("I;16", (64, 64), 0xFFFF) if mode == "I;16" else Image.new("RGB", (64, 64), "white").convert(mode)
    )
    pixel = _shown(await decode(_encoded(source, "PNG"))).convert("L").getpixel((32, 32))
    assert isinstance(pixel, int)
    assert pixel > 250


async def test_transparent_parts_turn_white_and_cmyk_keeps_its_colour() -> None:
    glass = _shown(await decode(_encoded(Image.new("RGBA", (64, 64), (0, 0, 0, 0)), "PNG")))
    assert glass.convert("L").getpixel((32, 32)) == 255
    assert _is_red(_shown(await decode(_encoded(_scene(mode="CMYK"), "JPEG"))), 0.2, 0.2)


@pytest.mark.parametrize(
    ("orientation", "corner"),
    [(1, (0, 0)), (2, (1, 0)), (3, (1, 1)), (4, (0, 1)), (5, (0, 0)), (6, (1, 0)), (7, (1, 1)), (8, (0, 1))],
)
async def test_a_phone_held_any_way_gives_an_upright_photo(orientation: int, corner: tuple[int, int]) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = _shown(await decode(_encoded(_scene(), "JPEG", exif=exif)))
    assert picture.size == ((640, 480) if orientation < 5 else (480, 640))
    for x in (0, 1):
        for y in (0, 1):
            assert _is_red(picture, 0.1 + 0.8 * x, 0.1 + 0.8 * y) is ((x, y) == corner)


async def test_nothing_but_pixels_leaves() -> None:
    canary = b"canary-4711"
    exif = Image.Exif()
    exif[0x010E] = canary.decode()
    exif.get_ifd(0x8825)[1] = canary.decode()
    sources = [
        _encoded(_scene(), "JPEG", exif=exif, comment=canary, icc_profile=canary * 20, dpi=(301, 301)) + canary,
        _encoded(_scene(), "WEBP", exif=exif, xmp=canary, icc_profile=canary * 20),
        _png(8, 8, zlib.compress(bytes(16)), _chunk(b"tEXt", b"Comment\0" + canary), _chunk(b"eXIf", exif.tobytes())),
    ]
    for source in sources:
        assert canary in source
        photo = await decode(source)
        for jpeg in (photo.jpeg, photo.thumb):
            assert canary not in jpeg
            assert set(_markers(jpeg)) <= {0xE0, 0xDB, 0xC0, 0xC4}  # JFIF, tables, frame
            assert jpeg.endswith(b"\xff\xd9")


async def test_a_picture_that_is_also_a_page_and_an_archive_leaves_as_a_picture() -> None:
    page = b"<html><script>alert(1)</script></html>PK\x03\x04evil.exe"
    photo = await decode(_encoded(_scene(), "JPEG", comment=page) + page)
    assert b"script" not in photo.jpeg
    assert b"PK\x03\x04" not in photo.jpeg


async def test_of_an_animation_the_first_frame_is_taken() -> None:
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "green", "blue")]
    for kind in ("WEBP", "PNG"):
        picture = _shown(await decode(_encoded(frames[0], kind, save_all=True, append_images=frames[1:])))
        assert _is_red(picture, 0.5, 0.5)


async def test_of_several_pictures_in_one_jpeg_the_first_is_taken() -> None:
    second = Image.new("RGB", (640, 480), "green")
    assert _is_red(_shown(await decode(_encoded(_scene(), "MPO", save_all=True, append_images=[second]))), 0.2, 0.2)


async def test_nine_thousand_squared_is_refused_from_its_header() -> None:
    bomb = _png(9000, 9000, zlib.compress(bytes(9000 * 1126), 9))
    assert len(bomb) < 12_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(PhotoTooManyPixels) as refusal:
        await decode(bomb)
    assert refusal.value.facts == {"width": 9000, "height": 9000, "megapixels": 25}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000  # kB


@pytest.mark.parametrize(
    "layout",
    [
        b"VP8X\n\0\0\0" + b"\0\0\0\0" + b"\xff\xff\xff" * 2,
        b"VP8L\n\0\0\0" + b"\x2f\xff\xff\xff\x0f\0",
        b"VP8 \x20\0\0\0" + b"\0\0\0\x9d\x01\x2a" + b"\xff\x3f\xff\x3f",
    ],
)
async def test_a_webp_canvas_is_refused_before_it_is_allocated(layout: bytes) -> None:
    with pytest.raises(PhotoTooManyPixels):
        await decode(b"RIFF\0\0\0\0WEBP" + layout + bytes(64))


async def test_a_jpeg_header_that_promises_too_much_is_refused() -> None:
    jpeg = bytearray(_encoded(_scene(), "JPEG"))
    frame = jpeg.index(b"\xff\xc0")
    jpeg[frame + 5 : frame + 9] = b"\xff\xff\xff\xff"
    with pytest.raises(PhotoTooManyPixels):
        await decode(bytes(jpeg))


async def test_twenty_five_megabytes_are_refused_unread() -> None:
    with pytest.raises(PhotoTooLarge) as refusal:
        await decode(b"\xff\xd8\xff" + bytes(25_000_000))
    assert refusal.value.facts == {"megabytes": 20}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
        b'<?xml version="1.0"?><!DOCTYPE svg>',
        b"<html>404</html>",
        b"%PDF-1.7",
        b"II*\0" + bytes(100),
        b"\0\0\0\x18ftypheic" + bytes(100),
        _encoded(Image.new("P", (8, 8)), "GIF"),
        _encoded(Image.new("RGB", (8, 8)), "BMP"),
        b"RIFF\0\0\0\0AVI " + bytes(100),
    ],
)
async def test_what_is_no_photo_is_refused_whatever_its_name(data: bytes) -> None:
    with pytest.raises(PhotoNotAPicture):
        await decode(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_a_truncated_photo_is_refused(kind: str) -> None:
    noise = Image.frombytes("RGB", (100, 100), os.urandom(30_000))
    data = _encoded(noise, kind)
    with pytest.raises(PhotoDamaged):
        await decode(data[: len(data) // 2])


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff<html></html>",
        b"\x89PNG\r\n\x1a\n" + bytes(40),
        b"RIFF\0\0\0\0WEBPVP9 " + bytes(40),
        b"RIFF\0\0\0\0WEBP",
        _png(0, 5, b""),
        _png(8, 8, b"not zlib"),
        _png(8, 8, zlib.compress(bytes(16)), _chunk(b"zTXt", b"c\0\0" + zlib.compress(bytes(200_000_000), 9))),
    ],
)
async def test_what_only_begins_like_a_photo_is_refused(data: bytes) -> None:
    with pytest.raises(PhotoDamaged):
        await decode(data)


async def test_ruined_exif_costs_the_turning_and_not_the_photo() -> None:
    jpeg = _encoded(_scene(), "JPEG")
    ruined = jpeg[:2] + b"\xff\xe1" + struct.pack(">H", 40) + b"Exif\0\0" + b"MM\0*" + b"\xff" * 28 + jpeg[2:]
    assert _is_red(_shown(await decode(ruined)), 0.2, 0.2)


async def test_mutated_photos_end_in_a_photo_or_a_refusal() -> None:
    chance = random.Random(20261121)
    sources = [_encoded(_scene(80, 60), kind) for kind in ("JPEG", "PNG", "WEBP")]
    for _ in range(30):
        data = bytearray(chance.choice(sources))
        for _ in range(chance.randint(1, 20)):
            data[chance.randrange(12, len(data))] = chance.randrange(256)
        with contextlib.suppress(PhotoDamaged, PhotoTooManyPixels, PhotoNotAPicture):
            _shown(await decode(bytes(data)))


async def test_a_starved_darkroom_is_a_fault_and_not_the_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "_WALL_SECONDS", 0.005)
    with pytest.raises(DecodingFault):
        await decode(_encoded(_scene(), "PNG"))


async def test_a_cancelled_decoding_leaves_no_process() -> None:
    task = asyncio.create_task(decode(_encoded(_scene(4000, 3000), "PNG")))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    for child in children:
        assert "darkroom" not in Path(f"/proc/{child}/cmdline").read_text()
