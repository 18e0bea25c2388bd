"""播错 — copies the real content into a scratch folder and plants one flaw, telling on which line."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import content

_KINDS = (
    "calendars",
    "campaigns",
    "cards",
    "checklists",
    "clauses",
    "lessons",
    "questions",
    "sources",
    "specials",
    "templates",
)
_FILES = ("hotlines.toml", "hotline_guide.toml", "industries.toml", "topics.toml")


@dataclass(frozen=True)
class Plot:
    """A copy of the content folder in which flaws can be planted."""

    folder: Path

    @classmethod
    def dug(cls, folder: Path) -> "Plot":
        shipped = Path(content.__file__).parent
        for kind in _KINDS:
            shutil.copytree(shipped / kind, folder / kind)
        for name in _FILES:
            shutil.copy(shipped / name, folder / name)
        return cls(folder)

    def plant(self, name: str, old: str, new: str, after: str = "") -> int:
        """Replace the first `old` behind `after` by `new`; the line of its first character, from 1."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        start = text.index(old, text.index(after))
        path.write_text(text[:start] + new + text[start + len(old) :], encoding="utf-8")
        return text.count("\n", 0, start) + 1

    def line_of(self, name: str, words: str, nth: int = 1) -> int:
        """Line of the nth occurrence of some words."""
        text = (self.folder / name).read_text(encoding="utf-8")
        at = -1
        for _ in range(nth):
            at = text.index(words, at + 1)
        return text.count("\n", 0, at) + 1
