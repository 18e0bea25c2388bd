"""Pictures of a wanted size, made on the spot."""

from __future__ import annotations

import io
import os

from PIL import Image


def png(width: int, height: int, has_noise: bool = False) -> bytes:
    """A PNG; with noise its bytes hardly compress."""
    if has_noise:
        image = Image.frombytes("RGB", (width, height), os.urandom(width * height * 3))
    else:
        image = Image.new("RGB", (width, height), (200, 60, 40))
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()
