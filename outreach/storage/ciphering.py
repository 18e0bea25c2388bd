"""加密备份 — a file written and read in pieces under a key that lies elsewhere; cut short or changed, it does not open.

AES-256-GCM in the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015): the nonce of each piece counts on and
says whether it is the last one, so that pieces can be neither dropped, nor moved, nor appended.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from outreach.storage.copying import CopyFault

# Loaded with the first file that is sealed or opened: many bureaux seal none.
if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"anshao-sealed-1\n"
SEALED = ".aes"
_SALT_BYTES, _TAG_BYTES = 16, 16
PIECE = 1 << 20


class ArchiveKey:
    """The secret under which backups are sealed; each file has a key of its own, derived with a salt."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def __repr__(self) -> str:
        return "ArchiveKey(…)"

    def box(self, salt: bytes) -> AESGCM:
        """The cipher of the file with that salt."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        return AESGCM(HKDF(SHA256(), 32, salt, b"anshao/backup/1").derive(self._secret))


def _nonce(count: int, is_last: bool) -> bytes:
    return count.to_bytes(11, "big") + bytes([is_last])


class _Sealing(io.RawIOBase):
    def __init__(self, file: IO[bytes], key: ArchiveKey) -> None:
        salt = secrets.token_bytes(_SALT_BYTES)
        file.write(MAGIC + salt)
        self._file, self._box, self._count, self._held = file, key.box(salt), 0, bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held += data
        # The last piece, full or not, is written by `finish`.
        while len(self._held) > PIECE:
            self._put(bytes(self._held[:PIECE]), False)
            del self._held[:PIECE]
        return len(data)

    def finish(self) -> None:
        self._put(bytes(self._held), True)

    def _put(self, plain: bytes, is_last: bool) -> None:
        self._file.write(self._box.encrypt(_nonce(self._count, is_last), plain, None))
        self._count += 1


class _Opening(io.RawIOBase):
    def __init__(self, file: IO[bytes], key: ArchiveKey, name: str) -> None:
        self._file, self._name, self._count, self._held = file, name, 0, b""
        self._box = key.box(file.read(_SALT_BYTES))
        self._next = file.read(PIECE + _TAG_BYTES)
        self._is_over = False

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        while not self._held and not self._is_over:
            self._take()
        count = min(len(into), len(self._held))
        into[:count], self._held = self._held[:count], self._held[count:]
        return count

    def _take(self) -> None:
        from cryptography.exceptions import InvalidTag

        piece, self._next = self._next, self._file.read(PIECE + _TAG_BYTES)
        self._is_over = not self._next
        try:
            self._held = self._box.decrypt(_nonce(self._count, self._is_over), piece, None)
        except (InvalidTag, ValueError):
            where = "it was sealed with another key, or its" if self._count == 0 else "its"
            raise CopyFault(f"{self._name} cannot be opened: {where} contents are cut short or changed") from None
        self._count += 1


@contextmanager
def sealed_to(path: Path, key: ArchiveKey | None) -> Iterator[IO[bytes]]:
    """A file to write to, sealed when there is a key. Complete only when the block has ended without a fault."""
    with path.open("wb") as file:
        if key is None:
            yield file
            return
        sealing = _Sealing(file, key)
        yield sealing  # type: ignore[misc]
        sealing.finish()


@contextmanager
def opened(path: Path, key: ArchiveKey | None) -> Iterator[IO[bytes]]:
    """What a file holds, sealed or not. Raises CopyFault for a sealed one without its key, and OSError."""
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            file.seek(0)
            yield file
            return
        if key is None:
            raise CopyFault(
                f"{path.name} is encrypted: name the file that holds the key it was made with in ANSHAO_BACKUP_KEY_FILE"
            )
        yield io.BufferedReader(_Opening(file, key, path.name), PIECE)
