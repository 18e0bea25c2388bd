"""依据 — the article of a law that a claim rests on, with the words quoted from it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Basis:
    """One citation: short name of the law, article number in Arabic digits, and its exact words.

    An article "之一" is written with a hyphen (134-1).  The quotation may leave words out only
    where it shows the Chinese ellipsis (two characters "…").
    """

    law: str
    article: str
    quote: str
