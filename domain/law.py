"""法条 — a law that can be looked up, and one article of it; which of them somebody means by what they type."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Law:
    """A law by its short name and its full title.

    version: what is known of the version, for people to read. is_whole: whether all its articles are at hand.
    origin: imported by the bureau, from an installed package, or shipped excerpts.
    """

    short: str
    title: str
    version: str
    is_whole: bool
    origin: str

    @property
    def names(self) -> frozenset[str]:
        """Whatever it may be called."""
        return frozenset((self.short, self.title))


@dataclass(frozen=True, slots=True)
class Article:
    """One article as printed; `number` in Arabic digits, 134-1 for an article "之一"."""

    law: Law
    number: str
    text: str


def meant(laws: Iterable[Law], name: str) -> tuple[Law, ...]:
    """The laws that a name may mean: exactly that one, else all whose names hold it, shortest names first."""
    every = tuple(laws)
    if exact := tuple(law for law in every if name in law.names):
        return exact[:1]
    near = (law for law in every if any(name in one for one in law.names))
    return tuple(sorted(near, key=lambda law: len(law.title)))
