"""页 — one TOML file of content, which can still say on which line each of its values stands."""

import re
import tomllib
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
