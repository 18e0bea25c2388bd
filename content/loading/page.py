"""页 — one TOML file of content, which can still say on which line each of its values stands."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from content.fault import ContentFault
from content.loading.lines import Steps, index_lines
from content.wording import say

_TOML_PLACE = re.compile(r"\(at line (\d+), column \d+\)")


class Page:
    """A parsed TOML file; `name` is its path relative to the content folder, with forward slashes."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        try:
            self.table: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise ContentFault(name, self._line_in(error), say("fault-toml", why=str(error))) from error

    @classmethod
    def read(cls, path: Path, folder: Path) -> "Page":
        """Read one file below the content folder.

        Raises:
            ContentFault: the file is missing, is not UTF-8 or is not TOML.
        """
        name = path.relative_to(folder).as_posix()
        try:
            return cls(name, path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise ContentFault(name, 1, say("fault-missing-file")) from error
        except UnicodeDecodeError as error:
            raise ContentFault(name, 1, say("fault-not-utf8")) from error

    def line(self, steps: Steps) -> int:
        """Line of the value at `steps`, or of its nearest parent that can be found; 1 at worst."""
        for length in range(len(steps), 0, -1):
            if (found := self._lines.get(steps[:length])) is not None:
                return found
        return 1

    # Only a flaw or the proof-reader asks for lines, so an ordinary start never pays for the index.
    @cached_property
    def _lines(self) -> dict[Steps, int]:
        return index_lines(self.text)

    def _line_in(self, error: tomllib.TOMLDecodeError) -> int:
        place = _TOML_PLACE.search(str(error))
        return int(place.group(1)) if place else self.text.count("\n") + 1


class Pages(Mapping[str, Page]):
    """The files that content came from, by name; one that was not kept is read again when somebody looks at it.

    What is made of a page needs it no longer, and only the proof-reader and whoever edits look at pages afterwards.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names: dict[str, None] = {}
        self._read: dict[str, Page] = {}

    def add(self, page: Page, keep: bool) -> Page:
        """Enter a page of this folder; the page again."""
        self._names[page.name] = None
        if keep:
            self._read[page.name] = page
        return page

    def __getitem__(self, name: str) -> Page:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._read:
            self._read[name] = Page.read(self._folder / name, self._folder)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
