"""试一试 — what a newcomer is invited to do on the demo page."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

_FILE = Path(__file__).parent / "hints.toml"


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing to try; `link` and `file` name what comes with it, `person` who follows the link."""

    title: str
    lines: tuple[str, ...]
    link: str
    person: int
    file: str


@dataclass(frozen=True, slots=True)
class Hints:
    official: str
    hints: tuple[Hint, ...]


def hints() -> Hints:
    """The hints as an editor wrote them."""
    told = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return Hints(
        told["official"],
        tuple(
            Hint(h["title"], tuple(h["lines"]), h.get("link", ""), h.get("person", 0), h.get("file", ""))
            for h in told["hint"]
        ),
    )
