"""What the fault tests share: where they put things down, how much they do, and the story told once."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest
import structlog

from tests.faults.forking import Forkery
from tests.faults.library import Library
from tests.faults.lives import quicken
from tests.faults.telegram_side import TelegramSide

SEED = int(os.environ.get("ANSHAO_SEED", "20260601"))
MEMORY = Path("/dev/shm")


@pytest.fixture(scope="session")
def memory() -> Iterator[Path]:
    """A folder in memory where there is one: what a death leaves behind is the same there, only sooner."""
    folder = Path(mkdtemp(prefix="anshao-faults-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def telegram() -> Iterator[TelegramSide]:
    with TelegramSide() as side:
        yield side


@pytest.fixture(scope="module")
def quick(memory: Path) -> Iterator[None]:
    """Lives are many and short: what is the same in each is done once, and only errors are logged."""
    was = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with pytest.MonkeyPatch.context() as patch:
        quicken(patch, memory / "made")
        yield
    structlog.configure(**was)


@pytest.fixture(scope="module")
def library(memory: Path, telegram: TelegramSide, migrated_sqlite: Path, quick: None) -> Library:
    return Library(memory, migrated_sqlite, telegram)


@pytest.fixture(scope="module")
def forkery(memory: Path, quick: None) -> Iterator[Forkery]:
    with Forkery(memory / "made") as forkery:
        yield forkery


@pytest.fixture(scope="module")
def postgresql_library(
    memory: Path, telegram: TelegramSide, migrated_sqlite: Path, postgresql: str, quick: None
) -> Iterator[Library]:
    library = Library(memory, migrated_sqlite, telegram, postgresql)
    yield library
    library.close()
