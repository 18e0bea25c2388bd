"""黑名单 — one official proposes an enterprise for the list, another puts it there, until a day; it is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from domain.contact import NotYours, Official, StalePress
from domain.hazard import WORDS_LIMIT, Party, WordsMissing
from domain.ladder import ListingOutOfDate, PaperState, ReleaserNotHead, Rung, SecondPersonNeeded
from domain.text import fitting
from outreach.concerning import within
from outreach.desk import Desk
from outreach.hazards.ladder_releasing import paper_held
from outreach.hazards.ladder_telling import tell_listing
from outreach.hazards.laddering import look_soon
from outreach.hazards.viewing import Who, actor_for
from outreach.storage.hazards import HazardRecord
from outreach.storage.ladder import BlacklistingRecord, InterviewRecord, LadderPaperRecord

# For how many days an enterprise may be listed; the last day is always set.
TERMS = (180, 365, 1095)


async def listing_of(desk: Desk, paper_id: int) -> BlacklistingRecord | None:
    """The entry that a proposal of joint sanctions led to."""
    found = await desk.session.scalars(
        select(BlacklistingRecord)
        .where(BlacklistingRecord.paper_id == paper_id)
        .execution_options(populate_existing=True)
    )
    return found.first()


async def propose(desk: Desk, who: Who, paper_id: int, term: int, ground: str) -> BlacklistingRecord:
    """Propose the enterprise of a released 联合惩戒建议 for the list. The papers that went out are the evidence.

    term: which of TERMS. Raises WordsMissing, WordsTooLong, StalePress, and what `paper_held` raises.
    """
    row, paper, official = await paper_held(desk, who, paper_id)
    if paper.rung != Rung.SANCTION or not PaperState(paper.state).is_out or not 0 <= term < len(TERMS):
        raise StalePress
    if not ground.strip():
        raise WordsMissing
    found = await listing_of(desk, paper.id)
    if found is not None and found.state != "declined":
        raise StalePress
    evidence = await _evidence(desk, row, paper)
    if found is None:
        found = BlacklistingRecord(paper_id=paper.id, hazard_id=row.id, enterprise_id=paper.enterprise_id)
        desk.session.add(found)
    found.ground, found.evidence = fitting(ground, WORDS_LIMIT), evidence
    found.state, found.until_on = "proposed", desk.today + timedelta(days=TERMS[term])
    found.proposed_by, found.proposed_at = official.id, desk.now
    found.version = (found.version or 0) + 1
    await desk.session.flush()
    await desk.note("ListingProposed", f"ladder:{paper.id}", who.contact.id, until_on=found.until_on)
    await tell_listing(desk, row, paper, found, "proposed", who.contact.id)
    return found


async def decide(desk: Desk, who: Who, paper_id: int, version: int, *, is_listed: bool) -> BlacklistingRecord:
    """A 负责人 who did not propose it puts the enterprise on the list, or does not; it is told at once by day."""
    row, paper, official, found = await _listing(desk, who, paper_id, version, "proposed")
    if official.id == found.proposed_by:
        raise SecondPersonNeeded(is_proposed=True)
    if is_listed and found.until_on <= desk.today:
        # What was proposed has run out while it lay: it is declined and, if need be, proposed anew.
        raise ListingOutOfDate(until_on=found.until_on)
    found.state, found.decided_by = ("listed" if is_listed else "declined"), official.id
    found.entered_on = desk.today if is_listed else None
    found.version += 1
    await desk.note(
        "ListingDecided", f"ladder:{paper.id}", who.contact.id, is_listed=is_listed, until_on=found.until_on
    )
    if is_listed:
        look_soon(desk, row)
        await tell_listing(desk, row, paper, found, "listed", who.contact.id)
    return found


async def remove(desk: Desk, who: Who, paper_id: int, version: int) -> BlacklistingRecord:
    """Off the list before its day, such as after the recheck; the enterprise is told."""
    row, paper, official, found = await _listing(desk, who, paper_id, version, "listed")
    found.state, found.removed_on, found.removed_by = "removed", desk.today, official.id
    found.version += 1
    await desk.note("ListingRemoved", f"ladder:{paper.id}", who.contact.id)
    await tell_listing(desk, row, paper, found, "removed", who.contact.id)
    return found


async def _listing(
    desk: Desk, who: Who, paper_id: int, version: int, state: str
) -> tuple[HazardRecord, LadderPaperRecord, Official, BlacklistingRecord]:
    row, paper, official = await paper_held(desk, who, paper_id)
    if Party.HEAD not in (await actor_for(desk, row, who)).parties:
        raise ReleaserNotHead
    found = await listing_of(desk, paper.id)
    if found is None:
        raise NotYours
    if found.state != state or found.version != version:
        raise StalePress
    return row, paper, official, found


async def _evidence(desk: Desk, row: HazardRecord, paper: LadderPaperRecord) -> str:
    numbers = await desk.session.scalars(
        select(LadderPaperRecord.number)
        .where(
            LadderPaperRecord.hazard_id == row.id, LadderPaperRecord.number.is_not(None),
            LadderPaperRecord.state != PaperState.WITHDRAWN,
        )
        .order_by(LadderPaperRecord.id)
    )  # fmt: skip
    return " ".join([row.number, *(number for number in numbers if number)])


@dataclass(frozen=True, slots=True)
class Counted:
    """家 — how many enterprises were interviewed, proposed for joint sanctions, and stand on the list."""

    interviewed: int
    sanctioned: int
    listed: int


async def counted(desk: Desk, official: Official, from_on: date, until_on: date) -> Counted:
    """The figures of some days, both included, for a jurisdiction; the list as it stands on the last of them."""
    almanac = desk.office.almanac
    since_at, until_at = almanac.start_of(from_on), almanac.end_of(until_on)
    scope = within(official.jurisdiction, HazardRecord)
    places = func.count(LadderPaperRecord.enterprise_id.distinct())
    papers = select(places).join(HazardRecord, HazardRecord.id == LadderPaperRecord.hazard_id).where(*scope)
    interviewed = papers.join(InterviewRecord, InterviewRecord.paper_id == LadderPaperRecord.id).where(
        InterviewRecord.held_at >= since_at, InterviewRecord.held_at < until_at
    )
    sanctioned = papers.where(
        LadderPaperRecord.rung == Rung.SANCTION, LadderPaperRecord.released_at >= since_at,
        LadderPaperRecord.released_at < until_at, LadderPaperRecord.state.in_([s for s in PaperState if s.is_out]),
    )  # fmt: skip
    listed = (
        select(func.count(BlacklistingRecord.enterprise_id.distinct()))
        .join(HazardRecord, HazardRecord.id == BlacklistingRecord.hazard_id)
        .where(
            *scope, BlacklistingRecord.entered_on <= until_on, BlacklistingRecord.until_on >= until_on,
            BlacklistingRecord.removed_on.is_(None) | (BlacklistingRecord.removed_on > until_on),
        )
    )  # fmt: skip
    found = [int((await desk.session.scalars(query)).one()) for query in (interviewed, sanctioned, listed)]
    return Counted(*found)
