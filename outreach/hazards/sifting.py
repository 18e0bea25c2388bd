"""隐患筛选 — which hazards a list of the officials' queue holds: by pile, by what was chosen, by number or words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, func, or_, select

from domain.authority import Duty
from domain.checklist import Grade
from domain.contact import Jurisdiction, Official
from domain.hazard import OPEN, HazardState, Source
from domain.text import narrow
from outreach import overseeing
from outreach.concerning import within
from outreach.desk import Desk
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.hazards import HazardRecord

SOON_DAYS = 3
# More words than these narrow nothing down any further.
MOST_TERMS = 4
NUMBER = re.compile(r"(?:YH|ZC)?(\d{8}-\d{4,}(?:-\d{2,})?)")
SERIES = ("YH", "ZC")


class Pile(StrEnum):
    """The lists of the queue, by the letter that a button holds."""

    REPORTED = "n"  # 待核实
    VERIFIED = "v"  # 待派单
    OVERDUE = "o"  # 超期
    RECTIFIED = "r"  # 待复查
    RECHECKED = "x"  # 待销号
    EXTENSION = "t"  # 延期申请
    SOON = "s"  # 快到期
    OPEN = "a"  # 全部


# After a step that was taken in one of these states, the next one is looked for in its pile.
PILE_OF = {
    HazardState.REPORTED: Pile.REPORTED, HazardState.VERIFIED: Pile.VERIFIED, HazardState.ORDERED: Pile.OVERDUE,
    HazardState.RECTIFIED: Pile.RECTIFIED, HazardState.RECHECKED: Pile.RECHECKED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sift:
    """What a list holds. place: a street and a grid. trade: an industry's id, its narrower ones included.

    follower_id: the official who is 督促人, 0 for what nobody follows.

    words: what a hazard's number, words, place or enterprise must contain, each of them.
    """

    pile: Pile = Pile.OPEN
    grade: Grade | None = None
    source: Source | None = None
    place: tuple[str, str] | None = None
    trade: str = ""
    enterprise_id: int | None = None
    words: str = ""
    follower_id: int | None = None

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the pile and the words was chosen."""
        chosen = (self.place is not None, self.follower_id is not None)
        return any((self.grade, self.source, self.trade, self.enterprise_id, *chosen))


def in_pile(desk: Desk, pile: Pile) -> list[ColumnElement[bool]]:
    """The conditions of a pile as things stand today."""
    state, ordered = HazardRecord.state, HazardRecord.state == HazardState.ORDERED
    match pile:
        case Pile.OVERDUE:
            return [ordered, HazardRecord.due_on < desk.today]
        case Pile.SOON:
            return [ordered, HazardRecord.due_on.between(desk.today, desk.today + timedelta(days=SOON_DAYS))]
        case Pile.EXTENSION:
            return [ordered, HazardRecord.asked_on.is_not(None)]
        case Pile.OPEN:
            return [state.in_(sorted(OPEN))]
    return [state == next(known for known, one in PILE_OF.items() if one is pile)]


def conditions(desk: Desk, official: Official, sift: Sift) -> list[ColumnElement[bool]]:
    """What a hazard of the list must be, and that it concerns the official. Raises DutyLacking."""
    official.must(Duty.FINDINGS)
    found = within(official.jurisdiction, HazardRecord)
    number = _number(sift.words)
    if number:
        # Named in full it is found whatever has become of it.
        return [*found, HazardRecord.number.in_([number, *(series + number for series in SERIES)])]
    # So that the indexes of what is open are used, whichever pile it is.
    found += [HazardRecord.state.in_(sorted(OPEN)), *in_pile(desk, sift.pile)]
    if sift.grade is not None:
        found.append(HazardRecord.grade == sift.grade)
    if sift.source is not None:
        found.append(HazardRecord.source == sift.source)
    if sift.place is not None:
        found += [HazardRecord.street == sift.place[0], HazardRecord.grid == sift.place[1]]
    if sift.trade:
        jurisdiction = Jurisdiction(industries=overseeing.narrowed(desk.catalogue, (sift.trade,)))
        own = select(EnterpriseRecord.id).where(*overseeing.within(jurisdiction))
        found.append(HazardRecord.enterprise_id.in_(own))
    if sift.enterprise_id is not None:
        found.append(HazardRecord.enterprise_id == sift.enterprise_id)
    if sift.follower_id is not None:
        found.append(func.coalesce(HazardRecord.follower_id, 0) == sift.follower_id)
    return [*found, *(_contains(term) for term in _terms(sift.words))]


def _terms(words: str) -> list[str]:
    return words.split()[:MOST_TERMS]


def _number(words: str) -> str:
    """The figures of a whole number, with its series or without; empty for anything else."""
    found = NUMBER.fullmatch("".join(narrow(words).split()).upper())
    return found[1] if found else ""


def _contains(term: str) -> ColumnElement[bool]:
    """Whether a hazard says that somewhere, as it was typed or with plain twins of full-width letters and figures.

    What LIKE would read as a pattern is looked for as it is written.
    """
    said = (HazardRecord.what, HazardRecord.where, HazardRecord.number)
    found = []
    for spelling in dict.fromkeys((term, narrow(term))):
        # Chinese has no capitals: only where letters are typed is every row written small before it is looked at.
        has_letters = any(letter.isalpha() and letter.isascii() for letter in spelling)
        columns = (EnterpriseRecord.name, *said)
        name, *others = (
            column.icontains(spelling, autoescape=True) if has_letters else column.contains(spelling, autoescape=True)
            for column in columns
        )
        named = select(EnterpriseRecord.id).where(name)
        found += others
        found.append(HazardRecord.enterprise_id.in_(named))
    return or_(*found)
