"""找条款 — from what somebody types about a hazard to the clauses that speak of it, best first, offline."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from domain.clause import Clause

# Below this share of the words in common, what the pattern does not name is no match at all.
LIKENESS_LEAST = 0.5
# A clause this far behind the best one only distracts.
SHARE_OF_BEST = 0.45
# A pattern whose groups lie in different phrases may bring two hazards together that have nothing to do.
SCATTERED = 0.75
# What all words in common weigh beside a pattern.
OWN_WORDS = 4

_PAUSE = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Found:
    """A clause and how well it fits; scores compare within one search only."""

    clause: Clause
    score: float


class Speech:
    """How a language denies.

    bare: words that say that something is missing. denials: those that deny what follows, perhaps with a sign of
    `between` in the middle. calm: sayings that only sound like it.
    """

    def __init__(
        self, bare: Iterable[str] = (), denials: Iterable[str] = (), between: str = "", calm: Iterable[str] = ()
    ) -> None:
        self.bare = frozenset(bare)
        self.denial = _any_of(denials)
        self.denied = re.compile(self.denial)
        self.middle = f"[{re.escape(between)}]{{0,2}}" if between else ""
        self.calm = re.compile(_any_of(calm))


class _Group:
    """Words any one of which must be heard; `asks_denial` says that other groups of the pattern look for 没 or 不.

    What is denied on the spot, as in 没锁 and 不准抽烟, is not heard, unless the pattern asks for the denial.
    """

    def __init__(self, words: Sequence[str], weights: Mapping[str, float], asks_denial: bool, speech: Speech) -> None:
        self._speech = speech
        self._heaviest = sorted(((weights[word], word) for word in set(words)), reverse=True)
        bad = [word for word in words if not speech.denied.match(word)]
        self._denied = re.compile(speech.denial + speech.middle + _any_of(bad)) if bad and not asks_denial else None

    def weight_in(self, said: str) -> float:
        """The weight of the heaviest word heard, 0 for none."""
        affirmed = ""
        for weight, word in self._heaviest:
            if word not in said:
                continue
            if self._denied is None or (self._speech.denied.match(word) and word not in self._speech.bare):
                return weight
            affirmed = affirmed or self._denied.sub(" ", said)
            if word in affirmed:
                return weight
        return 0.0

    def denied_in(self, said: str) -> bool:
        """Whether it is said that this is not so."""
        return bool(self._denied and self._denied.search(said))


class ClauseFinder:
    """Ranks clauses for plain words; made once, since weighing every word takes some milliseconds."""

    def __init__(self, clauses: Iterable[Clause], speech: Speech) -> None:
        self._clauses: Sequence[Clause] = tuple(clauses)
        self._speech = speech
        named = Counter(chain(*({word for group in chain(*one.patterns) for word in group} for one in self._clauses)))
        weights = {
            word: math.log(1 + len(self._clauses) / count) * min(len(word), 4) / 2 for word, count in named.items()
        }
        self._patterns = {
            one.id: [_groups(pattern, weights, speech) for pattern in one.patterns] for one in self._clauses
        }
        self._pairs = {clause.id: self._pairs_of(clause) for clause in self._clauses}
        spread = Counter(pair for pairs in self._pairs.values() for pair in pairs)
        self._rarity = {pair: math.log(1 + len(self._clauses) / count) for pair, count in spread.items()}

    def find(self, text: str, most: int = 5, trades: frozenset[str] = frozenset()) -> tuple[Found, ...]:
        """The clauses that speak of it, at most so many; none for words that no clause knows.

        trades: those of the enterprise, wider ones included. A clause of another trade comes last, not never:
        the register may be wrong about the trade.
        """
        # What is calm stays as a gap, lest the words left beside it look like all that was said.
        phrases = [self._speech.calm.sub("    ", plain(phrase)) for phrase in _PAUSE.split(text)]
        said = "".join(phrases)
        found = []
        for clause in self._clauses:
            score = self._score(clause, said, phrases)
            if score:
                is_foreign = bool(trades and clause.trades) and not trades & clause.trades
                found.append(Found(clause, score * (0.6 if is_foreign else 1.0)))
        found.sort(key=lambda one: -one.score)
        return tuple(one for one in found[:most] if one.score >= found[0].score * SHARE_OF_BEST)

    def _score(self, clause: Clause, said: str, phrases: Sequence[str]) -> float:
        """The weight of the best pattern that fits whole, and some for every further word in common."""
        best = max((_fit(pattern, said, phrases) for pattern in self._patterns[clause.id]), default=0.0)
        likeness = self._likeness(clause, said)
        if best:
            return best + OWN_WORDS * likeness
        if likeness < LIKENESS_LEAST or any(group.denied_in(said) for group in chain(*self._patterns[clause.id])):
            return 0.0
        return likeness

    def _likeness(self, clause: Clause, said: str) -> float:
        """How much of what was said, weighed by rarity, the clause's own words hold; from 0 to 1."""
        pairs = {said[at : at + 2] for at in range(len(said) - 1)}
        # A pair that no clause has weighs most: it speaks of something else.
        strange = math.log(1 + 2 * len(self._clauses))
        common = pairs & self._pairs[clause.id]
        if len(common) < min(3, len(pairs)) or not pairs:
            return 0.0
        whole = sum(self._rarity.get(pair, strange) for pair in pairs)
        return sum(self._rarity[pair] for pair in common) / whole

    @staticmethod
    def _pairs_of(clause: Clause) -> frozenset[str]:
        # A criterion words the hazard; an article words what should be, which is no sign of one.
        quotes = "".join(basis.quote for basis in clause.basis) if clause.is_major else ""
        words = plain(clause.title + clause.plain + quotes)
        return frozenset(words[at : at + 2] for at in range(len(words) - 1))


def _groups(pattern: Sequence[Sequence[str]], weights: Mapping[str, float], speech: Speech) -> list[_Group]:
    asking = [any(map(speech.denied.match, group)) for group in pattern]
    return [_Group(group, weights, any(asking[:at] + asking[at + 1 :]), speech) for at, group in enumerate(pattern)]


def _any_of(words: Iterable[str]) -> str:
    """A pattern for any one of the words, the longest first; for none, one that nothing fits."""
    every = sorted(map(re.escape, words), key=len, reverse=True)
    return f"(?:{'|'.join(every)})" if every else "(?!)"


def _fit(pattern: Sequence[_Group], said: str, phrases: Sequence[str]) -> float:
    if not (whole := _weigh(pattern, said)) or len(phrases) == 1:
        return whole
    return max(whole * SCATTERED, *(_weigh(pattern, phrase) for phrase in phrases))


def _weigh(pattern: Sequence[_Group], said: str) -> float:
    total = 0.0
    for group in pattern:
        if not (heard := group.weight_in(said)):
            return 0.0
        total += heard
    return total


def plain(text: str) -> str:
    """Letters and digits only, widths unified, in small letters: what is compared."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum())
