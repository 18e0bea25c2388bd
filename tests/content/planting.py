"""播错 — copies the real content into a scratch folder and plants one flaw, telling on which line."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import content
from content.catalogue import Catalogue
from content.proof import proof

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

    def proved(self) -> list[tuple[str, int, str]]:
        """What the proof finds in it: file, line and code."""
        return [
            (found.file, found.line, found.code)
            for found in proof(Catalogue.load(self.folder, keep_pages=True)).findings
        ]

    def line_of(self, name: str, words: str, nth: int = 1) -> int:
        """Line of the nth occurrence of some words."""
        text = (self.folder / name).read_text(encoding="utf-8")
        at = -1
        for _ in range(nth):
            at = text.index(words, at + 1)
        return text.count("\n", 0, at) + 1


# Flaws this many characters apart do not meddle with one another.
APART = 600


@dataclass(frozen=True)
class Flaw:
    """One flaw, by what it is called: the first `old` behind `after` becomes `new`."""

    called: str
    name: str
    old: str
    new: str
    after: str = ""

    @property
    def start(self) -> int:
        """Where it will stand in the shipped file."""
        text = (Path(content.__file__).parent / self.name).read_text(encoding="utf-8")
        return text.index(self.old, text.index(self.after))


@dataclass
class Season:
    """Flaws that lie far enough apart to be planted in one copy and proof-read at one go."""

    flaws: list[Flaw] = field(default_factory=list)

    def takes(self, flaw: Flaw) -> bool:
        """Whether there is room: no neighbour near, and no line above it moved."""
        return flaw.old.count("\n") == flaw.new.count("\n") and all(
            other.name != flaw.name or abs(other.start - flaw.start) > APART for other in self.flaws
        )

    def sow(self, folder: Path) -> tuple[Plot, dict[str, int]]:
        """A copy with all of them, and the line of each; from the end of a file, so that no place moves."""
        plot = Plot.dug(folder)
        lines = {}
        for flaw in sorted(self.flaws, key=lambda one: -one.start):
            lines[flaw.called] = plot.plant(flaw.name, flaw.old, flaw.new, flaw.after)
        return plot, lines


def seasons(flaws: Sequence[Flaw]) -> list[Season]:
    """As few copies as it takes."""
    found: list[Season] = []
    for flaw in flaws:
        season = next((one for one in found if one.takes(flaw)), None)
        if season is None:
            found.append(season := Season())
        season.flaws.append(flaw)
    return found


def harvest(flaws: Sequence[Flaw], folder: Path) -> dict[str, tuple[int, list[tuple[str, int, str]]]]:
    """By flaw, the line it was planted on and all that the proof found in that copy."""
    found = {}
    for number, season in enumerate(seasons(flaws)):
        plot, lines = season.sow(folder / str(number))
        proved = plot.proved()
        found |= {called: (line, proved) for called, line in lines.items()}
    return found
