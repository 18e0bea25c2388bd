"""成稿 — what a notice consists of: words with pictures, or words with one file, put together message by message."""

from __future__ import annotations

from dataclasses import dataclass, replace

from domain.parting import TEXT_LIMIT
from domain.refusal import Refusal

# Bot API: an album holds 2 to 10 pictures.
MOST_PHOTOS = 10
# About five full messages for each recipient; whatever is longer is better read as a file.
MOST_SIGNS = 20_000


class BroadcastEmpty(Refusal):
    """Neither words nor a picture nor a file: there is nothing to tell."""


class BroadcastTooLong(Refusal):
    """More than a notice may say in all its messages; `over` says by how many characters, `limit` how many it may."""


class PhotosFull(Refusal):
    """An album holds no more pictures; `limit` says how many it does."""


class MediaMixed(Refusal):
    """A notice holds pictures or one file, not both and not two files."""


@dataclass(frozen=True, slots=True)
class Content:
    """What an official wrote: photos and document are Telegram's ids of files it has."""

    text: str = ""
    photos: tuple[str, ...] = ()
    document: str = ""
    name: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.text or self.photos or self.document)

    @property
    def kind(self) -> str:
        """`photo`, `album` or `document` for what goes with the words; empty when they go alone."""
        if self.document:
            return "document"
        return ("", "photo", "album")[min(len(self.photos), 2)]

    @property
    def files(self) -> tuple[str, ...]:
        return (self.document,) if self.document else self.photos

    def adding(self, more: Content) -> Content:
        """This and what was sent after it. Raises MediaMixed, PhotosFull, BroadcastTooLong."""
        photos = (*self.photos, *more.photos)
        if (self.document and (more.document or more.photos)) or (more.document and photos):
            raise MediaMixed
        if len(photos) > MOST_PHOTOS:
            raise PhotosFull(limit=MOST_PHOTOS)
        grown = replace(
            self, text=_joined(self.text, more.text), photos=photos, document=self.document or more.document,
            name=self.name or more.name,
        )  # fmt: skip
        grown.must_fit()
        return grown

    def must_fit(self) -> None:
        """Raises BroadcastEmpty, or BroadcastTooLong for more than a notice may say."""
        if self.is_empty:
            raise BroadcastEmpty
        if (signs := signs_in(self.text)) > MOST_SIGNS:
            raise BroadcastTooLong(over=signs - MOST_SIGNS, limit=MOST_SIGNS)


def signs_in(text: str) -> int:
    """Length of plain text in UTF-16 units, as Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def _joined(first: str, then: str) -> str:
    if not first or not then:
        return first or then
    # Telegram's own apps cut a long paste into full messages: what was one sentence stays one.
    return first + ("" if signs_in(first) % TEXT_LIMIT == 0 else "\n") + then
