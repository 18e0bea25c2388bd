"""照片 — sample files that tests send, drawn here so that no picture of a real place is needed."""

from __future__ import annotations

import hashlib
import io

from PIL import Image, ImageDraw


def named(name: str, size: tuple[int, int] = (640, 480)) -> bytes:
    """A JPEG that differs by name: a coloured wall with a box in front of it."""
    tint = hashlib.sha256(name.encode()).digest()
    image = Image.new("RGB", size, (tint[0], tint[1], 160))
    draw = ImageDraw.Draw(image)
    draw.rectangle((size[0] // 4, size[1] // 3, size[0] // 2 + tint[2] // 2, size[1] - 40), fill=(120, 80, tint[3]))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def document(name: str) -> tuple[str, bytes, str]:
    """A document by name: the demo register, pictures that are none or too much, a picture sent as a file."""
    if name == "register.xlsx":
        from content.catalogue import Catalogue
        from content.demo import demo_register

        industries = [industry.name for industry in Catalogue.shipped().industries.values()]
        return name, demo_register(industries), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    if name == "svg.jpg":
        return name, b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/jpeg"
    if name == "huge.png":
        out = io.BytesIO()
        Image.new("1", (9000, 9000)).save(out, "PNG")
        return name, out.getvalue(), "image/png"
    if name == "25-megabytes.jpg":
        return name, named(name).ljust(25_000_000, b"\0"), "image/jpeg"
    if name == "truncated.jpg":
        return name, named(name)[:3000], "image/jpeg"
    if name.endswith(".jpg"):
        return name, named(name), "image/jpeg"
    return name, b"not a workbook", "application/octet-stream"
