"""What tests of deeds share: an office for what does not depend on the kind of database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from content.catalogue import Catalogue
from content.privacy import Privacy
from content.texts import Texts
from outreach.desk import Office
from outreach.storage.database import open_engine
from outreach.storage.photos import PhotoStore
from tests.conftest import SetClock
from tests.wording import word_together


@pytest.fixture
async def sqlite_office(
    sqlite_url: str, tmp_path: Path, clock: SetClock, catalogue: Catalogue, texts: Texts
) -> AsyncIterator[Office]:
    engine = word_together(open_engine(sqlite_url))
    yield Office(
        engine, catalogue, texts, PhotoStore(tmp_path / "photos"), Privacy.load(), clock=clock,
        bot_username="anshao_sandbox_bot",
    )  # fmt: skip
    await engine.dispose()
