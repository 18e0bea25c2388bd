"""对话稿 — every *.talk is played against the real bot and compared with what it says; --update rewrites them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import SetClock
from tests.playing import play, tidy
from tests.stage import open_stage

FOLDER = Path(__file__).parent


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.talk")), ids=lambda path: path.stem)
async def test_talk(
    path: Path, sqlite_url: str, tmp_path: Path, clock: SetClock, request: pytest.FixtureRequest
) -> None:
    written = path.read_text(encoding="utf-8").splitlines()
    async with open_stage(sqlite_url, tmp_path, clock) as stage:
        text = await play(stage, clock, written)
    if request.config.getoption("--update"):
        path.write_text(text, encoding="utf-8")
    assert text == tidy(written)
