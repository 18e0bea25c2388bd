"""暗房 — the program that opens one picture from a stranger, alone in a process with little memory and time.

A picture comes in on standard input.  One line goes out, and after `done` the two JPEGs:

    done WIDTH HEIGHT JPEG-LENGTH THUMB-LENGTH LOOK | too_many_pixels WIDTH HEIGHT | not_a_picture | damaged

An exit status other than 0 is a fault of the darkroom or the work of a limit.
"""

import io
import resource
import sys

from PIL import Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin  # noqa: F401  registers the three formats

from domain.photo import LONGEST_SIDE, LONGEST_THUMB_SIDE, MAX_BYTES, MAX_PIXELS, kind_of

_MEMORY_BYTES = 768 * 1024 * 1024  # address space: 25 million pixels as RGBA, as RGB and the program itself
_PROCESSOR_SECONDS = 10


class _Ruined(Exception):
    """Nothing will come of this picture; the message is the line that goes out."""


def develop(data: bytes) -> bytes:
    """The line, picture and thumbnail of the first frame, upright, on white, without metadata."""
    kind = kind_of(data[:12])
    if kind is None:
        raise _Ruined("not_a_picture")
    try:
        picture = _small_and_upright(data, kind)
    except _Ruined:
        raise
    except Exception as damage:  # a hostile file may raise anything from within a decoder
        raise _Ruined("damaged") from damage
    thumb = picture.copy()
    thumb.thumbnail((LONGEST_THUMB_SIDE, LONGEST_THUMB_SIDE), Image.Resampling.LANCZOS)
    jpeg, small = _jpeg(picture, 85), _jpeg(thumb, 80)
    return b"done %d %d %d %d %s\n" % (*picture.size, len(jpeg), len(small), _look(thumb)) + jpeg + small


def _small_and_upright(data: bytes, kind: str) -> Image.Image:
    if kind == "WEBP":
        _check_size(*_webp_canvas(data))  # Pillow allocates the canvas as soon as it opens one
    with Image.open(io.BytesIO(data), formats=[kind]) as picture:
        # Phones write several pictures into one JPEG; the first is the photo.
        if picture.format not in (kind, "MPO" if kind == "JPEG" else kind):
            raise _Ruined("not_a_picture")
        _check_size(*picture.size)
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        picture.load()
        turn = _turn(picture)
        plain = _in_plain_colours(picture)
        plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return _pixels_only(plain if turn is None else plain.transpose(turn))


def _check_size(width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise _Ruined("damaged")
    if width * height > MAX_PIXELS:
        raise _Ruined(f"too_many_pixels {width} {height}")


def _webp_canvas(data: bytes) -> tuple[int, int]:
    """Width and height that a WebP announces, in each of its three layouts (RFC 9649)."""
    chunk = data[12:16]
    if chunk == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if chunk == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if chunk == b"VP8 ":
        return int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF
    raise _Ruined("damaged")


def _turn(picture: Image.Image) -> Image.Transpose | None:
    try:
        orientation = picture.getexif().get(0x0112)
    except Exception:  # ruined EXIF costs the turning, not the photo
        return None
    return {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }.get(orientation if isinstance(orientation, int) else 1)


def _in_plain_colours(picture: Image.Image) -> Image.Image:
    if picture.mode in ("RGB", "L", "CMYK"):
        return picture
    if picture.mode.startswith("I"):  # 16-bit grey keeps its upper byte
        return picture.convert("I").point(lambda level: level * (1 / 256)).convert("L")
    if "A" in picture.getbands() or "transparency" in picture.info:
        seen = picture.convert("RGBA")
        sheet = Image.new("RGB", seen.size, "white")
        sheet.paste(seen, mask=seen.getchannel("A"))
        return sheet
    return picture.convert("RGB")


def _pixels_only(picture: Image.Image) -> Image.Image:
    """A new picture with these pixels: `save` would carry over a comment or profile of the old one."""
    clean = Image.new("RGB", picture.size)
    clean.paste(picture.convert("RGB"))
    return clean


def _look(picture: Image.Image) -> bytes:
    """64 bits in hex: of 9 by 8 greys, whether each is lighter than its neighbour on the right."""
    greys = picture.convert("L").resize((9, 8), Image.Resampling.BOX).tobytes()
    bits = 0
    for row in range(8):
        for at in range(row * 9, row * 9 + 8):
            bits = bits << 1 | (greys[at] > greys[at + 1])
    return b"%016x" % bits


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


def _bound() -> None:
    for limit, most in (
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_CPU, _PROCESSOR_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 8),
    ):
        _, hard = resource.getrlimit(limit)
        ceiling = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (ceiling, ceiling))


def main() -> None:
    """Develop the picture on standard input."""
    _bound()
    Image.MAX_IMAGE_PIXELS = None  # our own limit is lower, and refuses instead of warning
    try:
        told = develop(sys.stdin.buffer.read(MAX_BYTES))
    except _Ruined as ruined:
        told = f"{ruined}\n".encode()
    sys.stdout.buffer.write(told)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
