"""本地说法 — a term such as 四个一 that has no national wording: its parts stay empty until a bureau fills them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TermPart:
    """One part of a term; `text` is empty until somebody writes what it means here."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class LocalTerm:
    """A term with its parts; `source` names the local document that says so, empty until then."""

    id: str
    name: str
    note: str
    source: str
    parts: tuple[TermPart, ...]

    @property
    def is_begun(self) -> bool:
        """Whether anything has been filled in."""
        return bool(self.source) or any(part.text for part in self.parts)

    @property
    def is_filled(self) -> bool:
        """Whether everything has been: only then may it be shown to anybody."""
        return bool(self.source) and all(part.text for part in self.parts)
