"""官方检查 — officials inspect an enterprise together: of which kind, who fills which part, and what was answered.

安全生产法 art. 67-69: officers show their certificates, write down what they found, and inspect jointly.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.authority import Duty, DutyLacking, OfficeRole
from domain.basis import Basis
from domain.checklist import Verdict
from domain.hazard import Source, sources_on_site
from domain.refusal import Refusal


class VisitKind(StrEnum):
    """检查方式 — counted apart from each other: help is no enforcement."""

    ENFORCEMENT = "enforcement"  # 执法检查
    GUIDANCE = "guidance"  # 帮扶指导
    JOINT = "joint"  # 联合检查
    EXPERT = "expert"  # 专家检查
    CROSS = "cross"  # 互查


class VisitState(StrEnum):
    """Where a visit stands."""

    GOING = "going"
    FINISHED = "finished"
    UNFINISHED = "unfinished"  # 未完成: nobody finished it, and a superior closed it with what was written down
    DISCARDED = "discarded"  # begun by mistake, nothing was written down


# Those that are over and of which there is a record.
RECORDED = frozenset({VisitState.FINISHED, VisitState.UNFINISHED})
# After so many workdays a visit has been left open: its people are reminded once, a superior may close it.
LEFT_OPEN_AFTER = 2


# Which kinds an office begins. Whoever may find hazards on the spot may take part in any.
KINDS: dict[OfficeRole, tuple[VisitKind, ...]] = {
    OfficeRole.HEAD: (VisitKind.ENFORCEMENT, VisitKind.GUIDANCE, VisitKind.JOINT),
    OfficeRole.OFFICER: (VisitKind.ENFORCEMENT, VisitKind.GUIDANCE, VisitKind.JOINT),
    OfficeRole.EXPERT: (VisitKind.EXPERT, VisitKind.CROSS),
}
_SOURCES = {
    VisitKind.ENFORCEMENT: Source.OFFICIAL, VisitKind.GUIDANCE: Source.OFFICIAL, VisitKind.JOINT: Source.JOINT,
    VisitKind.EXPERT: Source.EXPERT, VisitKind.CROSS: Source.CROSS,
}  # fmt: skip


def kinds_of(role: OfficeRole) -> tuple[VisitKind, ...]:
    """The kinds of visits that an office begins. Raises DutyLacking when there are none."""
    if role not in KINDS:
        raise DutyLacking(role=role, duty=Duty.TRIAGE)
    return KINDS[role]


def source_in(kind: VisitKind, role: OfficeRole) -> Source:
    """The source of what somebody of that office finds in such a visit. Raises DutyLacking."""
    offered = sources_on_site(role)
    return _SOURCES[kind] if _SOURCES[kind] in offered else offered[0]


class VisitOver(Refusal):
    """The visit is finished or was discarded: nothing is written into it any more."""


class VisitUnderWay(Refusal):
    """A visit that was not left open is finished by those who take part in it. Facts: `days`, of workdays."""


class CloserNotHead(Refusal):
    """A visit that was left open is closed by a 负责人, or finished by those who take part in it."""


class NotTakingPart(Refusal):
    """Only whoever takes part in a visit writes into it."""


class PartHeld(Refusal):
    """Somebody else has that part of the list by now. Facts: `holder`, empty when nobody has it."""


class ListChosen(Refusal):
    """Another list was chosen for this visit, and something is answered in it already."""


class VisitNotEmpty(Refusal):
    """What holds an answer or a hazard is finished, not discarded."""


@dataclass(frozen=True, slots=True)
class ProcedureStep:
    """程序步骤 — what officials must not forget in visits of these kinds, and the words of the law that ask it."""

    id: str
    title: str
    plain: str
    kinds: frozenset[VisitKind]
    basis: tuple[Basis, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one official said of one item; rows are only ever added, so `at` says which of theirs stands."""

    official_id: int
    by: str
    item_id: str
    verdict: Verdict
    at: datetime
    hazard_id: int | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """Who did a step of the procedure, and when it was ticked."""

    official_id: int
    by: str
    at: datetime


def standing(answers: Iterable[Answer]) -> Mapping[str, tuple[Answer, ...]]:
    """By item the latest answer of each official who gave one, in the order in which these were given.

    answers: in the order in which they were written down.
    """
    latest: dict[tuple[str, int], Answer] = {}
    for one in answers:
        latest.pop((one.item_id, one.official_id), None)
        latest[one.item_id, one.official_id] = one
    found: dict[str, tuple[Answer, ...]] = {}
    for (item_id, _), one in latest.items():
        found[item_id] = (*found.get(item_id, ()), one)
    return found


def is_disputed(answers: Iterable[Answer]) -> bool:
    """Whether those who answered the same item do not agree: both stand, and it is shown."""
    return len({one.verdict for one in answers}) > 1
