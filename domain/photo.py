"""照片 — what counts as a photo here, and why one is refused; the answer it belongs to is kept in any case."""

from dataclasses import dataclass

from domain.refusal import Refusal

MAX_BYTES = 20 * 1024 * 1024  # what the Bot API lets a bot download
MAX_PIXELS = 25_000_000
LONGEST_SIDE = 2560
LONGEST_THUMB_SIDE = 480


class PhotoTooLarge(Refusal):
    """The file is larger than a photo may be. Facts: `megabytes`, the limit."""


class PhotoTooManyPixels(Refusal):
    """The picture has more pixels than may be decoded. Facts: `width`, `height`, `megapixels`, the limit."""


class PhotoNotAPicture(Refusal):
    """The file is not a JPEG, PNG or WebP, whatever its name says."""


class PhotoDamaged(Refusal):
    """The file begins like a picture but cannot be read to its end within bounds."""


def kind_of(head: bytes) -> str | None:
    """JPEG, PNG or WEBP as the first 12 bytes announce it, or None for whatever is not taken."""
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    return None


@dataclass(frozen=True, slots=True)
class PhotoBytes:
    """A picture drawn again from its pixels: nothing of the sender's file but what can be seen.

    `jpeg` and `thumb` are JPEG files without metadata, `width` and `height` the pixels of `jpeg`,
    `sha256` the lower-case hex digest of `jpeg`.
    """

    jpeg: bytes
    width: int
    height: int
    sha256: str
    thumb: bytes
