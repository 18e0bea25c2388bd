"""轻装 — what other libraries would bring along though nothing here uses it is not loaded with them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

# Each is optional to whoever asks for it: colours and tables for tracebacks and help (structlog, typer), a command line
# (httpx), and the keys of Telegram Passport (python-telegram-bot; what seals our own loads it when it first seals).
# Together twelve megabytes and a tenth of a second.
UNUSED = ("rich", "httpx._main", "cryptography")


@contextmanager
def held_back(names: tuple[str, ...] = UNUSED) -> Iterator[None]:
    """Who imports one of these inside the block finds that it is not installed; one that is loaded already stays."""
    absent = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]
