"""书架 — the stories told so far, each in a world of its own, told once whoever asks."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from tempfile import mkdtemp

from tests.faults import beginnings
from tests.faults.enumerating import Chapter, Enumerator
from tests.faults.grounds import Ground, PostgresGround, SqliteGround
from tests.faults.telegram_side import TelegramSide


class Library:
    """On SQLite below `folder`; on PostgreSQL when a server is given."""

    def __init__(self, folder: Path, empty: Path, telegram: TelegramSide, server: str = "") -> None:
        self._folder, self._empty, self._telegram, self._server = folder, empty, telegram, server
        self._told: dict[tuple[str, frozenset[str]], tuple[Enumerator, list[Chapter]]] = {}

    def story(self, name: str, steps: Collection[str] = ()) -> tuple[Enumerator, list[Chapter]]:
        """A story and its watched steps: these, or all of them."""
        key = name, frozenset(steps)
        if key not in self._told:
            teller = Enumerator(self._ground(name), self._telegram, getattr(beginnings, name))
            last = [step for step in steps if step][-1] if steps else "the end"
            chapters = teller.chapters(lambda step: not steps or step.name in steps, until=last)
            self._told[key] = teller, chapters
        return self._told[key]

    def _ground(self, name: str) -> Ground:
        folder = Path(mkdtemp(dir=self._folder))
        return (
            PostgresGround(folder, self._server, "template_anshao")
            if self._server
            else SqliteGround(folder, self._empty)
        )

    def close(self) -> None:
        """Give servers back as they were."""
        for enumerator, _ in self._told.values():
            if isinstance(enumerator.ground, PostgresGround):
                enumerator.ground.close()
