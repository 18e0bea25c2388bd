"""找条款 — from what somebody types about a hazard to the clauses that speak of it, best first, offline."""

import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.clause import Clause

# Below this share of the words in common, what the pattern does not name is no match at all.
LIKENESS_LEAST = 0.34
# A clause this far behind the best one only distracts.
SHARE_OF_BEST = 0.45


@dataclass(frozen=True, slots=True)
class Found:
    """A clause and how well it fits; scores compare within one search only."""

    clause: Clause
    score: float


class ClauseFinder:
    """Ranks clauses for plain words; made once, since weighing every word takes some milliseconds."""

    def __init__(self, clauses: Iterable[Clause]) -> None:
        self._clauses: Sequence[Clause] = tuple(clauses)
        named = Counter(
            word
            for clause in self._clauses
            for word in {word for pattern in clause.patterns for group in pattern for word in group}
        )
        self._weights = {word: self._weight(word, count) for word, count in named.items()}
        self._pairs = {clause.id: self._pairs_of(clause) for clause in self._clauses}
        spread = Counter(pair for pairs in self._pairs.values() for pair in pairs)
        self._rarity = {pair: math.log(1 + len(self._clauses) / count) for pair, count in spread.items()}

    def find(self, text: str, most: int = 5, trades: frozenset[str] = frozenset()) -> tuple[Found, ...]:
        """The clauses that speak of it, at most so many; none for words that no clause knows.

        trades: those of the enterprise, wider ones included. A clause of another trade comes last, not never:
        the register may be wrong about the trade.
        """
        said = plain(text)
        found = []
        for clause in self._clauses:
            score = self._score(clause, said)
            if score:
                is_foreign = bool(trades and clause.trades) and not trades & clause.trades
                found.append(Found(clause, score * (0.6 if is_foreign else 1.0)))
        found.sort(key=lambda one: -one.score)
        return tuple(one for one in found[:most] if one.score >= found[0].score * SHARE_OF_BEST)

    def _score(self, clause: Clause, said: str) -> float:
        """The weight of the best pattern that fits whole, and a little for every further word in common."""
        best = max((self._fit(pattern, said) for pattern in clause.patterns), default=0.0)
        likeness = self._likeness(clause, said)
        if best:
            return best + likeness
        return likeness if likeness >= LIKENESS_LEAST else 0.0

    def _fit(self, pattern: Sequence[Sequence[str]], said: str) -> float:
        total = 0.0
        for group in pattern:
            heard = max((self._weights[word] for word in group if word in said), default=0.0)
            if not heard:
                return 0.0
            total += heard
        return total

    def _likeness(self, clause: Clause, said: str) -> float:
        """How much of what was said, weighed by rarity, the clause's own words hold; from 0 to 1."""
        pairs = {said[at : at + 2] for at in range(len(said) - 1)}
        # A pair that no clause has weighs most: it speaks of something else.
        strange = math.log(1 + 2 * len(self._clauses))
        whole = sum(self._rarity.get(pair, strange) for pair in pairs)
        return sum(self._rarity[pair] for pair in pairs & self._pairs[clause.id]) / whole if whole else 0.0

    def _weight(self, word: str, count: int) -> float:
        return math.log(1 + len(self._clauses) / count) * min(len(word), 4) / 2

    @staticmethod
    def _pairs_of(clause: Clause) -> frozenset[str]:
        words = plain(clause.title + clause.plain + "".join(basis.quote for basis in clause.basis))
        return frozenset(words[at : at + 2] for at in range(len(words) - 1))


def plain(text: str) -> str:
    """Letters and digits only, widths unified, in small letters: what is compared."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum())
