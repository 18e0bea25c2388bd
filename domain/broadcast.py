"""群发通知 — what an official tells many at once: to whom, from when until when, and who must agree to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from domain.contact import Jurisdiction, Role
from domain.refusal import Refusal

# Above this many recipients, or when it is urgent, a second official must agree (threat T6).
ALONE_UP_TO = 500
CHASE_EVERY_FOR = timedelta(hours=4)
IN_FORCE_DAYS = (1, 3, 7, 30)
DEFAULT_DAYS = 7
# More names than this come as a workbook.
NAMES_IN_CHAT = 20
QUIET_FROM, QUIET_UNTIL = time(21), time(8)


class BroadcastState(StrEnum):
    """起草 → (待第二人确认) → 已发布 → (已撤回); or thrown away as a draft."""

    DRAFT = "draft"
    AWAITING = "awaiting"
    APPROVED = "approved"
    RECALLED = "recalled"
    DISCARDED = "discarded"


_MAY_BECOME = {
    BroadcastState.DRAFT: {BroadcastState.AWAITING, BroadcastState.APPROVED, BroadcastState.DISCARDED},
    BroadcastState.AWAITING: {BroadcastState.DRAFT, BroadcastState.APPROVED},
    BroadcastState.APPROVED: {BroadcastState.RECALLED},
    BroadcastState.RECALLED: set[BroadcastState](),
    BroadcastState.DISCARDED: set[BroadcastState](),
}


class Posts(StrEnum):
    """Whom at an enterprise: everybody, or holders of certain posts."""

    EVERYBODY = "everybody"
    PRINCIPAL = "principal"
    SAFETY_OFFICER = "safety_officer"
    ANSWERABLE = "answerable"
    EMPLOYEE = "employee"

    @property
    def roles(self) -> tuple[Role, ...]:
        return _ROLES[self]


_ROLES = {
    Posts.EVERYBODY: tuple(Role),
    Posts.PRINCIPAL: (Role.PRINCIPAL,),
    Posts.SAFETY_OFFICER: (Role.SAFETY_OFFICER,),
    Posts.ANSWERABLE: (Role.PRINCIPAL, Role.SAFETY_OFFICER),
    Posts.EMPLOYEE: (Role.EMPLOYEE,),
}


@dataclass(frozen=True, slots=True)
class Bound:
    """What an official may address at most: a jurisdiction and, for the officer of a trade, its industries."""

    jurisdiction: Jurisdiction
    industries: frozenset[str] = frozenset()

    def allows(self, audience: Audience) -> bool:
        """Whether everybody in that audience lies within."""
        if not self.jurisdiction.covers(audience.street, audience.grid):
            return False
        meant = audience.within or frozenset((audience.industry,))
        return not self.industries or meant <= self.industries


@dataclass(frozen=True, slots=True)
class Audience:
    """受众 — who is meant; an empty word is no bound.

    within: the industries that the drafting official answers for; unacknowledged_of: the id of an earlier broadcast.
    """

    street: str = ""
    grid: str = ""
    group: str = ""
    industry: str = ""
    posts: Posts = Posts.EVERYBODY
    risk_class: str = ""
    unacknowledged_of: int | None = None
    within: frozenset[str] = frozenset()

    def bounded(self, bound: Bound) -> Audience:
        """The same audience, inside what its official may address."""
        mine = bound.jurisdiction
        return replace(self, street=mine.street or self.street, grid=mine.grid or self.grid, within=bound.industries)

    def meets(self, street: str, grid: str, group: str, industries: frozenset[str], risk_class: str) -> bool:
        """Whether an enterprise like this is meant."""
        pairs = ((self.street, street), (self.grid, grid), (self.group, group), (self.risk_class, risk_class))
        return (
            all(not wanted or wanted == there for wanted, there in pairs)
            and (not self.industry or self.industry in industries)
            and (not self.within or bool(self.within & industries))
        )

    def as_facts(self) -> dict[str, object]:
        """As plain values that JSON can hold."""
        return {
            "street": self.street, "grid": self.grid, "group": self.group, "industry": self.industry,
            "posts": self.posts.value, "risk_class": self.risk_class,
            "unacknowledged_of": self.unacknowledged_of, "within": sorted(self.within),
        }  # fmt: skip

    @classmethod
    def of(cls, facts: Mapping[str, object]) -> Audience:
        """The audience that `as_facts` wrote down."""
        earlier, within = facts.get("unacknowledged_of"), facts.get("within") or ()
        words = {name: str(facts.get(name) or "") for name in ("street", "grid", "group", "industry", "risk_class")}
        return cls(
            **words,
            posts=Posts(str(facts.get("posts") or Posts.EVERYBODY)),
            unacknowledged_of=earlier if isinstance(earlier, int) else None,
            within=frozenset(map(str, within if isinstance(within, (list, tuple)) else ())),
        )


class AudienceEmpty(Refusal):
    """Nobody who could be told is meant."""


class BroadcastMoved(Refusal):
    """Somebody has decided on it already; `state`, `by` and `at` say what happened."""


class SecondOfficialMissing(Refusal):
    """It needs a second official and there is none whose jurisdiction covers it."""


class OwnBroadcast(Refusal):
    """The second official must be somebody else than the first."""


class CountMistyped(Refusal):
    """The number typed is not the number of recipients."""


class AudienceChanged(Refusal):
    """The audience has grown or shrunk since the count was shown; `count` is what it is now."""


class DrafterGone(Refusal):
    """Whoever drafted it serves no more: without an office behind it, it is nobody's to send."""


class DraftChanged(Refusal):
    """It says something else, or goes elsewhere or at another time, than what was shown to whoever agrees to it."""


class ChasedRecently(Refusal):
    """They were reminded a short while ago; `at` says when."""


class NobodyToChase(Refusal):
    """Everybody who could be reached has pressed 已阅."""


def must_move(state: BroadcastState, to: BroadcastState) -> None:
    """Raises BroadcastMoved unless a broadcast may go from the one state to the other."""
    if to not in _MAY_BECOME[state]:
        raise BroadcastMoved(state=state)


def must_have_second(count: int, is_urgent: bool) -> bool:
    """Whether a second official must agree and type the count."""
    return is_urgent or count > ALONE_UP_TO


def outside_quiet(at: datetime, zone: tzinfo) -> datetime:
    """`at`, or 08:00 of the coming morning when that lies in the quiet hours of the night (21:00-08:00)."""
    there = at.astimezone(zone)
    if QUIET_UNTIL <= there.time() < QUIET_FROM:
        return at
    on = there.date() + timedelta(days=1 if there.time() >= QUIET_FROM else 0)
    return datetime.combine(on, QUIET_UNTIL, zone)


def in_force_until(from_on: date, days: int, zone: tzinfo) -> datetime | None:
    """The end of the last day on which a broadcast is in force; no end for 0 days."""
    if not days:
        return None
    return datetime.combine(from_on + timedelta(days=days + 1), time(), zone)


def read_count(typed: str) -> int | None:
    """The number that was typed, or None when it is none; words around it do not matter."""
    figures = re.findall(r"\d{1,9}", typed)
    return int(figures[0]) if len(figures) == 1 else None


def may_chase(last_at: datetime | None, now: datetime) -> None:
    """Raises ChasedRecently when they were reminded a short while ago."""
    if last_at is not None and now - last_at < CHASE_EVERY_FOR:
        raise ChasedRecently(at=last_at, hours=int(CHASE_EVERY_FOR.total_seconds() // 3600))
