"""逐级督办 — hazards past their term are looked at: what is due is drafted, and what is over is withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from sqlalchemy import select

from domain.checklist import Grade
from domain.hazard import DONE, Hazard, HazardState
from domain.ladder import Due, PaperState, Releaser, Rule, Rung, Standing, climbs, is_unanswered, next_due
from domain.rectification import UNDO_FOR
from domain.reminder import QuietHours
from outreach.desk import Desk, Office
from outreach.hazards.ladder_reminding import remind_of_draft, remind_of_late
from outreach.hazards.ladder_telling import (
    is_waiting,
    releasers,
    tell_drafted,
    tell_listing,
    tell_unanswered,
    unsend,
    was_told_of_end,
)
from outreach.hazards.portraying import hazard_of
from outreach.storage.hazards import HazardRecord
from outreach.storage.ladder import BlacklistingRecord, LadderPaperRecord, ObjectionRecord

# Rows that one transaction looks at; the rest follow in the next one.
BATCH = 100
# On the day on which a step comes due it is drafted at this hour, when officials are at their desks.
DRAFT_HOUR = time(9)
# A step that its taker may still take back changes nothing yet.
SETTLED_FOR = UNDO_FOR + timedelta(seconds=1)
# A sanction is proposed for a year unless an official says another day.
SANCTION_FOR = timedelta(days=365)
_STOPS = frozenset({"not_issued", "upheld"})


@dataclass(frozen=True, slots=True)
class Objections:
    """Whether one waits for a decision about this hazard, and on which day the last one was turned down."""

    is_open: bool = False
    until_on: date | None = None


async def look_at_hazards(office: Office) -> int:
    """Look at every hazard whose moment has come. How many steps were drafted or went out."""
    count = 0
    while True:
        async with office.desk() as desk:
            rows = (
                await desk.session.scalars(
                    select(HazardRecord)
                    .where(HazardRecord.next_look_at <= desk.now)
                    .order_by(HazardRecord.next_look_at)
                    .limit(BATCH)
                    .with_for_update(skip_locked=True)
                )
            ).all()
            if not rows:
                return count
            for row in rows:
                count += await look(desk, row)


async def look(desk: Desk, row: HazardRecord) -> int:
    """Decide again, now, what one hazard is due for; 1 when a step was drafted or went out.

    By night and on days that are not worked nothing is drafted: it is looked at again in the morning.
    """
    hazard = await hazard_of(desk, row)
    papers = await papers_of(desk, row.id)
    await _settle(desk, row, hazard, papers)
    listed = await _listed(desk, row)
    allowed_at = desk.office.almanac.allowed_from(desk.now, QuietHours(), on_workdays=True)
    if allowed_at > desk.now:
        morning_at = desk.office.almanac.at(desk.on(allowed_at), DRAFT_HOUR)
        is_looked_at = hazard.state is HazardState.ORDERED or listed
        row.next_look_at = max(allowed_at, morning_at) if is_looked_at else None
        return 0
    ends = await _tell_ends(desk, row, listed)
    objections = await objections_of(desk, row.id)
    for paper in papers:
        if is_unanswered(standing_of(desk, paper), desk.today) and not objections.is_open:
            paper.state, paper.version = PaperState.UNANSWERED, paper.version + 1
            await desk.note("PaperUnanswered", f"ladder:{paper.id}", None, number=paper.number)
            await tell_unanswered(desk, row, paper)
    count, due = 0, _due(desk, row, hazard, papers, objections)
    while due is not None and due.on <= desk.today and climbs(desk.catalogue.ladder, hazard, desk.today):
        papers = (*papers, await _draft(desk, row, due.rule))
        count += 1
        due = _due(desk, row, hazard, papers, objections)
    row.next_look_at = None
    almanac, tomorrow = desk.office.almanac, desk.today + timedelta(days=1)
    # An answer is waited for until the end of its last day, whatever follows then.
    waited = [standing_of(desk, paper).reply_on for paper in papers if paper.state == PaperState.RELEASED]
    days = [almanac.workdays_after(on, 1) for on in waited if on is not None and not objections.is_open]
    days += [due.on] if due is not None else []
    days += ends
    if days:
        row.next_look_at = almanac.at(max(min(days), tomorrow), DRAFT_HOUR)
    await desk.session.flush()
    return count


async def _listed(desk: Desk, row: HazardRecord) -> Sequence[BlacklistingRecord]:
    """黑名单 entries for this hazard that stand, or have run out by themselves."""
    mine = select(BlacklistingRecord).where(
        BlacklistingRecord.hazard_id == row.id, BlacklistingRecord.state == "listed"
    )
    return (await desk.session.scalars(mine)).all()


async def _tell_ends(desk: Desk, row: HazardRecord, listed: Sequence[BlacklistingRecord]) -> list[date]:
    """Tell, once, of entries whose day has come, that day being a workday. When to look at the others."""
    days = []
    for one in listed:
        end_on = desk.office.almanac.workdays_after(one.until_on, 1)
        if end_on > desk.today:
            days.append(end_on)
        elif not await was_told_of_end(desk, one):
            paper = await desk.session.get_one(LadderPaperRecord, one.paper_id)
            await desk.note("ListingEnded", f"ladder:{paper.id}", None, until_on=one.until_on)
            await tell_listing(desk, row, paper, one, "ended", 0)
    return days


def _due(
    desk: Desk, row: HazardRecord, hazard: Hazard, papers: Sequence[LadderPaperRecord], objections: Objections
) -> Due | None:
    if hazard.state is not HazardState.ORDERED or row.enterprise_id is None:
        return None
    steps = [standing_of(desk, one) for one in papers if one.term_on == row.due_on and _counts(one)]
    return next_due(
        desk.catalogue.ladder, hazard, steps, desk.office.almanac,
        is_objected=objections.is_open, objected_until=objections.until_on,
    )  # fmt: skip


async def objections_of(desk: Desk, hazard_id: int) -> Objections:
    """What its enterprise has said against the papers of a hazard."""
    found = await desk.session.execute(
        select(ObjectionRecord.state, ObjectionRecord.decided_at).where(
            ObjectionRecord.hazard_id == hazard_id, ObjectionRecord.about == "paper"
        )
    )
    rows = found.all()
    turned_down = [desk.on(at) for state, at in rows if state == "declined" and at is not None]
    return Objections(any(state == "open" for state, _ in rows), max(turned_down, default=None))


async def papers_of(desk: Desk, hazard_id: int) -> tuple[LadderPaperRecord, ...]:
    """Every paper of a hazard, of whatever term, oldest first."""
    found = await desk.session.scalars(
        select(LadderPaperRecord).where(LadderPaperRecord.hazard_id == hazard_id).order_by(LadderPaperRecord.id)
    )
    return tuple(found)


def standing_of(desk: Desk, paper: LadderPaperRecord) -> Standing:
    """A paper as the rule sees it."""
    released_on = desk.on(paper.released_at) if paper.released_at else None
    state = PaperState(paper.state)
    return Standing(Rung(paper.rung), state, released_on, paper.reply_on, paper.outcome in _STOPS)


def may_still_go_out(desk: Desk, row: HazardRecord, hazard: Hazard, paper: LadderPaperRecord) -> bool:
    """Whether what the paper was drafted for is still so."""
    return paper.term_on == row.due_on and climbs(desk.catalogue.ladder, hazard, desk.today)


def look_soon(desk: Desk, row: HazardRecord) -> None:
    """Something about a hazard has changed: it is looked at once the change can no longer be taken back."""
    row.next_look_at = desk.now + SETTLED_FOR


def _counts(paper: LadderPaperRecord) -> bool:
    return paper.state != PaperState.WITHDRAWN or paper.outcome in _STOPS


async def _settle(desk: Desk, row: HazardRecord, hazard: Hazard, papers: Sequence[LadderPaperRecord]) -> None:
    """What has not gone out and whose reason is gone is withdrawn; what was put right needs no other answer."""
    if hazard.state in DONE:
        outcome = "closed"
    elif hazard.state is not HazardState.ORDERED:
        outcome = "rectified"
    else:
        outcome = "extended"
    for paper in papers:
        if may_still_go_out(desk, row, hazard, paper):
            continue
        is_new = paper.state == PaperState.RELEASED and paper.rung != Rung.REMINDER and not paper.outcome
        if paper.state == PaperState.DRAFT or (is_new and await _is_unsent(desk, paper)):
            paper.state, paper.outcome, paper.version = PaperState.WITHDRAWN, outcome, paper.version + 1
        elif paper.state == PaperState.RELEASED and paper.reply_on is not None and not paper.outcome:
            paper.state, paper.outcome, paper.version = PaperState.ANSWERED, outcome, paper.version + 1
            paper.answered_at = desk.now


async def _is_unsent(desk: Desk, paper: LadderPaperRecord) -> bool:
    """Whether a released paper still waits for the morning, as when it was released by night; then it stays here.

    One that nobody in the chat could get was printed and handed over, and is out.
    """
    return await is_waiting(desk, paper) and await unsend(desk, paper)


async def _draft(desk: Desk, row: HazardRecord, rule: Rule) -> LadderPaperRecord:
    """Write the step down. A reminder goes out by itself; for any other an official is told that it waits."""
    assert row.due_on is not None and row.enterprise_id is not None
    is_reminder = rule.release is Releaser.CLOCK
    paper = LadderPaperRecord(
        hazard_id=row.id, enterprise_id=row.enterprise_id, rung=rule.rung, grade=Grade(row.grade), term_on=row.due_on,
        state=PaperState.RELEASED if is_reminder else PaperState.DRAFT, drafted_at=desk.now,
        released_at=desk.now if is_reminder else None, organ=desk.office.privacy.office.name,
        until_on=desk.today + SANCTION_FOR if rule.rung is Rung.SANCTION else None,
    )  # fmt: skip
    desk.session.add(paper)
    await desk.session.flush()
    await desk.note("StepDrafted", f"ladder:{paper.id}", None, hazard=row.number, rung=rule.rung)
    if is_reminder:
        await remind_of_late(desk, row, paper)
    else:
        await tell_drafted(desk, row, paper, rule)
        await remind_of_draft(desk, paper, await releasers(desk, row, rule))
    return paper
