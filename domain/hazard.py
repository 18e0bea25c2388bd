"""隐患 — what an official confirmed or an enterprise found of itself: where it stands, where it came from, who acts.

安全生产法 art. 41: hazards are looked for, put right, recorded truthfully and told to the staff; major ones are also
reported to the regulator.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.authority import Duty, DutyLacking, OfficeRole
from domain.checklist import Grade
from domain.refusal import Refusal

WORDS_LIMIT = 500
PHOTOS_A_ROUND = 5


class HazardState(StrEnum):
    """Where a hazard stands. Whatever is `over` asks nothing of anybody any more."""

    REPORTED = "reported"  # 待核实
    VERIFIED = "verified"  # 待派单
    ORDERED = "ordered"  # 待整改
    RECTIFIED = "rectified"  # 待复查
    RECHECKED = "rechecked"  # 待销号
    CLOSED = "closed"  # 已销号
    CONFIRMED = "confirmed"  # 已销号, and whoever reported agrees
    RETURNED = "returned"  # 不属实
    MERGED = "merged"  # 并案
    HANDED_OVER = "handed_over"  # 移交: 违法行为 leaves the path on which an enterprise puts things right

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done about it."""
        return self in OPEN


OPEN = frozenset({
    HazardState.REPORTED, HazardState.VERIFIED, HazardState.ORDERED, HazardState.RECTIFIED, HazardState.RECHECKED,
})  # fmt: skip
# 销号 counts only these: what was returned or merged was no hazard of its own.
DONE = frozenset({HazardState.CLOSED, HazardState.CONFIRMED})


class Source(StrEnum):
    """来源 — who found it; shown through to every paper and figure."""

    SELF = "self"  # 自查自改
    REPORT = "report"  # 举报
    OFFICIAL = "official"  # 监管检查
    JOINT = "joint"  # 联合检查
    EXPERT = "expert"  # 第三方、专家
    CROSS = "cross"  # 互查


# Which sources an office finds hazards from on the spot; the first is what is meant unless another is chosen.
ON_SITE: dict[OfficeRole, tuple[Source, ...]] = {
    OfficeRole.HEAD: (Source.OFFICIAL, Source.JOINT),
    OfficeRole.OFFICER: (Source.OFFICIAL, Source.JOINT),
    OfficeRole.EXPERT: (Source.EXPERT, Source.CROSS),
}
# What those say who decide about hazards needs nobody to verify it.
VERIFIED_AT_ONCE = frozenset({Source.OFFICIAL, Source.JOINT})


def sources_on_site(role: OfficeRole) -> tuple[Source, ...]:
    """The sources from which that office opens hazards on the spot. Raises DutyLacking when there are none."""
    if role not in ON_SITE:
        raise DutyLacking(role=role, duty=Duty.TRIAGE)
    return ON_SITE[role]


class Party(StrEnum):
    """Who may take a step. One person may be several of these at once."""

    OFFICIAL = "official"  # decides about hazards, and it lies in their jurisdiction
    HEAD = "head"  # the same, as 负责人
    FIXER = "fixer"  # principal or safety officer of the enterprise
    REPORTER = "reporter"  # whoever reported it


class StepStale(Refusal):
    """Somebody else was faster: the hazard does not stand there any more, or the step is not this person's.
    Facts: `state`.
    """


class VerifierIsFixer(Refusal):
    """Whoever put a hazard right, or rechecked a major one, does not also say that it is done."""


class AfterPhotoMissing(Refusal):
    """There is no rectification without a photo of how it looks now."""


class WordsMissing(Refusal):
    """That step says why, in words that the others can understand."""


class DayUnfit(Refusal):
    """A term ends on a day that is still to come, and not beyond a year."""


class AskedDayPast(Refusal):
    """A later term that was asked for and has passed meanwhile is agreed to no more: it would be missed at once."""


class ClauseMissing(Refusal):
    """A major hazard names the clause by which it is one."""


class SumUnclear(Refusal):
    """An amount of money is a number of yuan, with 万 if need be."""


class PlanMissing(Refusal):
    """五落实: a major hazard is put right by a plan of measures, responsible person, money, term and emergency plan.
    Facts: `missing`, the names of the parts that are not there yet.
    """


class MergeUnfit(Refusal):
    """A hazard is merged into another one that is open and within the same official's sight."""


class UnitMissing(Refusal):
    """Somebody has to put it right: an order goes to an enterprise, which is named first."""


class UnitUnfit(Refusal):
    """The enterprise that is to put a hazard right lies where whoever names it is responsible."""


class FollowerUnfit(Refusal):
    """督促人 is an official who serves and decides about such hazards."""


class PrincipalMissing(Refusal):
    """What is hung up is agreed to by the principal, and none of this enterprise is in the chat."""


class UndoTooLate(Refusal):
    """A step is taken back by whoever took it, within a minute, and before anybody else took another."""


@dataclass(frozen=True, slots=True)
class Hazard:
    """What the rule needs to know of a hazard.

    version: how many steps it has seen. due_on, asked_on: Asia/Shanghai days; asked_on is the later term that its
    enterprise asks for, None while it does not. rectified_by: the contact who last reported it put right.
    rechecked_by: the contact who last found it put right. photos: of the present round, how it looks now, stored or on
    their way; stored: those that can be looked at. has_unit: it is
    known which enterprise has to put it right. is_hinted: its checklist hints that it may be a major one. plan_missing:
    the parts of 五落实 that a major one still lacks.
    """

    state: HazardState
    grade: Grade
    source: Source
    version: int = 1
    due_on: date | None = None
    asked_on: date | None = None
    rectified_by: int | None = None
    rechecked_by: int | None = None
    photos: int = 0
    stored: int = 0
    has_clause: bool = False
    has_unit: bool = True
    is_listed: bool = False
    is_hinted: bool = False
    plan_missing: tuple[str, ...] = ()

    @property
    def is_own_affair(self) -> bool:
        """自查自改: a general one that the enterprise found of itself, it may also recheck by a second person."""
        return self.source is Source.SELF and self.grade is Grade.GENERAL and not self.is_hinted

    def is_overdue(self, on: date) -> bool:
        """Whether its term has run out with nothing reported put right."""
        return self.state is HazardState.ORDERED and self.due_on is not None and self.due_on < on


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who wants to take a step: their contact, and which parties they are for this hazard.

    contact_id None: an anonymous reporter, of whom nothing is known.
    """

    contact_id: int | None
    parties: frozenset[Party]
