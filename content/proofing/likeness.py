"""相像 — how much alike two short texts are, fast enough to compare every question with every other."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import ceil

from content.proofing.library import plain


@lru_cache(maxsize=8192)
def pairs(text: str) -> Counter[str]:
    """The pairs of neighbouring characters in a text, each with how often it stands there; for reading only."""
    body = plain(text)
    return Counter(body[at : at + 2] for at in range(len(body) - 1))


def likeness(one: Counter[str], other: Counter[str]) -> float:
    """Share of pairs in common (Dice's measure): 0 nothing, 1 the same."""
    size = one.total() + other.total()
    return 2 * sum(min(count, other[pair]) for pair, count in one.items() if pair in other) / size if size else 0.0


def alike(texts: Sequence[str], least: float) -> Iterator[tuple[int, int]]:
    """Positions of all texts that are alike, the earlier first."""
    folded = [pairs(text) for text in texts]
    spread = Counter(pair for counter in folded for pair in counter)
    holders: dict[str, list[int]] = {}
    for later, counter in enumerate(folded):
        # Whoever is alike shares at least this many pairs, so one of the few rarest ones beyond them is among those.
        rarest = sorted(counter.elements(), key=lambda pair: (spread[pair], pair))
        shared = ceil(len(rarest) * least / (2 - least))
        telling = set(rarest[: len(rarest) - shared + 1])
        for earlier in sorted({one for pair in telling for one in holders.get(pair, ())}):
            if likeness(folded[earlier], counter) >= least:
                yield earlier, later
        for pair in telling:
            holders.setdefault(pair, []).append(later)
