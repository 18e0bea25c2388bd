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

from tests.faults.enumerating import Chapter, Enumerator
from tests.faults.grounds import SqliteGround
from tests.faults.lives import quicken
from tests.faults.telegram_side import TelegramSide

IS_TORTURE = os.environ.get("ANSHAO_TORTURE") == "1"
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
def enumerator(memory: Path, telegram: TelegramSide, migrated_sqlite: Path, quick: None) -> Enumerator:
    return Enumerator(SqliteGround(Path(mkdtemp(dir=memory)), migrated_sqlite), telegram)


@pytest.fixture(scope="module")
def chapters(enumerator: Enumerator) -> list[Chapter]:
    return enumerator.chapters()
