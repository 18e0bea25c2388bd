"""A restarted sandbox remembers; a killed one loses nothing it answered."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from pictures import png
from telegram import BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, ReplyKeyboardMarkup

ROOT = Path(__file__).parents[2]
OFFICIAL, OFFICER, PRINCIPAL = 1001, 1002, 1003


async def test_everything_said_survives_a_restart(run: Any, tmp_path: Path) -> None:
    async with run(tmp_path) as sandbox:
        await sandbox.started()
        markup = InlineKeyboardMarkup([[InlineKeyboardButton("符合", callback_data="v:1")]])
        told = await sandbox.said(text="<b>甲</b>", parse_mode="HTML", reply_markup=markup)
        await sandbox.said(text="乙", reply_markup=ReplyKeyboardMarkup([["自查"]]))
        photo = await sandbox.bot.send_photo(OFFICER, png(500, 400), caption="丙", filename="丙.png")
        gone = await sandbox.said(text="丁")
        await sandbox.bot.delete_message(OFFICER, gone.message_id)
        await sandbox.bot.edit_message_text("甲改", OFFICER, told.message_id, reply_markup=markup)
        poll = await sandbox.bot.send_poll(OFFICER, "问", ["一", "二"], is_anonymous=False)
        await sandbox.act(OFFICER, "vote", message_id=poll.message_id, options=[1])
        await sandbox.bot.set_my_commands([BotCommand("check", "自查")])
        await sandbox.ask("PUT", "hints", {"hints": [{"title": "试一试", "lines": ["扫码"]}]})
        await sandbox.ask("POST", "people", {"people": [{"id": 5000, "name": "新来的"}]})
        await sandbox.act(PRINCIPAL, "start")
        await sandbox.act(PRINCIPAL, "block")
        press = await sandbox.act(OFFICER, "press", message_id=told.message_id, data="v:1")
        await sandbox.bot.get_updates(offset=press["update_id"])
        state, talk = await sandbox.ask("GET", "state"), await sandbox.talk()
        ledger = await sandbox.ask("GET", "ledger")
    async with run(tmp_path) as sandbox:
        again = await sandbox.ask("GET", "state")
        assert {**again, "seq": 0} == {**state, "seq": 0}
        assert again["seq"] >= 0
        assert await sandbox.talk() == talk
        assert (await sandbox.ask("GET", "ledger"))[: len(ledger)] == ledger
        assert (await sandbox.ask("GET", "ledger?after=3"))[0] == ledger[3]
        [update] = await sandbox.bot.get_updates()
        assert update.update_id == press["update_id"]
        assert await update.callback_query.answer("好")
        file = await sandbox.bot.get_file(photo.photo[-1].file_id)
        assert len(await file.download_as_bytearray()) == photo.photo[-1].file_size
        later = await sandbox.said(text="戊")
        assert later.message_id == poll.message_id + 1
        assert (await sandbox.act(OFFICER, "text", text="己"))["update_id"] == press["update_id"] + 1
        await sandbox.ask("POST", "redeliver", {"update_id": press["update_id"] - 1})


async def test_a_torn_last_line_is_cut_off(run: Any, tmp_path: Path) -> None:
    async with run(tmp_path) as sandbox:
        await sandbox.act(OFFICER, "text", text="完整")
    journal = tmp_path / "journal.jsonl"
    with journal.open("ab") as file:
        file.write(b'{"t":"message","chat":1002,"ca')
    async with run(tmp_path) as sandbox:
        await sandbox.act(OFFICER, "text", text="接着说")
    assert all(json.loads(line) for line in journal.read_text().splitlines())
    async with run(tmp_path) as sandbox:
        assert [update["message"]["text"] for update in await sandbox.drained()] == ["完整", "接着说"]


async def test_one_directory_serves_one_sandbox(run: Any, tmp_path: Path) -> None:
    async with run(tmp_path):
        with pytest.raises(BlockingIOError):
            async with run(tmp_path):
                pass


def launched(directory: Path) -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--data", str(directory)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().split()[-1].rstrip("/")


def post(url: str, body: dict[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=5) as response:
        answer: dict[str, Any] = json.load(response)
        return answer


def test_the_command_line_and_a_kill(tmp_path: Path) -> None:
    process, base = launched(tmp_path)
    with process:
        told = post(f"{base}/sandbox/people/{OFFICER}/text", {"text": "杀掉之前"})
        process.send_signal(signal.SIGKILL)
        process.wait(5)
    process, base = launched(tmp_path)
    with process:
        [update] = post(f"{base}/bot123456:SANDBOX-TOKEN/getUpdates", {})["result"]
        assert (update["update_id"], update["message"]["text"]) == (told["update_id"], "杀掉之前")
        second = subprocess.run(
            [sys.executable, "-m", "sandbox", "--port", "0", "--data", str(tmp_path)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=10,
        )
        assert (second.returncode, second.stderr.strip()) == (1, f"another sandbox is using {tmp_path}")
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0
