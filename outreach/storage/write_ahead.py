"""预写日志 — SQLite's write-ahead log beside the database: carried over in the background, and emptied when it must be.

A commit writes to the log, and is on the disk after one flush of it. The flush is ours and not SQLite's, so that the
next transaction can be written while the disk is busy with the last one. What stands in the log is carried over into
the database by a second connection on a thread of its own, so that no commit waits for it. What was erased still stands
in the log until it is emptied: a minute at the most while anything is written, and at once after a transaction that
asks for it (`sharing.MUST_EMPTY`).
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import closing, suppress
from typing import ClassVar

from outreach.storage.sqlite_build import sqlite

# In pages of 4 KB. From so many on they are carried over in the background.
CARRIED_FROM = 4000
# While one commit follows the other without a pause the log never is carried over whole: from here on what is left of
# it is carried over between two of them. It bounds the log to 32 MB.
MOST_PAGES = 8000
MOST_PASSES = 5
EMPTIED_EVERY_SECONDS = 60.0
# Somebody who reads stands in the way of emptying; after so long it is tried again.
AGAIN_SECONDS = 0.25
# SQLite as it is built for Python calls `fsync`, which brings the file's times to the disk as well.
_flush = getattr(os, "fdatasync", os.fsync)


class NotFlushed(sqlite.OperationalError):
    """The disk refused the log, and what was committed since the flush before it may be there or not."""

    sqlite_errorcode = sqlite.SQLITE_IOERR

    def __init__(self) -> None:
        super().__init__("the log could not be flushed")


class LoggedConnection(sqlite.Connection):
    """A connection of SQLite that looks after the log with each commit. Without `keep_log` it is one like any other."""

    # Databases whose log may hold what the disk has lost: nobody goes on with them before it is carried over.
    _doubted: ClassVar[set[str]] = set()
    _file = ""
    _carrying: threading.Thread | None = None
    _empty_at = 0.0
    _log: int | None = None
    # How far the log was written and how far it was flushed: what its head says, and its pages. None: nobody knows.
    _written: tuple[bytes, int] | None = None
    _flushed: tuple[bytes, int] | None = None
    # A flush failed: what was committed here since the one before may be on the disk or not.
    is_in_doubt = False
    # How many rows had been changed here when the last transaction was committed.
    _changes = 0

    def keep_log(self) -> None:
        """From now on: the journal mode is WAL, and SQLite itself neither flushes a commit nor carries it over.

        Raises NotFlushed where a flush failed before and the log cannot be carried over now.
        """
        self.execute("PRAGMA wal_autocheckpoint=0")
        self._file = str(self.execute("PRAGMA database_list").fetchone()[2])
        self._flushing = threading.Lock()
        if not self.empty_log() and self._file in self._doubted:
            raise NotFlushed
        self._doubted.discard(self._file)
        try:
            # SQLite holds no lock on the log itself, which closing this again would drop.
            self._log = os.open(self._file + "-wal", os.O_RDONLY)
        except OSError:
            # Then SQLite flushes each commit by itself, as it was asked to at first.
            return
        # NORMAL flushes before and after the log is carried over, and when it begins anew, as FULL does.
        self.execute("PRAGMA synchronous=NORMAL")

    def commit(self) -> None:
        """Raises what sqlite3 raises; once the transaction is on the disk, nothing any more."""
        self.write()
        self.flush()

    def write(self) -> None:
        """Commit, and leave it to a later `flush` to bring it to the disk. Nobody may be told of it before."""
        if self.is_in_doubt:
            raise NotFlushed
        super().commit()
        self._changes = self.total_changes
        if self._file:
            self._written = None
            # Somebody else's lock or a full disk: it is tried again after the next commit.
            with suppress(sqlite.Error, OSError):
                self._look_after_log()

    def end_unchanged(self) -> bool:
        """Commit what has changed no row, which waits for nothing; False, and nothing done, for any other transaction.

        Also False when the log is to be looked after. Raises what sqlite3 raises.
        """
        if self._log is None or self.is_in_doubt or self.total_changes != self._changes or self._is_to_be_emptied():
            return False
        super().commit()
        try:
            # It may have changed a table itself, which counts as no row.
            self._note_how_far()
        except (sqlite.Error, OSError):
            self._written = None
        return True

    @property
    def is_on_disk(self) -> bool:
        """Whether a flush would find nothing to do."""
        return not self._file or (not self.is_in_doubt and self._written is not None and self._written == self._flushed)

    def flush(self) -> None:
        """All that was committed here is on the disk when this returns; from whichever thread it is called.

        Raises NotFlushed, then and ever after: what the disk has refused once it may pass over the next time. Only a
        new connection, which reads the log from its beginning, knows what has come of it.
        """
        if not self._file:
            return
        with self._flushing:
            written = self._written
            if self._log is not None and (written is None or written != self._flushed):
                try:
                    self._flush_log(self._log)
                    self._flushed = written
                except OSError:
                    self.is_in_doubt = True
                    self._doubted.add(self._file)
            if self.is_in_doubt:
                raise NotFlushed

    def _flush_log(self, log: int) -> None:
        _flush(log)

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
        if is_empty:
            # What was in it is in the database, which SQLite has flushed.
            self._written = self._flushed = (b"", 0)
        return is_empty

    def close(self) -> None:
        """The last connection to a database takes the log away with it."""
        if self._carrying is not None:
            self._carrying.join()
        if self._log is not None:
            # Whoever still waits for a flush of what was committed finds it done.
            with suppress(sqlite.Error):
                self.flush()
            with self._flushing:
                os.close(self._log)
                self._log = None
        super().close()

    def _is_to_be_emptied(self) -> bool:
        return time.monotonic() >= self._empty_at

    def _note_how_far(self) -> tuple[int, int]:
        """How many pages the log has, and how many of them are carried over."""
        _, written, carried = self.execute("PRAGMA wal_checkpoint(NOOP)").fetchone()
        if self._log is not None:
            # https://sqlite.org/fileformat2.html#the_write_ahead_log: each log has another number and other salts.
            self._written = os.pread(self._log, 12, 12), written
            if written == carried:
                # Nothing is carried over that was not flushed before.
                self._flushed = self._written
        return written, carried

    def _look_after_log(self) -> None:
        if self._is_to_be_emptied() and self.empty_log():
            return
        written, carried = self._note_how_far()
        if self._carrying is not None and self._carrying.is_alive():
            return
        if written >= MOST_PAGES:
            self.execute("PRAGMA wal_checkpoint(PASSIVE)")
            self._note_how_far()
        elif written - carried >= CARRIED_FROM:
            self._carrying = threading.Thread(target=self._carry, name="log", daemon=True)
            self._carrying.start()

    def _carry(self) -> None:
        with suppress(sqlite.Error), closing(sqlite.connect(self._file, timeout=0.0, factory=type(self))) as beside:
            beside.execute("PRAGMA synchronous=FULL")
            for _ in range(MOST_PASSES):
                # What was committed meanwhile is little. When nothing is left the next commit begins the log anew.
                is_busy, written, carried = beside.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
                if is_busy or written == carried:
                    return
