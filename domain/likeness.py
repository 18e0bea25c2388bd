"""像不像 — how alike two short texts are: by the pairs of neighbouring characters that both of them have."""

import re

from domain.text import narrow

# Anything else parts the words: no pair reaches across it.
WORDS = re.compile(r"[^\W_]+")
# At the same enterprise less is enough than in the same grid.
ALIKE_AT_HOME = 0.25
ALIKE_NEARBY = 0.4


def pairs(text: str) -> frozenset[str]:
    """The pairs of neighbouring letters, figures or characters; a single one by itself counts as a pair."""
    found: set[str] = set()
    for word in WORDS.findall(narrow(text).lower()):
        found |= {word[at : at + 2] for at in range(max(len(word) - 1, 1))}
    return frozenset(found)


def likeness(one: str, other: str) -> float:
    """Twice the pairs that both have, by the pairs of the one and of the other: 0 nothing alike, 1 all the same."""
    mine, theirs = pairs(one), pairs(other)
    return 2 * len(mine & theirs) / (len(mine) + len(theirs)) if mine and theirs else 0.0
