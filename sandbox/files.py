"""文件 — bytes sent by either side, their identifiers, image sizes and download links."""

from __future__ import annotations

import asyncio
import hashlib
import io
import secrets
import warnings
from pathlib import Path
from typing import Any

JSON = dict[str, Any]
MAX_DOWNLOAD = 20_000_000
MAX_UPLOAD = 50_000_000
MAX_PHOTO = 10_485_760
LINK_FOR = 3600
THUMB_SIDE = 320
_FOLDERS = {"photo": "photos", "document": "documents", "video": "videos"}


def image_size(content: bytes) -> tuple[int, int] | None:
    """Width and height in pixels by the header alone; None if these bytes are no image Telegram takes."""
    from PIL import Image

    try:
        with (
            warnings.catch_warnings(action="ignore"),
            Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")) as image,
        ):
            return image.size
    except Exception:  # hostile bytes: a decoder may raise anything
        return None


def fitted(size: tuple[int, int], side: int) -> tuple[int, int]:
    """A size scaled down to fit a square of this side."""
    scale = min(1.0, side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _thumbnail(content: bytes, side: int) -> bytes:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.width * image.height > 25_000_000:
                return content
            small = image.convert("RGB")
            small.thumbnail((side, side))
            out = io.BytesIO()
            small.save(out, "JPEG", quality=80)
            return out.getvalue()
    except Exception:  # hostile bytes: then the small size is the big one
        return content


class Files:
    """Records of files by id (shared with the world) and where their bytes are."""

    def __init__(self, records: dict[str, JSON], directory: Path | None) -> None:
        self.records = records
        self.directory = directory / "files" if directory else None
        self._bytes: dict[str, bytes] = {}
        self._links: dict[str, tuple[str, int]] = {}
        if self.directory:
            self.directory.mkdir(parents=True, exist_ok=True)

    def keep(self, kind: str, name: str, mime: str, content: bytes, number: int, size: tuple[int, int] | None) -> JSON:
        """Store bytes and return the record of the new file, for the caller to commit."""
        digest = hashlib.sha256(content).hexdigest()
        key = f"{number}-{secrets.token_hex(4)}"
        if self.directory:
            (self.directory / key).write_bytes(content)
        else:
            self._bytes[key] = content
        return {
            "file_id": f"{'AgAC' if kind == 'photo' else 'BQAC'}AgUAAxkBAAI{key}{digest[:16]}",
            "key": key,
            "unique": f"AQAD{digest[:12]}",
            "kind": kind,
            "name": name,
            "mime": mime,
            "number": number,
            "size": len(content),
            "width": size[0] if size else None,
            "height": size[1] if size else None,
        }

    def find(self, file_id: str) -> JSON | None:
        """The record of a file or of the small size of a photo ("…-s"), None if there is none."""
        record = self.records.get(file_id)
        if record is None and file_id.endswith("-s"):
            record = self.records.get(file_id[:-2])
        return record

    async def read(self, file_id: str) -> bytes:
        """The bytes; raises KeyError or OSError."""
        record = self.find(file_id)
        if record is None:
            raise KeyError(file_id)
        if self.directory:
            content: bytes = await asyncio.to_thread((self.directory / record["key"]).read_bytes)
        else:
            content = self._bytes[record["key"]]
        if file_id.endswith("-s") and file_id not in self.records:
            return await asyncio.to_thread(_thumbnail, content, THUMB_SIDE)
        return content

    def link(self, file_id: str, now: int) -> str:
        """A download path good for an hour from `now` (Unix seconds)."""
        record = self.records[file_id.removesuffix("-s")] if file_id not in self.records else self.records[file_id]
        suffix = Path(record["name"]).suffix.lower() if record["kind"] != "photo" else ".jpg"
        small = "s" if file_id not in self.records else ""
        path = f"{_FOLDERS.get(record['kind'], 'documents')}/file_{record['number']}{small}{suffix}"
        self._links[path] = (file_id, now + LINK_FOR)
        return path

    def behind(self, path: str, now: int) -> str | None:
        """The file a download path leads to; None if it was never given out or has expired."""
        file_id, until = self._links.get(path, ("", 0))
        return file_id if now < until else None

    def photo_sizes(self, record: JSON) -> list[JSON]:
        """`PhotoSize` objects, small to large."""
        size = (record["width"] or 800, record["height"] or 600)
        large = {
            "file_id": record["file_id"],
            "file_unique_id": record["unique"],
            "file_size": record["size"],
            "width": size[0],
            "height": size[1],
        }
        if max(size) <= THUMB_SIDE:
            return [large]
        width, height = fitted(size, THUMB_SIDE)
        small = {
            "file_id": f"{record['file_id']}-s",
            "file_unique_id": f"{record['unique']}s",
            "file_size": min(record["size"], width * height // 4),
            "width": width,
            "height": height,
        }
        return [small, large]

    def document(self, record: JSON) -> JSON:
        """The `Document` object."""
        return {
            "file_name": record["name"],
            "mime_type": record["mime"],
            "file_id": record["file_id"],
            "file_unique_id": record["unique"],
            "file_size": record["size"],
        }
