"""Notices a second: the product's durable broadcast beside peers that send the same and remember nothing of it.

Run as `python benchmarks/broadcast.py PEERS_PYTHON`. Every contender is a process of its own on the same wire, which
answers at once or after 50 ms; all have as many sends under way at once. The product claims, sends and settles each
row on disk; the peers only send.
"""

from __future__ import annotations

import os
import statistics
import sys
from typing import Any

from side_by_side import run, wire

AT_ONCE, ROUNDS = 250, 3
# The stock library slows down with a large pool and waits with a small one; the best of these is its best setting.
POOLS = (16, 48)
CONTENDERS = {
    "anshao, durable": ("anshao_broadcast.py", (4000, AT_ONCE, 0)),
    "bare aiohttp POST": ("peer_broadcast.py", ("bare", 4000, AT_ONCE)),
    "aiogram": ("peer_broadcast.py", ("aiogram", 3000, AT_ONCE)),
    "python-telegram-bot": ("peer_broadcast.py", ("stock", 600, AT_ONCE)),
    **{
        f"python-telegram-bot, pool {pool}": ("peer_broadcast.py", ("stock", 600, AT_ONCE, pool)) for pool in POOLS
    },
}  # fmt: skip


def measure(peers: str, api: str, name: str) -> tuple[float, float]:
    """Messages a second, and microseconds of processor time for each."""
    script, words = CONTENDERS[name]
    ours = script == "anshao_broadcast.py"
    asked: list[Any] = [api, *words] if ours else [words[0], api, *words[1:]]
    count = int(words[0] if ours else words[1])
    told = run(sys.executable if ours else peers, script, *asked)
    assert told["lost"] == 0, (name, told)
    return count / told["seconds"], told["cpu"] / count * 1e6


def main(peers: str) -> None:
    print(f"{AT_ONCE} under way at once, medians of {ROUNDS} rounds, {os.cpu_count()} cores")
    for latency in (0, 50):
        runs: dict[str, list[tuple[float, float]]] = {name: [] for name in CONTENDERS}
        with wire(latency) as api:
            for _ in range(ROUNDS):
                for name in CONTENDERS:
                    runs[name].append(measure(peers, api, name))
        speed = {name: statistics.median(each[0] for each in done) for name, done in runs.items()}
        cost = {name: statistics.median(each[1] for each in done) for name, done in runs.items()}
        for name, done in runs.items():
            low, high = min(each[0] for each in done), max(each[0] for each in done)
            print(f"{latency:2} ms  {name:30} {speed[name]:6.0f}/s ({low:.0f}-{high:.0f})  {cost[name]:5.0f} us CPU")
        ours, stock = "anshao, durable", [name for name in CONTENDERS if name.startswith("python")]
        best = max(stock, key=speed.__getitem__)
        for what, table, sign in (("speed", speed, 1), ("CPU", cost, -1)):
            ratios = {peer: (table[ours] / table[peer]) ** sign for peer in ("bare aiohttp POST", "aiogram", best)}
            print(f"{latency:2} ms  {what}: " + ", ".join(f"{ratio:.2f} x {peer}" for peer, ratio in ratios.items()))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else sys.executable)
