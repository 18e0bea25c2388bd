"""逐级督办 — a hazard past its term climbs: 提醒, 通报, 督办单, 约谈通知, 联合惩戒建议; which step is due, and when.

Days are workdays. A step is only drafted; it counts once a named official has released it, and the next one is due when
that one's wait is over. Whatever is reported, granted, closed or objected to stops the climb.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.checklist import Grade
from domain.hazard import Hazard
from domain.refusal import Refusal
from domain.reminder import Almanac


class Rung(StrEnum):
    """级 — the steps from the lowest to the highest."""

    REMINDER = "reminder"  # 提醒
    CIRCULAR = "circular"  # 通报
    SUPERVISION = "supervision"  # 督办单
    INTERVIEW = "interview"  # 约谈通知
    SANCTION = "sanction"  # 联合惩戒建议

    @property
    def height(self) -> int:
        """0 for the lowest."""
        return list(Rung).index(self)


class Releaser(StrEnum):
    """谁签发 — the clock by itself, any official who decides about hazards there, or a 负责人."""

    CLOCK = "clock"
    OFFICIAL = "official"
    HEAD = "head"


class Addressee(StrEnum):
    """发给谁 — whom a step reaches in the chat; departments get it on paper, from a person's hand."""

    ENTERPRISE = "enterprise"
    OFFICIALS = "officials"
    DEPARTMENTS = "departments"


class PaperState(StrEnum):
    """Where the paper of a step stands."""

    DRAFT = "draft"  # 待签发
    RELEASED = "released"  # 已发出
    ANSWERED = "answered"  # 已回复
    UNANSWERED = "unanswered"  # 逾期没有回复
    WITHDRAWN = "withdrawn"  # 作废

    @property
    def is_out(self) -> bool:
        """Whether it has been released and not taken back since."""
        return self in (PaperState.RELEASED, PaperState.ANSWERED, PaperState.UNANSWERED)


# These name an enterprise to others, so that two people have to look at them whatever a bureau's rules say.
NAMING = frozenset({Rung.CIRCULAR, Rung.SANCTION})


class ReleaserNotHead(Refusal):
    """That step is for a 负责人 to release."""


class SecondPersonNeeded(Refusal):
    """What names an enterprise to others is proposed by one person and released by another, who did not word it.
    Facts: `is_proposed`, whether somebody has proposed it already.
    """


class DeciderInvolved(Refusal):
    """Whoever proposed or released a paper does not decide what its enterprise says against it; nor does whoever said
    or answered it there judge that.
    """


class ObjectedAlready(Refusal):
    """Against one paper something is said once."""


class ListingOutOfDate(Refusal):
    """An enterprise is listed until a day that is still to come. Facts: `until_on`."""


class MeetingAhead(Refusal):
    """What came of an interview is written down once its time has come."""


class RecallTooLate(Refusal):
    """A paper is called back by whoever released it, within a minute."""


class PaperMovedOn(Refusal):
    """The paper does not stand there any more. Facts: `state`."""


class LadderStopped(Refusal):
    """Since the paper was drafted the hazard was reported put right, granted more time, closed or objected to."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table: at which grade, from which workday past the term, which step, and how it goes out.

    wait: workdays from its release until the next step may be due. reply: workdays the enterprise has to answer, 0 for
    none wanted. needs_second: whether one person proposes and another one releases.
    """

    grade: Grade
    rung: Rung
    late: int
    wait: int
    reply: int
    to: frozenset[Addressee]
    release: Releaser
    needs_second: bool


@dataclass(frozen=True, slots=True)
class Ladder:
    """The table. includes_own: whether what enterprises found of themselves climbs too (自查自改).

    meet_within: workdays within which an interview takes place.
    """

    rules: tuple[Rule, ...] = ()
    includes_own: bool = False
    meet_within: int = 5

    def rule(self, grade: Grade, rung: Rung) -> Rule | None:
        """The line of that grade and step, if there is one."""
        return next((one for one in self.rules if (one.grade, one.rung) == (grade, rung)), None)

    def above(self, grade: Grade, rung: Rung | None) -> Rule | None:
        """The next line above that step, or the lowest one."""
        height = -1 if rung is None else rung.height
        higher = (one for one in self.rules if one.grade is grade and one.rung.height > height)
        return min(higher, key=lambda one: one.rung.height, default=None)


@dataclass(frozen=True, slots=True)
class Standing:
    """A step that was drafted for the present term: what became of it. Days are Asia/Shanghai dates.

    has_stopped: an official decided not to go on from here, or an answer was taken as enough.
    """

    rung: Rung
    state: PaperState
    released_on: date | None = None
    reply_on: date | None = None
    has_stopped: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """What is due: that step now when `on` is not after today, else to look again on that day."""

    rule: Rule
    on: date


def climbs(ladder: Ladder, hazard: Hazard, today: date) -> bool:
    """Whether a hazard is past its term in a way that the ladder is for."""
    return hazard.is_overdue(today) and (ladder.includes_own or not hazard.is_own_affair)


def next_due(
    ladder: Ladder, hazard: Hazard, steps: Sequence[Standing], almanac: Almanac, *,
    is_objected: bool = False, objected_until: date | None = None,
) -> Due | None:  # fmt: skip
    """The next step and from which day on it is due; None while nothing is to come by itself.

    steps: those of the present term. is_objected: an objection waits for a decision. objected_until: the day on which
    the last one was turned down; the enterprise has a workday from then on.
    """
    if hazard.due_on is None or is_objected or (not ladder.includes_own and hazard.is_own_affair):
        return None
    if any(one.state is PaperState.DRAFT or one.has_stopped for one in steps):
        return None
    last = max(steps, key=lambda one: one.rung.height, default=None)
    if last is not None and last.state is PaperState.ANSWERED:
        return None
    rule = ladder.above(hazard.grade, last.rung if last else None)
    if rule is None:
        return None
    days = [almanac.workdays_after(hazard.due_on, rule.late)]
    if last is not None and last.released_on is not None:
        before = ladder.rule(hazard.grade, last.rung)
        days.append(almanac.workdays_after(last.released_on, before.wait if before else 1))
    if last is not None and last.reply_on is not None:
        days.append(almanac.workdays_after(last.reply_on, 1))
    if objected_until is not None:
        days.append(almanac.workdays_after(objected_until, 1))
    return Due(rule, max(days))


def is_unanswered(step: Standing, today: date) -> bool:
    """Whether a reply was wanted and its last day is over."""
    return step.state is PaperState.RELEASED and step.reply_on is not None and step.reply_on < today


def highest(rungs: Iterable[Rung]) -> Rung | None:
    """The highest of some steps."""
    return max(rungs, key=lambda one: one.height, default=None)
