"""What a start pays for content: seconds and memory, beside merely parsing the same files.

Run as `python benchmarks/loading.py` from the root; each side in a process of its own, the best of five.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 5


def parse_only() -> None:
    """The peer: the files as TOML tables, nothing checked."""
    kept = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "content").rglob("*.toml"))]
    assert kept


def load() -> None:
    """Ours: loaded and validated, as at every start."""
    from content.catalogue import Catalogue

    assert Catalogue.load().questions


def measure(side: str) -> None:
    """In the child: seconds of processor time, and megabytes on top of what the imports took."""
    import content.catalogue  # noqa: F401

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    {"parse": parse_only, "load": load}[side]()
    spent = time.process_time() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    sys.stdout.write(f"{spent:.3f} {grown:.1f}\n")


def main() -> None:
    """Both sides, and their ratio."""
    best: dict[str, tuple[float, float]] = {}
    for side in ("parse", "load"):
        runs = []
        for _ in range(ROUNDS):
            command = [sys.executable, __file__, side]
            told = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout
            seconds, megabytes = told.split()
            runs.append((float(seconds), float(megabytes)))
        best[side] = min(runs)
    for side, (seconds, megabytes) in best.items():
        sys.stdout.write(f"{side:>5}  {seconds:.3f} s  {megabytes:.1f} MB\n")
    sys.stdout.write(f"ratio  {best['load'][0] / best['parse'][0]:.2f}\n")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    measure(sys.argv[1]) if len(sys.argv) > 1 else main()
