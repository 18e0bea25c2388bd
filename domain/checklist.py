"""自查表 — a list of things an enterprise looks at by itself, each with how, against what, and what then."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from types import MappingProxyType

from domain.basis import Basis
from domain.contact import Role


class Grade(StrEnum):
    """隐患等级 — how grave a hazard may be; only an official decides it, a checklist merely hints."""

    GENERAL = "general"
    MAJOR = "major"


class ForWhom(StrEnum):
    """用表的人 — an enterprise, its principal alone, or any household; the last is never walked at an enterprise."""

    ENTERPRISE = "enterprise"
    LEADER = "leader"
    HOUSEHOLD = "household"


class Verdict(StrEnum):
    """检查结论 — 符合, 不符合 or 不涉及: what a person found at one item."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Item:
    """检查项 — one thing to look at; its `id` never changes once published, its words may.

    `due_days` counts calendar days from the finding.  `clause` names the criterion for a major
    hazard in words (law and article) and is present whenever `grade_hint` is major.
    """

    id: str
    title: str
    what: str
    how: str
    standard: str
    risk: str
    remedy: str
    due_days: int
    evidence: str
    grade_hint: Grade | None
    clause: str | None
    basis: tuple[Basis, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A run of items under one heading, in the order in which a person walks through the place."""

    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Checklist:
    """One published list; `version` goes up when wording changes, so that old records stay readable.

    An empty `industries` means that the list suits every trade.  `retired` are items of earlier versions:
    nobody is asked them any more, and their ids are not given to others.
    """

    id: str
    version: int
    title: str
    intro: str
    industries: frozenset[str]
    sections: tuple[Section, ...]
    audience: ForWhom = ForWhom.ENTERPRISE
    retired: tuple[Item, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """All items of all sections, in walking order."""
        return tuple(chain.from_iterable(section.items for section in self.sections))

    def item(self, item_id: str) -> Item:
        """The item of that id.

        Raises:
            KeyError: the list holds no such item.
        """
        for item in self.items:
            if item.id == item_id:
                return item
        raise KeyError(item_id)

    def suits(self, industry_ids: frozenset[str]) -> bool:
        """Whether an enterprise of these trades should be offered this list."""
        return not self.industries or bool(self.industries & industry_ids)


FOR_ENTERPRISES = frozenset({ForWhom.ENTERPRISE})
# 安全生产法 21: the seven duties are the principal's own, so nobody ticks them off in the principal's stead.
WALKED_BY: Mapping[Role, frozenset[ForWhom]] = MappingProxyType(
    {
        Role.PRINCIPAL: FOR_ENTERPRISES | {ForWhom.LEADER},
        Role.SAFETY_OFFICER: FOR_ENTERPRISES,
        Role.EMPLOYEE: frozenset(),
    }
)
