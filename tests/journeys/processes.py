"""进程 — the sandbox and the bot as an operator runs them: separate processes, real ports, real kills."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

ROOT = Path(__file__).parents[2]
TOKEN = "123456:SANDBOX-TOKEN"
PATIENCE_SECONDS = 30.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Town:
    """One sandbox process, one bot process, and whoever plays the people."""

    def __init__(self, folder: Path, mode: str) -> None:
        self.folder = folder
        self.port, self.bot_port = free_port(), free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.environment = os.environ | {
            "ANSHAO_BOT_TOKEN": TOKEN,
            "ANSHAO_BOT_API_URL": self.base,
            "ANSHAO_DATA_DIR": str(folder / "data"),
            "ANSHAO_MODE": mode,
            "ANSHAO_LISTEN": f"127.0.0.1:{self.bot_port}",
            "ANSHAO_WEBHOOK_URL": f"http://127.0.0.1:{self.bot_port}/telegram",
            "ANSHAO_WEBHOOK_SECRET": "a-secret-for-journeys",
            "ANSHAO_BACKUP_EVERY_HOURS": "0",
        }
        self.log = (folder / "log.txt").open("wb")
        self.sandbox = self._start("-m", "sandbox", "--port", str(self.port), "--data", str(folder / "sandbox"))
        self.bot: subprocess.Popen[bytes] | None = None
        self.until(lambda: self.get("pending") is not None)

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, *words], cwd=ROOT, env=self.environment, stdout=self.log, stderr=self.log
        )

    def command(self, *words: str) -> str:
        """Run `python -m bot …` to its end; its standard output."""
        done = subprocess.run(
            [sys.executable, "-m", "bot", *words], cwd=ROOT, env=self.environment, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def start_bot(self) -> float:
        """Start the bot; how many seconds until it is ready."""
        began = time.monotonic()
        self.bot = self._start("-m", "bot", "run")
        self.until(self.is_ready)
        return time.monotonic() - began

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.bot_port}/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def kill_bot(self) -> None:
        assert self.bot is not None
        self.bot.send_signal(signal.SIGKILL)
        self.bot.wait()

    def close(self) -> int:
        """End the bot as systemd would; its exit status."""
        status = 0
        if self.bot is not None and self.bot.poll() is None:
            self.bot.send_signal(signal.SIGTERM)
            status = self.bot.wait(20)
        self.sandbox.send_signal(signal.SIGTERM)
        self.sandbox.wait(10)
        self.log.close()
        return status

    def until(self, holds: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
        """What `holds` gives once it is truthy; an AssertionError with the log's end when it never is."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if found := holds():
                    return found
            except (urllib.error.URLError, ConnectionError, KeyError, IndexError, StopIteration):
                pass
            time.sleep(0.03)
        self.log.flush()
        tail = (self.folder / "log.txt").read_text(encoding="utf-8", errors="replace")[-3000:]
        raise AssertionError(f"it never came to hold\n{tail}")

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"{self.base}/sandbox/{path}", timeout=10) as answer:
            return json.loads(answer.read())

    def file(self, file_id: str) -> bytes:
        with urllib.request.urlopen(f"{self.base}/sandbox/files/{file_id}", timeout=10) as answer:
            return bytes(answer.read())

    def post(self, path: str, **body: object) -> Any:
        return self._send(path, json.dumps(body).encode(), "application/json")

    def upload(self, path: str, field: str, files: list[tuple[str, bytes, str]]) -> Any:
        edge = uuid4().hex
        body = b""
        for name, data, mime in files:
            head = f'--{edge}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
            body += head.encode() + f"Content-Type: {mime}\r\n\r\n".encode() + data + b"\r\n"
        return self._send(path, body + f"--{edge}--\r\n".encode(), f"multipart/form-data; boundary={edge}")

    def _send(self, path: str, body: bytes, mime: str) -> Any:
        request = urllib.request.Request(f"{self.base}/sandbox/{path}", body, {"Content-Type": mime}, method="POST")
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read() or b"{}")


class Player:
    """One person of the cast at their phone."""

    def __init__(self, town: Town, person: int) -> None:
        self.town = town
        self.person = person

    def messages(self) -> list[dict[str, Any]]:
        found = self.town.get("state")["chats"].get(str(self.person), {})
        return list(found.get("messages", []))

    def last(self) -> dict[str, Any]:
        """The newest message of the bot."""
        return next(m for m in reversed(self.messages()) if m["from"] == "bot")

    def reads(self, *parts: str) -> dict[str, Any]:
        """Wait until some message of the bot shows all these parts; the newest such."""

        def shown() -> dict[str, Any] | None:
            for message in reversed(self.messages()):
                if message["from"] == "bot" and all(part in (message.get("text") or "") for part in parts):
                    return message
            return None

        return dict(self.town.until(shown))

    def says(self, text: str) -> None:
        self.town.post(f"people/{self.person}/text", text=text)

    def opens(self, payload: str) -> None:
        self.town.post(f"people/{self.person}/start", payload=payload)

    def shares_phone(self) -> None:
        self.town.post(f"people/{self.person}/contact")

    def presses(self, label: str) -> None:
        """Press the newest button with that label, once there is one."""

        def button() -> tuple[int, str] | None:
            for message in reversed(self.messages()):
                for row in message.get("inline_keyboard") or []:
                    for key in row:
                        if label in key["text"] and key.get("data"):
                            return message["message_id"], key["data"]
            return None

        message_id, data = self.town.until(button)
        self.town.post(f"people/{self.person}/press", message_id=message_id, data=data)

    def sends_photos(self, *files: tuple[str, bytes]) -> None:
        self.town.upload(f"people/{self.person}/photo", "files", [(n, d, "image/jpeg") for n, d in files])

    def sends_document(self, name: str, data: bytes, mime: str) -> None:
        self.town.upload(f"people/{self.person}/document", "file", [(name, data, mime)])

    def document(self, name_part: str) -> tuple[str, bytes]:
        """Wait for a document whose name holds `name_part`; its name and bytes."""

        def sent() -> dict[str, Any] | None:
            for message in reversed(self.messages()):
                file = message.get("file")
                if message["from"] == "bot" and file and name_part in (file.get("name") or ""):
                    return dict(file)
            return None

        found = self.town.until(sent)
        return str(found["name"]), self.town.file(str(found["file_id"]))
