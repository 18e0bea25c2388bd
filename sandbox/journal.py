"""留痕 — an append-only file of everything that changed, from which a restarted sandbox remembers."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

JSON = dict[str, Any]
_dumps = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


class Journal:
    """JSON lines in `directory`/journal.jsonl; without a directory nothing is kept.

    A line is handed to the operating system before the change is answered, so killing the process loses nothing.
    Raises BlockingIOError if another sandbox uses the directory.
    """

    def __init__(self, directory: Path | None) -> None:
        self.directory = directory
        self._file: BinaryIO | None = None
        if directory is not None:
            directory.mkdir(parents=True, exist_ok=True)
            self._file = (directory / "journal.jsonl").open("ab+", buffering=0)
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                self.close()
                raise

    def replay(self) -> Iterator[JSON]:
        """Every complete record so far; a line torn by a crash is cut off."""
        if self._file is None or self.directory is None:
            return
        kept = 0
        with (self.directory / "journal.jsonl").open("rb") as lines:
            for line in lines:
                try:
                    record = json.loads(line) if line.endswith(b"\n") else None
                except ValueError:
                    record = None
                if not isinstance(record, dict):
                    break
                kept += len(line)
                yield record
        self._file.truncate(kept)

    def append(self, record: JSON) -> None:
        """Keep one change."""
        if self._file is not None:
            self._file.write(_dumps(record).encode() + b"\n")

    def close(self) -> None:
        """Let the directory go."""
        if self._file is not None:
            self._file.close()
            self._file = None
