"""封存 — what must be kept for a while but may name nobody to whoever reads the database without the route key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

KEY_BYTES = 32
_NONCE_BYTES = 12
# Sealed values are filled up to a multiple of this, so that their length tells little.
_BLOCK = 512


class SealBroken(Exception):
    """The value was sealed with another key, for another purpose, or was changed since."""


class Seal:
    """Seals with ChaCha20-Poly1305 and marks with HMAC-SHA256, each under its own key derived from the route key.

    What a value is about is authenticated with it, so one that is moved to another row does not open there.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError("a route key has 32 bytes")
        self._boxing = hmac.digest(key, b"anshao/box/1", "sha256")
        self._marking = hmac.digest(key, b"anshao/mark/1", "sha256")

    # The library takes seven megabytes, and a bureau may be at rest for days before anything is sealed.
    @cached_property
    def _box(self) -> ChaCha20Poly1305:
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        return ChaCha20Poly1305(self._boxing)

    def close(self, about: str, value: object) -> str:
        """The value, which must be JSON, as sealed text."""
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        nonce = secrets.token_bytes(_NONCE_BYTES)
        plain += b" " * (-len(plain) % _BLOCK)
        return base64.b64encode(nonce + self._box.encrypt(nonce, plain, about.encode())).decode()

    def open(self, about: str, sealed: str) -> Any:
        """The value again. Raises SealBroken."""
        from cryptography.exceptions import InvalidTag

        try:
            raw = base64.b64decode(sealed, validate=True)
            return json.loads(self._box.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], about.encode()))
        except (ValueError, InvalidTag) as fault:
            raise SealBroken from fault

    def mark(self, *words: object) -> str:
        """A mark by which these words are recognised again, and nothing else can be learnt; 64 hex digits."""
        return hmac.new(self._marking, "\x1f".join(map(str, words)).encode(), hashlib.sha256).hexdigest()


def route_key(file: Path) -> bytes:
    """The route key in that file, made when there is none: owner-only, and on the disk before it is used.

    Raises ValueError when the file is not a route key, OSError when it cannot be read or written.
    """
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        key = file.read_bytes()
        if len(key) != KEY_BYTES:
            raise ValueError(f"{file} is not a route key; put the right one back") from None
        return key
    key = secrets.token_bytes(KEY_BYTES)
    with os.fdopen(handle, "wb") as new:
        new.write(key)
        new.flush()
        os.fsync(new.fileno())
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return key


class HourlyCount:
    """How often each person did something this hour, in memory only and under a key that changes with the hour.

    It is lost at a restart on purpose: a limit on abuse that remembers nobody (RELIABILITY A8).
    """

    def __init__(self) -> None:
        self._hour = -1
        self._key = b""
        self._counts: dict[bytes, int] = {}

    def add(self, who: int, epoch_seconds: float) -> int:
        """Count once more; returns how often that makes within the clock hour."""
        hour = int(epoch_seconds // 3600)
        if hour != self._hour:
            self._hour, self._key, self._counts = hour, secrets.token_bytes(KEY_BYTES), {}
        mark = hmac.digest(self._key, str(who).encode(), "sha256")
        self._counts[mark] = self._counts.get(mark, 0) + 1
        return self._counts[mark]
