"""照片 — what counts as a photo here, and why one is refused; the answer it belongs to is kept in any case."""

from dataclasses import dataclass

from domain.refusal import Refusal

MAX_BYTES = 20 * 1024 * 1024  # what the Bot API lets a bot download
MAX_PIXELS = 25_000_000
LONGEST_SIDE = 2560
LONGEST_THUMB_SIDE = 480
# 感知哈希: in a picture of 9 by 8 greys, whether each is lighter than its neighbour on the right.
LOOK_BITS = 64
MOST_BITS_APART = 10
FEWEST_CHANGES = 8


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
    `sha256` the lower-case hex digest of `jpeg`, `look` how it looks, 64 bits in lower-case hex, empty if unknown.
    """

    jpeg: bytes
    width: int
    height: int
    sha256: str
    thumb: bytes
    look: str = ""


def are_alike(one: str, other: str) -> bool:
    """Whether two pictures look like one and the same, saved again or a little cropped; never more than a hint.

    A picture of one colour, or of one shade into another, looks like any other such and is like none.
    """
    if not (_tells(one) and _tells(other)):
        return False
    return (int(one, 16) ^ int(other, 16)).bit_count() <= MOST_BITS_APART


def _tells(look: str) -> bool:
    return bool(look) and FEWEST_CHANGES <= int(look, 16).bit_count() <= LOOK_BITS - FEWEST_CHANGES
