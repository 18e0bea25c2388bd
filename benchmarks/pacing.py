"""How much of Telegram's limit is used, and what is refused: under a sliding second, strictly kept, with a penalty.

Run as `python benchmarks/pacing.py PEERS_PYTHON`: the product's broadcast at 30 and at 1,000 a second, at 30 with
people being answered meanwhile, beside the framework's own limiter; and the memory of a broadcast to 100,000.
"""

from __future__ import annotations

import os
import sys

from side_by_side import asked, run, wire

LIMIT, PAID, WINDOW, PAID_WINDOW = 30, 1000, 25, 250
SECONDS = 20


def show(name: str, limit: int, told: dict[str, float], seen: dict[str, float], rest: str = "") -> None:
    rate = (seen["sent"] - 1) / seen["seconds"]
    print(
        f"{name:36} {rate:7.1f}/s = {rate / limit:6.1%} of the limit, {seen['refused']:4.0f} refused, "
        f"{told['lost']:3.0f} lost, {told['cpu'] / told['seconds']:5.1%} of a core{rest}"
    )


def main(peers: str) -> None:
    print(f"a sliding second with penalty, {os.cpu_count()} cores")
    for limit, window, seconds, per_minute in (
        (LIMIT, WINDOW, SECONDS, 0), (LIMIT, WINDOW, SECONDS, 120), (PAID, PAID_WINDOW, 8, 0),
    ):  # fmt: skip
        with wire(50, limit) as api:
            told = run(sys.executable, "anshao_broadcast.py", api, limit * seconds, window, limit, per_minute)
            name = f"anshao, {limit}/s" + (f", {per_minute} replies a minute" if per_minute else "")
            # What a reply took, less what the way to Telegram and back took of it.
            waits = [f"{(told[key] - 0.05) * 1000:.0f}" for key in ("p50", "p99") if key in told]
            rest = f"; a reply waits {waits[0]} ms, p99 {waits[1]} ms ({told['replies']})" if waits else ""
            show(name, limit, told, asked(api), rest)
    with wire(50, LIMIT) as api:
        told = run(peers, "peer_broadcast.py", "stock", api, LIMIT * SECONDS // 2, WINDOW, -LIMIT)
        show(f"AIORateLimiter, {LIMIT}/s, 3 retries", LIMIT, told, asked(api))
    with wire() as api:
        told = run(sys.executable, "anshao_broadcast.py", api, 100_000, PAID_WINDOW, 0)
        print(f"memory of a broadcast to 100,000: {told['mb']:.1f} MB above idle, {told['seconds']:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else sys.executable)
