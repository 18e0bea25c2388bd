"""命令行 — help everywhere, and starts that fail with one sentence and a status instead of a traceback."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest
import typer
from aiohttp import web
from typer.testing import CliRunner

from bot.command_line import app_for
from outreach.storage.database import OnlyProcess
from sandbox.server import DEFAULT_TOKEN, create_app

ROOT = Path(__file__).parents[2]
CHANGE_SOMETHING, TRY_LATER = 2, os.EX_TEMPFAIL


def commands(command: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*path, name))


PATHS = list(commands(typer.main.get_command(app_for())))


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_every_command_explains_itself(path: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app_for(), [*path, "--help"])
    assert result.exit_code == 0 and "Usage:" in result.output
    about = [line for line in result.output.splitlines() if line.strip()][1]
    assert len(about.strip()) > 20


def test_the_commands_an_operator_was_promised_are_there() -> None:
    promised = {"run", "migrate", "proof", "check-settings", "register import", "official add", "invite", "backup",
                "restore", "journal"}  # fmt: skip
    assert promised <= {" ".join(path) for path in PATHS}


@pytest.fixture
async def sandbox() -> AsyncIterator[str]:
    runner = web.AppRunner(create_app(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


def free_port() -> int:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        return int(nobody.getsockname()[1])


class Started:
    """`python -m bot …` with these settings and no others."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSHAO_")}
        given = {"BOT_TOKEN": DEFAULT_TOKEN, "DATA_DIR": folder, "LISTEN": f"127.0.0.1:{free_port()}"} | settings
        self.settings = given
        self.environment = kept | {f"ANSHAO_{name}": str(value) for name, value in given.items()}

    async def start(self, *words: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *words, env=self.environment, cwd=ROOT,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip

    async def fails(self, *words: str) -> tuple[int | None, str]:
        """The status, and the sentence: the only thing on standard error that is no log line."""
        process = await self.start(*words)
        async with asyncio.timeout(20):
            _, err = await process.communicate()
        text = err.decode()
        assert "Traceback" not in text, text
        said = [line for line in text.splitlines() if not line.startswith("{")]
        assert len(said) == 1, text
        return process.returncode, said[0]


async def test_a_missing_token(tmp_path: Path) -> None:
    status, words = await Started(tmp_path, BOT_TOKEN="").fails("run")
    assert status == CHANGE_SOMETHING and words.startswith("ANSHAO_BOT_TOKEN is not set")


async def test_a_token_that_telegram_does_not_know(tmp_path: Path, sandbox: str) -> None:
    token = "123456:wrong-token-0123456789"
    status, words = await Started(tmp_path, BOT_TOKEN=token, BOT_API_URL=sandbox).fails("run")
    assert status == CHANGE_SOMETHING and words.startswith("ANSHAO_BOT_TOKEN is wrong") and token not in words


async def test_telegram_out_of_reach_may_be_in_reach_later(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    status, words = await Started(tmp_path, BOT_API_URL=url).fails("run")
    assert status == TRY_LATER and words.startswith("Telegram cannot be reached") and DEFAULT_TOKEN not in words
    assert "ANSHAO_PROXY" in words and "ANSHAO_BOT_API_URL" in words


async def test_a_database_that_was_never_migrated(tmp_path: Path, sandbox: str) -> None:
    status, words = await Started(tmp_path, BOT_API_URL=sandbox).fails("run")
    assert status == CHANGE_SOMETHING and "python -m bot migrate" in words


async def test_a_second_process_on_one_sqlite(tmp_path: Path, sandbox: str) -> None:
    first = OnlyProcess(f"sqlite:///{tmp_path / 'anshao.db'}")
    first.take()
    status, words = await Started(tmp_path, BOT_API_URL=sandbox).fails("run")
    first.let_go()
    assert status == CHANGE_SOMETHING
    for needed in ("already in use", f"pid {os.getpid()}", "ANSHAO_DATA_DIR", "PostgreSQL"):
        assert needed in words


async def test_a_file_that_is_no_database(tmp_path: Path, sandbox: str) -> None:
    (tmp_path / "anshao.db").write_text("root:x:0:0:root:/root:/bin/bash\n" * 400)
    status, words = await Started(tmp_path, BOT_API_URL=sandbox).fails("run")
    assert status == CHANGE_SOMETHING and "python -m bot restore" in words and "ANSHAO_DATABASE_URL" in words


async def test_a_place_where_no_database_can_lie(tmp_path: Path, sandbox: str) -> None:
    (tmp_path / "file").touch()
    url = f"sqlite:///{tmp_path}/file/anshao.db"
    status, words = await Started(tmp_path, BOT_API_URL=sandbox, DATABASE_URL=url).fails("run")
    assert status == CHANGE_SOMETHING and words.startswith("ANSHAO_DATABASE_URL is wrong") and "file/anshao.db" in words


async def test_a_backup_to_where_nothing_can_be_written(tmp_path: Path, sandbox: str) -> None:
    (tmp_path / "file").touch()
    started = Started(tmp_path, BOT_API_URL=sandbox)
    assert (await (await started.start("migrate")).communicate()) and (tmp_path / "anshao.db").exists()
    status, words = await started.fails("backup", "--to", str(tmp_path / "file" / "kept.tar"))
    assert status == CHANGE_SOMETHING and "could not be written" in words


async def test_a_postgresql_that_does_not_answer(tmp_path: Path, sandbox: str) -> None:
    url = f"postgresql://anshao:canary-password@127.0.0.1:{free_port()}/anshao"
    status, words = await Started(tmp_path, BOT_API_URL=sandbox, DATABASE_URL=url).fails("migrate")
    assert status == TRY_LATER and "ANSHAO_DATABASE_URL" in words and "canary" not in words


async def ready(started: Started) -> asyncio.subprocess.Process:
    process = await started.start("run")
    assert process.stderr is not None
    async with asyncio.timeout(20):
        while b'"ready"' not in (line := await process.stderr.readline()):
            assert line, "it ended instead of getting ready"
    return process


async def test_a_webhook_is_set_however_often_it_takes_and_a_refused_one_stops_the_start(
    tmp_path: Path, sandbox: str, sqlite_url: str
) -> None:
    started = Started(
        tmp_path, BOT_API_URL=sandbox, DATABASE_URL=sqlite_url, MODE="webhook", WEBHOOK_SECRET="0123456789",
        WEBHOOK_URL="http://127.0.0.1:1/telegram",
    )  # fmt: skip
    async with aiohttp.ClientSession() as session:
        await session.post(f"{sandbox}/sandbox/faults", json={"method": "setWebhook", "kind": "500", "times": 1})
        process = await ready(started)
        async with session.get(f"{sandbox}/sandbox/pending") as answer:
            assert (await answer.json())["webhook"]["url"] == "http://127.0.0.1:1/telegram"
        # A port that is taken is a wrong setting too, said before anybody is told to call it.
        other = shutil.copy(sqlite_url.removeprefix("sqlite:///"), tmp_path / "other.db")
        busy = Started(
            tmp_path, BOT_API_URL=sandbox, DATABASE_URL=f"sqlite:///{other}", LISTEN=started.settings["LISTEN"]
        )
        status, words = await busy.fails("run")
        assert status == CHANGE_SOMETHING and words.startswith("ANSHAO_LISTEN is wrong")
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(15):
            assert await process.wait() == 0
        refusal = {"method": "setWebhook", "kind": "400:bad webhook: HTTPS url must be provided for webhook"}
        await session.post(f"{sandbox}/sandbox/faults", json=refusal)
    status, words = await started.fails("run")
    assert status == CHANGE_SOMETHING and words.startswith("ANSHAO_WEBHOOK_URL is wrong") and "https" in words
