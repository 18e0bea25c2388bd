"""库没了 — the files of the database are taken away under a running bot: it says so briefly, loses nothing and ends."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from outreach.storage.sqlite_build import has_sound_wal, sqlite
from tests.conftest import Figure
from tests.journeys.processes import Player, Town

# After SIGTERM, as systemd and the promise of RELIABILITY (X4) have it.
MOST_SECONDS = 10.0


@pytest.mark.slow
@pytest.mark.skipif(not has_sound_wal(), reason="this SQLite keeps no log")
def test_a_log_removed_under_a_running_bot_loses_nothing(tmp_path: Path) -> None:
    town = Town(tmp_path, "webhook")
    zhou = Player(town, 1001)
    file = tmp_path / "data" / "anshao.db"
    try:
        town.command("migrate")
        town.start_bot()
        zhou.opens(town.command("official", "add", "--name", "周科", "--code-only"))
        zhou.presses("同意并继续")
        zhou.presses("单独同意，开始使用")
        zhou.reads("要做什么")
        assert file.with_name("anshao.db-wal").stat().st_size
        file.with_name("anshao.db-wal").unlink()
        zhou.says("/help")
        zhou.reads("/hotline")
        town.kill_bot()
        with sqlite.connect(file) as connection:
            assert connection.execute("SELECT count(*) FROM officials WHERE contact_id IS NOT NULL").fetchone() == (1,)
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finally:
        town.close()


@pytest.mark.slow
def test_a_bot_whose_database_is_gone_says_so_in_lines_and_ends_when_told(tmp_path: Path, figure: Figure) -> None:
    town = Town(tmp_path, "webhook")
    wang = Player(town, 1002)
    log = tmp_path / "log.txt"
    try:
        town.command("migrate")
        town.start_bot()
        wang.says("/start")
        wang.reads("开始使用")
        before = log.stat().st_size
        for file in (tmp_path / "data").glob("anshao.db*"):
            if file.suffix != ".lock":
                file.unlink()
        town.until(lambda: not town.is_ready())
        wang.says("/help")
        town.until(lambda: "was removed" in log.read_bytes()[before:].decode())
        # Long enough for every part to have met it.
        time.sleep(3)
        assert town.get("pending"), "what could not be kept is Telegram's still"
        assert town.bot is not None
        began = time.monotonic()
        town.bot.send_signal(signal.SIGTERM)
        status = town.bot.wait(30)
        ended = time.monotonic() - began
        said = log.read_bytes()[before:].decode()
        figure(f"a bot without its database ended {ended:.1f} s after SIGTERM with status {status}, having said "
               f"{len(said.splitlines())} lines")  # fmt: skip
        assert "Traceback" not in said
        assert ended < MOST_SECONDS
        assert not (tmp_path / "data" / "anshao.db").exists()
    finally:
        town.close()
