"""法条 — a law that can be looked up, and which of them somebody means by what they type."""

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


def meant(laws: Iterable[Law], name: str) -> tuple[Law, ...]:
    """The laws that a name may mean: exactly that one, else all whose names hold it, shortest names first."""
    every = tuple(laws)
    if exact := tuple(law for law in every if name in law.names):
        return exact[:1]
    near = (law for law in every if any(name in one for one in law.names))
    return tuple(sorted(near, key=lambda law: len(law.title)))
