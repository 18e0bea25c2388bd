"""预写日志 — SQLite's write-ahead log beside the database: carried over in the background, and emptied when it must be.

A commit is one flush of the log. What stands there is carried over into the database by a second connection on a thread
of its own, so that no commit waits for it. What was erased still stands in the log until it is emptied: a minute at the
most while anything is written, and at once after a transaction that asks for it (`sharing.MUST_EMPTY`).
"""

from __future__ import annotations

import threading
import time
from contextlib import closing, suppress

from outreach.storage.sqlite_build import sqlite

# In pages of 4 KB. From so many on they are carried over in the background.
CARRIED_FROM = 1000
# While one commit follows the other without a pause the log never is carried over whole: from here on what is left of
# it is carried over between two of them. It bounds the log to 32 MB.
MOST_PAGES = 8000
MOST_PASSES = 5
EMPTIED_EVERY_SECONDS = 60.0
# Somebody who reads stands in the way of emptying; after so long it is tried again.
AGAIN_SECONDS = 0.25


class LoggedConnection(sqlite.Connection):
    """A connection of SQLite that looks after the log with each commit. Without `keep_log` it is one like any other."""

    _file = ""
    _carrying: threading.Thread | None = None
    _empty_at = 0.0

    def keep_log(self) -> None:
        """From now on: the journal mode is WAL, and SQLite itself carries nothing over within a commit."""
        self.execute("PRAGMA wal_autocheckpoint=0")
        self._file = str(self.execute("PRAGMA database_list").fetchone()[2])
        self.empty_log()

    def commit(self) -> None:
        """Raises what sqlite3 raises; once the transaction is on the disk, nothing any more."""
        super().commit()
        if self._file:
            # Somebody else's lock or a full disk: it is tried again after the next commit.
            with suppress(sqlite.Error):
                self._look_after_log()

    def empty_log(self) -> bool:
        """Carry everything over and cut the log to nothing; no transaction may be open here. False: somebody reads.

        What could not be done now is done after one of the next commits. Raises nothing.
        """
        if not self._file:
            return True
        if self._carrying is not None:
            self._carrying.join()
        try:
            is_empty = not self.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite.Error:
            is_empty = False
        self._empty_at = time.monotonic() + (EMPTIED_EVERY_SECONDS if is_empty else AGAIN_SECONDS)
        return is_empty

    def close(self) -> None:
        """The last connection to a database takes the log away with it."""
        if self._carrying is not None:
            self._carrying.join()
        super().close()

    def _look_after_log(self) -> None:
        if time.monotonic() >= self._empty_at:
            self.empty_log()
            return
        if self._carrying is not None and self._carrying.is_alive():
            return
        _, written, carried = self.execute("PRAGMA wal_checkpoint(NOOP)").fetchone()
        if written >= MOST_PAGES:
            self.execute("PRAGMA wal_checkpoint(PASSIVE)")
        elif written - carried >= CARRIED_FROM:
            self._carrying = threading.Thread(target=self._carry, name="log", daemon=True)
            self._carrying.start()

    def _carry(self) -> None:
        with suppress(sqlite.Error), closing(sqlite.connect(self._file, timeout=0.0)) as beside:
            beside.execute("PRAGMA synchronous=FULL")
            for _ in range(MOST_PASSES):
                # What was committed meanwhile is little. When nothing is left the next commit begins the log anew.
                is_busy, written, carried = beside.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
                if is_busy or written == carried:
                    return
