"""条款 — what makes a hazard a hazard: a criterion of a major hazard, or the article that a common one breaks."""

from dataclasses import dataclass

from domain.basis import Basis


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing that can be wrong, in plain words, and the clause against it.

    `label` is the clause as an official writes it, with item and all.  `is_major` says that the clause is a
    criterion of a major hazard: a hint for the human who grades, never a verdict.  Empty `trades` suit all.
    `patterns` are the words it is found by: every group of a pattern must occur, in any order, each group by
    any one of its alternatives.
    """

    id: str
    title: str
    plain: str
    label: str
    is_major: bool
    trades: frozenset[str]
    patterns: tuple[tuple[tuple[str, ...], ...], ...]
    basis: tuple[Basis, ...]
