"""相像 — how much alike two short texts are, fast enough to compare every question with every other."""

from collections import Counter
from collections.abc import Iterator, Sequence

from content.proofing.library import plain


def pairs(text: str) -> Counter[str]:
    """The pairs of neighbouring characters in a text, each with how often it stands there."""
    body = plain(text)
    return Counter(body[at : at + 2] for at in range(len(body) - 1))


def likeness(one: Counter[str], other: Counter[str]) -> float:
    """Share of pairs in common (Dice's measure): 0 nothing, 1 the same."""
    size = one.total() + other.total()
    return 2 * sum(min(count, other[pair]) for pair, count in one.items() if pair in other) / size if size else 0.0


def alike(texts: Sequence[str], least: float) -> Iterator[tuple[int, int]]:
    """Positions of all texts that are alike, the earlier first."""
    folded = [pairs(text) for text in texts]
    sizes = [counter.total() for counter in folded]
    for later in range(1, len(texts)):
        size = sizes[later]
        for earlier in range(later):
            # Two texts share at most the smaller one's pairs, so most pairs are settled by their sizes.
            if 2 * min(size, sizes[earlier]) >= least * (size + sizes[earlier]) and (
                likeness(folded[earlier], folded[later]) >= least
            ):
                yield earlier, later
