"""静息 — what `python -m bot run` costs before anybody speaks: from the start until ready, and in memory at rest.

    python benchmarks/resting.py [seconds at rest] [rounds]

The data are those of `make demo` on SQLite, Telegram is the sandbox. Every round is a new process; each figure is the
median of the rounds. From the start: the time by the clock from the fork until the process says that it is ready, and
the processor time it used until then. At rest: VmRSS, and of it what no file backs (RssAnon). Linux only.
"""

from __future__ import annotations

import json
import os
import re
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path
from subprocess import PIPE, Popen

from bot.commands.demonstrate import sandbox_with

# The first backup is made a minute after the start, and what it needed is part of what a process at rest holds.
ROUNDS, REST_SECONDS = 5, 70.0
TICK = os.sysconf("SC_CLK_TCK")


def processor_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def resident(pid: int) -> tuple[float, float]:
    """Resident megabytes of a process, and of them those of no file."""
    status = Path(f"/proc/{pid}/status").read_text()
    kilobytes = {name: int(number) for name, number in re.findall(r"(\w+):\s+(\d+) kB", status)}
    return kilobytes["VmRSS"] * 1024 / 1e6, kilobytes["RssAnon"] * 1024 / 1e6


def once(rest_for: float) -> tuple[float, ...]:
    """One life: seconds until ready, processor seconds until then, and at rest megabytes of both kinds."""
    began = time.perf_counter()
    with Popen([sys.executable, "-m", "bot", "run"], stderr=PIPE, text=True) as running:
        assert running.stderr is not None
        try:
            for line in running.stderr:
                if line.startswith("{") and json.loads(line)["event"] == "ready":
                    break
            else:
                raise SystemExit("it did not become ready")
            ready, processor = time.perf_counter() - began, processor_seconds(running.pid)
            time.sleep(rest_for)
            return (ready, processor, *resident(running.pid))
        finally:
            running.send_signal(signal.SIGTERM)


def main() -> None:
    rest_for = float(sys.argv[1]) if len(sys.argv) > 1 else REST_SECONDS
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder, sandbox_with(Path(folder), 9000):
        once(0.0)  # nothing is compiled or read from a disk for the first time in what is measured
        lives = [once(rest_for) for _ in range(rounds)]
    ready, processor, all_of_it, own = (statistics.median(figure) for figure in zip(*lives, strict=True))
    print(f"{os.cpu_count()} cores, load {load:.1f}; medians of {rounds} starts, {rest_for:.0f} s at rest")
    print(f"from the start until ready  {ready:.2f} s, of it processor time {processor:.2f} s")
    print(f"resident at rest            {all_of_it:.1f} MB, of it backed by no file {own:.1f} MB")


if __name__ == "__main__":
    main()
