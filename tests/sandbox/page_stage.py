"""台子 — a sandbox process, a browser page on it, and the bot's side of the wire, for the tests of the page."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page

CHROMIUM = Path("/usr/bin/chromium")
ROOT = Path(__file__).parents[2]
TOKEN = "123456:SANDBOX-TOKEN"
PATIENCE = 10_000


class Sandbox:
    """A sandbox process that can be stopped and started again on the same port and data."""

    def __init__(self, data: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.data = data
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [
            sys.executable,
            "-m",
            "sandbox",
            "--port",
            str(self.port),
            "--data",
            str(self.data),
            "--token",
            TOKEN,
        ]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, env={**os.environ})
        for _ in range(100):
            try:
                self.read("/sandbox/state")
                return
            except OSError:
                assert self.process.poll() is None, "the sandbox ended at once"
                time.sleep(0.1)
        raise AssertionError("the sandbox does not answer")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
            self.process = None

    def read(self, path: str, body: dict[str, Any] | None = None, method: str | None = None) -> Any:
        request = urllib.request.Request(
            self.url + path,
            None if body is None else json.dumps(body).encode(),
            {"Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.load(response)

    def bot(self, method: str, **parameters: Any) -> Any:
        """Call the Bot API as the bot."""
        return self.read(f"/bot{TOKEN}/{method}", parameters)["result"]

    def updates(self) -> list[dict[str, Any]]:
        """Take every update that waits."""
        found: list[dict[str, Any]] = self.bot("getUpdates", timeout=0)
        if found:
            self.bot("getUpdates", timeout=0, offset=found[-1]["update_id"] + 1)
        return found

    def update(self, kind: str) -> Any:
        """Wait for an update of this kind."""
        for _ in range(100):
            for update in self.updates():
                if kind in update:
                    return update[kind]
            time.sleep(0.05)
        raise AssertionError(f"no {kind} came")


def opened(browser: Browser, sandbox: Sandbox, width: int, height: int, **device: Any) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": width, "height": height}, **device)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.goto(sandbox.url)
    page.wait_for_selector("html[data-ready]")
    yield page
    context.close()
    assert faults == []


def pane(page: Page, person: int) -> Locator:
    return page.locator(f'.pane[data-person="{person}"]')


def begin(sandbox: Sandbox, *people: int) -> None:
    for person in people:
        sandbox.read(f"/sandbox/people/{person}/start", {})
    sandbox.updates()


def keyboard(*rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"inline_keyboard": list(rows)}
