"""Runs contenders as processes of their own against one wire, and reads the line of JSON that each prints."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
LONGEST = 400


@contextmanager
def wire(*words: float) -> Iterator[str]:
    """A Bot API on a free port, with this latency in milliseconds and this limit; its base URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = subprocess.Popen([sys.executable, str(HERE / "fast_wire.py"), str(port), *(str(word) for word in words)])
    api = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                asked(api)
                break
            except OSError:
                time.sleep(0.05)
        yield api
    finally:
        running.kill()
        running.wait()


def asked(api: str) -> dict[str, Any]:
    """What the wire has counted since it was last asked."""
    with urllib.request.urlopen(f"{api}/stats", timeout=10) as answer:
        return dict(json.loads(answer.read()))


def run(python: str, script: str, *words: object) -> dict[str, Any]:
    """The last line that the script prints, as a table."""
    command = [python, str(HERE / script), *(str(word) for word in words)]
    environment = os.environ | {"PYTHONPATH": str(HERE.parent), "PYTHONWARNINGS": "ignore"}
    told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=LONGEST, env=environment)
    return dict(json.loads(told.stdout.splitlines()[-1]))
