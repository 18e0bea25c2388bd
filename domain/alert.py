"""告警 — figures in, what to tell the operators out: said once when it begins and once when it is over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

NOTHING = timedelta(0)
# What has only just become good again may turn bad once more: so long it has to stay good.
CALM_FOR = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Rule:
    """When one thing is wrong: its figure is above `above`; it is over once the figure stays at `fine_at` or below.

    Between the two nothing changes, so that a figure on the line does not say "bad, good, bad, good".
    bad_for, fine_for: how long it has to be so before it is said.
    """

    name: str
    above: float
    fine_at: float
    bad_for: timedelta = NOTHING
    fine_for: timedelta = CALM_FOR


# What the repair sweeps look for and must not find.
SEARCHES = ("newcomers", "audience_rows", "late_leases", "reminders_stuck", "photos_stuck", "letters_stuck", "journal")

RULES = (
    # Minutes for which Telegram has been holding updates back; after 24 hours it throws them away.
    Rule("inbox", above=10, fine_at=0, fine_for=NOTHING),
    # 1 while Telegram calls another address than ours.
    Rule("webhook", above=0, fine_at=0, fine_for=NOTHING),
    # 1 while Telegram reports that calling us fails.
    Rule("webhook_failing", above=0, fine_at=0),
    # Seconds for which the oldest urgent notice has been due.
    Rule("urgent", above=120, fine_at=60, fine_for=NOTHING),
    # Minutes for which something has been due while nothing at all went out, though nothing is paused.
    # Right after a pause it takes a moment for the first to go.
    Rule("stalled", above=10, fine_at=0, bad_for=timedelta(minutes=2), fine_for=NOTHING),
    # Minutes for which sending is still paused; a refused token has an alert of its own.
    Rule("pause", above=15, fine_at=0, fine_for=NOTHING),
    # 1 while nothing is sent after a restore until an official has looked.
    Rule("held", above=0, fine_at=0, fine_for=NOTHING),
    # 1 while Telegram refuses the token.
    Rule("token", above=0, fine_at=0, fine_for=NOTHING),
    # 1 when somebody else asked Telegram for our updates within the last minutes.
    Rule("conflict", above=0, fine_at=0),
    # 1 when within the last hours an update came under the number of another one.
    Rule("same_id", above=0, fine_at=0),
    # Updates in quarantine.
    Rule("quarantine", above=10, fine_at=8, fine_for=NOTHING),
    # Percent of the disk in use.
    Rule("disk", above=90, fine_at=88, fine_for=NOTHING),
    # Minutes by which the next backup is overdue.
    Rule("backup", above=60, fine_at=0, fine_for=NOTHING),
    # Seconds by which the clock jumped since the last look.
    Rule("clock", above=60, fine_at=1),
    # Percent of what went out in the last minutes whose fate is unknown; of fewer than a few nothing is said.
    Rule("unknown", above=1, fine_at=0.5),
    # Seconds since the sweep that settles what killed processes held.
    Rule("sweep", above=90, fine_at=60, fine_for=NOTHING),
    # 1 while the database does not answer; known to one process only, which cannot write it down.
    Rule("database", above=0, fine_at=0, bad_for=timedelta(minutes=1), fine_for=timedelta(minutes=1)),
    *(Rule(f"found_{search}", above=0, fine_at=0) for search in SEARCHES),
)
NAMED = {rule.name: rule for rule in RULES}
# The one that cannot be written down.
UNWRITTEN = "database"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one alert stands. `raised_at` is None while nothing is wrong as far as was said.

    bad_since, fine_since: since when every look has found it so; None when the last look found otherwise.
    """

    name: str
    figure: float = 0.0
    raised_at: datetime | None = None
    bad_since: datetime | None = None
    fine_since: datetime | None = None

    @property
    def is_raised(self) -> bool:
        return self.raised_at is not None


@dataclass(frozen=True, slots=True)
class Change:
    """An alert that begins at `at`, or that began then and is over."""

    name: str
    figure: float
    began_at: datetime
    is_over: bool


def step(rule: Rule, before: Standing, figure: float, now: datetime) -> Standing:
    """What one look at the figure makes of it."""
    is_bad, is_fine = figure > rule.above, figure <= rule.fine_at
    # A clock set back must not make a wait longer than it is.
    bad_since = min(before.bad_since or now, now) if is_bad else None
    fine_since = min(before.fine_since or now, now) if is_fine else None
    raised_at = before.raised_at
    if raised_at is None and bad_since is not None and now - bad_since >= rule.bad_for:
        raised_at = now
    elif raised_at is not None and fine_since is not None and now - fine_since >= rule.fine_for:
        raised_at = None
    if raised_at is None and not is_bad:
        # Nothing is wrong, and that is all there is to remember.
        fine_since = None
    # While it lasts, the figure shown is the one that is known now; a good one says nothing worth keeping.
    return replace(
        before, figure=figure if raised_at or is_bad else 0.0, raised_at=raised_at, bad_since=bad_since,
        fine_since=fine_since,
    )  # fmt: skip


def change(before: Standing, after: Standing) -> Change | None:
    """What is to be said of a step; None when nothing is."""
    if before.raised_at is None and after.raised_at is not None:
        return Change(after.name, after.figure, after.raised_at, is_over=False)
    if before.raised_at is not None and after.raised_at is None:
        return Change(after.name, before.figure, before.raised_at, is_over=True)
    return None


def look(
    standings: Mapping[str, Standing], figures: Mapping[str, float], now: datetime
) -> Iterator[tuple[Standing, Change | None]]:
    """Every standing that differs now, with what is to be said. A figure that is not known changes nothing."""
    for rule in RULES:
        if rule.name not in figures:
            continue
        before = standings.get(rule.name, Standing(rule.name))
        after = step(rule, before, figures[rule.name], now)
        if after != before:
            yield after, change(before, after)
