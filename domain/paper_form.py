"""文书样式 — the words of a paper with fixed places to fill in; it decides nothing, and no place stays empty."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.basis import Basis
from domain.checklist import Grade
from domain.ladder import Rung
from domain.refusal import Refusal

PLACE = re.compile(r"\{([^{}]*)\}")


class PaperIncomplete(Refusal):
    """Something that the paper says is not known yet. Facts: `missing`, the names of the places."""


@dataclass(frozen=True, slots=True)
class PaperForm:
    """One kind of paper. `facts` and `demand` are what an official may change before it goes out.

    Places are named in braces, as an editor writes them; each stands for one value.
    """

    rung: Rung
    title: str
    series: str
    facts: str
    demand: str
    body: tuple[str, ...]
    basis: tuple[Basis, ...]
    basis_major: tuple[Basis, ...] = ()

    def bases(self, grade: Grade) -> tuple[Basis, ...]:
        """The citations for a hazard of that grade."""
        return (*self.basis, *(self.basis_major if grade is Grade.MAJOR else ()))


@dataclass(frozen=True, slots=True)
class Letter:
    """A paper as it is printed: every word of it, so that it reads the same whatever becomes of its form.

    number: empty for a draft. signed_on: how the day is written, empty for a draft.
    """

    title: str
    number: str
    addressee: str
    paragraphs: tuple[str, ...]
    organ: str
    signer: str
    signed_on: str


def places_in(text: str) -> tuple[str, ...]:
    """The names of the places in a text, in order."""
    return tuple(PLACE.findall(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its places filled. What a person typed is put in as it is and never read for places again."""
    return PLACE.sub(lambda found: values[found[1]], text)


def must_be_complete(texts: Iterable[str], values: Mapping[str, str]) -> None:
    """Raises PaperIncomplete with the places for which there is nothing."""
    wanted = dict.fromkeys(name for text in texts for name in places_in(text))
    missing = tuple(name for name in wanted if not values.get(name, "").strip())
    if missing:
        raise PaperIncomplete(missing=missing)
