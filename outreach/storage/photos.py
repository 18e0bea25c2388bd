"""照片存放 — files named for their content, whole or absent, never half-written."""

import os
import re
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex

from domain.photo import PhotoBytes

_DIGEST = re.compile(r"[0-9a-f]{64}")
_PART = ".part"
_STALE_FOR = timedelta(hours=1)


class PhotoStore:
    """Photos in one folder, `ab/cdef….jpg` with its `.thumb.jpg` beside it.

    All methods touch the disk and block: call them off the event loop.  Equal pictures share a file,
    so whoever removes one asks first whether another row still names it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, photo: PhotoBytes) -> None:
        """Keep a photo; once this returns, it is on the disk even if the power fails.

        Raises:
            OSError: the disk is full or cannot be written; nothing half-written is left under the name.
        """
        if self.exists(photo.sha256):
            # Wanted again from now on: the sweep of what nobody names goes by this time.
            self._path(photo.sha256).touch()
            return
        # The thumbnail goes first: a photo that exists has one.
        self._write(self._thumb_path(photo.sha256), photo.thumb)
        self._write(self._path(photo.sha256), photo.jpeg)

    def read(self, sha256: str) -> bytes:
        """The JPEG of that digest.

        Raises:
            FileNotFoundError: there is none.
            ValueError: that is no digest.
        """
        return self._path(sha256).read_bytes()

    def thumb(self, sha256: str) -> bytes:
        """Its thumbnail, as JPEG; raises as `read` does."""
        return self._thumb_path(sha256).read_bytes()

    def old(self, before: datetime) -> list[str]:
        """The digests of all photos that were last saved before that instant."""
        files = (p for p in self._folder.glob("[0-9a-f][0-9a-f]/*.jpg") if _is_older(p, before))
        return sorted(digest for p in files if _DIGEST.fullmatch(digest := p.parent.name + p.stem))

    def path(self, sha256: str) -> Path:
        """Where the photo of that digest is or would be; ValueError when that is no digest."""
        return self._path(sha256)

    def exists(self, sha256: str) -> bool:
        """Whether the photo is stored, whole and with its thumbnail."""
        return self._path(sha256).is_file() and self._thumb_path(sha256).is_file()

    def remove(self, sha256: str) -> None:
        """Forget a photo and its thumbnail; one that is not there is no error."""
        self._path(sha256).unlink(missing_ok=True)
        self._thumb_path(sha256).unlink(missing_ok=True)

    def date_back(self, sha256: str, seconds: float) -> None:
        """Let a photo's files say that they were written then (seconds since 1970): their own time may tell who."""
        for path in (self._path(sha256), self._thumb_path(sha256)):
            os.utime(path, (seconds, seconds))

    def tidy(self, now: datetime) -> int:
        """Remove what writers killed over an hour ago left behind. How many files that were."""
        stale = [part for part in self._folder.glob(f"*/*{_PART}") if _is_older(part, now - _STALE_FOR)]
        for part in stale:
            part.unlink(missing_ok=True)
        return len(stale)

    def _path(self, sha256: str) -> Path:
        # A digest comes from a row, but a row may come from a restored or edited database.
        if not _DIGEST.fullmatch(sha256):
            raise ValueError("not a SHA-256 digest in lower-case hex")
        return self._folder / sha256[:2] / f"{sha256[2:]}.jpg"

    def _thumb_path(self, sha256: str) -> Path:
        return self._path(sha256).with_suffix(".thumb.jpg")

    def _write(self, path: Path, content: bytes) -> None:
        is_new_folder = not path.parent.is_dir()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{token_hex(8)}{_PART}")
        try:
            with part.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        _sync(path.parent)
        if is_new_folder:
            _sync(self._folder)


def _is_older(path: Path, before: datetime) -> bool:
    """Whether a file was last written before that instant; one that is gone meanwhile was not."""
    try:
        return path.stat().st_mtime < before.timestamp()
    except FileNotFoundError:
        return False


def _sync(folder: Path) -> None:
    """Make the names in a folder durable, as fsync of a file makes its content."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
