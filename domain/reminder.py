"""提醒 — when a person may be reminded, of what, and what is held back: decided here, at the moment of sending."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from domain.calendar import Calendar

WEEKLY_BUDGET = 5
DAILY_HOUR = 9
DAILY_HOURS = (8, 9, 10, 12, 14, 17)
QUIET_FROM = time(21)
QUIET_UNTIL = time(8)
# What was due while the process was down is still sent as itself when it is no later than this.
GRACE_FOR = timedelta(hours=6)
# A notice that asks for 已阅 is brought back once, after this many workdays.
UNREAD_AFTER_DAYS = 2


@dataclass(frozen=True, slots=True)
class QuietHours:
    """免打扰 — from one wall-clock time to another, past midnight when `start` is the later; equal means never."""

    start: time = QUIET_FROM
    end: time = QUIET_UNTIL

    def is_quiet(self, at: time) -> bool:
        """Whether that time of day is quiet; the end itself is not."""
        if self.start <= self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end


QUIET_CHOICES = (
    QuietHours(),
    QuietHours(time(20), time(9)),
    QuietHours(time(19), time(8)),
    QuietHours(time(22), time(7)),
)


@dataclass(frozen=True, slots=True)
class Wishes:
    """提醒设置 — what a contact wants: quiet hours, how many pushes a week, at which hour, and whether at all."""

    quiet: QuietHours = QuietHours()
    budget: int = WEEKLY_BUDGET
    daily_hour: int = DAILY_HOUR
    is_bundled: bool = False
    is_stopped: bool = False


@dataclass(frozen=True, slots=True)
class Almanac:
    """When things may be said: the office's time zone and its workdays."""

    zone: tzinfo
    calendar: Calendar = field(default_factory=Calendar)

    def on(self, at: datetime) -> date:
        """The calendar day of an instant."""
        return at.astimezone(self.zone).date()

    def at(self, on: date, clock: time) -> datetime:
        """The instant of a wall-clock time on a day."""
        return datetime.combine(on, clock, self.zone)

    def workdays_after(self, on: date, count: int) -> date:
        """The day that lies so many workdays after another."""
        for _ in range(count):
            on = self.calendar.workday_from(on + timedelta(days=1))
        return on

    def workdays_before(self, on: date, count: int) -> date:
        """The latest day after which so many workdays have come by that day."""
        day = on
        while self.workdays_after(day, count) > on:
            day -= timedelta(days=1)
        return day

    def start_of(self, on: date) -> datetime:
        """The instant at which a day begins."""
        return self.at(on, time())

    def end_of(self, on: date) -> datetime:
        """The instant at which a day is over."""
        return self.start_of(on + timedelta(days=1))

    def allowed_from(self, at: datetime, quiet: QuietHours, on_workdays: bool = False) -> datetime:
        """The first instant from `at` on that is not quiet and, if asked, lies on a workday."""
        for _ in range(3):
            local = at.astimezone(self.zone)
            if on_workdays and (workday := self.calendar.workday_from(local.date())) != local.date():
                at = self.start_of(workday)
                continue
            if not quiet.is_quiet(local.timetz().replace(tzinfo=None)):
                return at
            after_midnight = local.time() < quiet.end
            at = self.at(local.date() if after_midnight else local.date() + timedelta(days=1), quiet.end)
        return at

    def slot(self, on: date, wishes: Wishes) -> datetime:
        """The instant on or after that day at which this person is reminded: their hour, on a workday, not in quiet."""
        day = self.calendar.workday_from(on)
        return self.allowed_from(self.at(day, time(wishes.daily_hour)), wishes.quiet, on_workdays=True)

    def next_slot(self, now: datetime, wishes: Wishes) -> datetime:
        """The next such instant that lies after `now`."""
        today = self.on(now)
        first = self.slot(today, wishes)
        return first if first > now else self.slot(today + timedelta(days=1), wishes)

    def week_from(self, at: datetime) -> datetime:
        """When the week of an instant began: Monday, midnight."""
        today = self.on(at)
        return self.start_of(today - timedelta(days=today.weekday()))


class Step(StrEnum):
    """What becomes of a push at the moment at which it would be sent."""

    SEND = "send"
    WAIT = "wait"
    FOLD = "fold"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Decision:
    """A step; `until` says for how long to wait or when the digest is due, `reason` is a word for the record."""

    step: Step
    reason: str = ""
    until: datetime | None = None


SEND = Decision(Step.SEND)


def decide(
    almanac: Almanac,
    wishes: Wishes,
    now: datetime,
    *,
    told_this_week: int,
    is_urgent: bool = False,
    may_fold: bool = True,
    on_workdays: bool = False,
) -> Decision:
    """What to do now with something nobody waits for.

    An urgent one always goes. A stop comes before everything else; then quiet hours and workdays. A digest, into
    which the others are folded, and a notice that wants a receipt may not be folded themselves. `told_this_week`
    counts pushes that went out.
    """
    if is_urgent:
        return SEND
    if wishes.is_stopped:
        return Decision(Step.SKIP, "stopped")
    allowed = almanac.allowed_from(now, wishes.quiet, on_workdays)
    if allowed > now:
        return Decision(Step.WAIT, "quiet", allowed)
    if not may_fold:
        return SEND
    if wishes.is_bundled:
        return Decision(Step.FOLD, "digest", almanac.next_slot(now, wishes))
    if told_this_week >= wishes.budget:
        return Decision(Step.FOLD, "digest", almanac.next_slot(now, wishes))
    return SEND


@dataclass(frozen=True, slots=True)
class Due:
    """One thing of which a contact is to be reminded: `due_at` is when it should have been said."""

    due_at: datetime


class Form(StrEnum):
    """How what is due for one person is said: nothing yet, each as itself, or all in one digest."""

    NOTHING = "nothing"
    ITSELF = "itself"
    DIGEST = "digest"


def form_of(
    due: Sequence[Due], now: datetime, *, folded: int = 0, has_digest_today: bool = False, is_bundled: bool = False
) -> Form:
    """One message at most: the only one as itself when it is hardly late, else one digest, once a day.

    What was slept through is summarised, never sent as a storm. A second digest of a day waits for the next.
    """
    if not due and not folded:
        return Form.NOTHING
    is_fresh = all(now - one.due_at <= GRACE_FOR for one in due)
    if len(due) == 1 and not folded and is_fresh and not is_bundled:
        return Form.ITSELF
    return Form.NOTHING if has_digest_today else Form.DIGEST


class FindingStep(StrEnum):
    """Which day of a finding's term it is about."""

    SOON = "soon"
    TODAY = "today"
    OVERDUE = "overdue"


# Days from `due_on` at which a finding is brought up. After the last one it stays on the officials' list.
FINDING_DAYS = ((-3, FindingStep.SOON), (0, FindingStep.TODAY), (1, FindingStep.OVERDUE))


def next_finding_day(due_on: date, after: date) -> date | None:
    """The next day after `after` on which a finding is brought up; None when there is none left."""
    days = (due_on + timedelta(days=days) for days, _ in FINDING_DAYS)
    return next((day for day in days if day > after), None)


def finding_step(due_on: date, today: date) -> FindingStep:
    """What is true of a finding's term today, whichever reminder was slept through."""
    if today > due_on:
        return FindingStep.OVERDUE
    return FindingStep.TODAY if today == due_on else FindingStep.SOON
