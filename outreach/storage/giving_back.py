"""归还内存 — threads take memory from one place, and what lies free is given back; on another C library neither is."""

from __future__ import annotations

import ctypes
from typing import Any

# As in glibc's malloc.h.
M_ARENA_MAX = -8


def one_arena() -> None:
    """Have all threads take memory from one place: what a backup's thread gave back is used again by the others."""
    if (mallopt := _of_libc("mallopt")) is not None:
        mallopt(M_ARENA_MAX, 1)


def give_back() -> None:
    """Give to the system what was freed and lies at hand."""
    if (trim := _of_libc("malloc_trim")) is not None:
        trim(0)


def _of_libc(name: str) -> Any:
    try:
        return getattr(ctypes.CDLL(None), name, None)
    except (OSError, TypeError):
        return None
