"""前后对比 — one picture of how it looked and how it looks now, side by side, with its number and both days."""

import base64
import io
from dataclasses import dataclass
from typing import Any

from content.papers.drawing import png_of, svg_form
from content.papers.glyphs import printable
from content.papers.lines import broken

WIDTH = 1280
GAP = 12
CELL = (WIDTH - 3 * GAP) // 2
TALLEST, LOWEST = 830, 420
TITLE_SIZE = 34
TITLE_LINES = 2
RED, GREEN = "#b3261e", "#0b5d3b"


@dataclass(frozen=True, slots=True)
class Side:
    """A photo, as a JPEG that we drew ourselves, and what is written below it."""

    jpeg: bytes
    caption: str


def pair_picture(title: str, before: Side, after: Side) -> bytes:
    """Both photos as one JPEG; takes tenths of a second, so call it off the event loop."""
    # Loaded when first needed.
    from PIL import Image

    room = max(LOWEST, min(TALLEST, max(_height(Image, side.jpeg) for side in (before, after))))
    lines = broken(" ".join(printable(title)[0].split()), TITLE_SIZE, WIDTH - 48)[:TITLE_LINES]
    band = 28 + 44 * len(lines)
    sides = [
        {
            "x": GAP + at * (CELL + GAP), "fill": fill, "caption": printable(side.caption)[0],
            "jpeg": base64.b64encode(side.jpeg).decode(),
        }
        for at, (side, fill) in enumerate(((before, RED), (after, GREEN)))
    ]  # fmt: skip
    svg = svg_form("pair.svg.j2").render(
        width=WIDTH, height=band + GAP + room + 72 + GAP, band=band, room=room, cell=CELL, title=lines, sides=sides,
    )  # fmt: skip
    out = io.BytesIO()
    with Image.open(io.BytesIO(png_of(svg))) as drawn:
        drawn.convert("RGB").save(out, "JPEG", quality=85)
    return out.getvalue()


def _height(images: Any, jpeg: bytes) -> int:
    """How high a photo is when it fills the width of its side."""
    with images.open(io.BytesIO(jpeg)) as picture:
        width, height = picture.size
    return int(CELL * height / width)
