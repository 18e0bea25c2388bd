"""约谈 — what came of an interview is written down: who was there, what was said, by when a result is due."""

from __future__ import annotations

from domain.hazard import WORDS_LIMIT, WordsMissing
from domain.ladder import MeetingAhead, PaperMovedOn, PaperState, Rung
from domain.text import fitting
from outreach.desk import Desk
from outreach.hazards.ladder_releasing import paper_held, rule_of
from outreach.hazards.ladder_reminding import remind_of_result
from outreach.hazards.ladder_telling import tell_decided
from outreach.hazards.laddering import look_soon
from outreach.hazards.viewing import Who
from outreach.storage.hazards import HazardRecord
from outreach.storage.ladder import InterviewRecord, LadderPaperRecord

# By part, in characters: both together are looked at in one message before they are kept.
PARTS = {"attendees": WORDS_LIMIT, "minutes": 3 * WORDS_LIMIT}


async def interview_of(desk: Desk, paper_id: int) -> InterviewRecord | None:
    """What is written down of it so far."""
    return await desk.session.get(InterviewRecord, paper_id, populate_existing=True)


async def write(desk: Desk, who: Who, paper_id: int, part: str, words: str) -> InterviewRecord:
    """Who was there, or what was said; it can be written anew until the record is closed.

    Raises MeetingAhead, PaperMovedOn, WordsMissing, WordsTooLong.
    """
    _, paper = await _met(desk, who, paper_id)
    if part not in PARTS or not words.strip():
        raise WordsMissing
    row = await interview_of(desk, paper.id)
    assert who.official is not None
    if row is None:
        row = InterviewRecord(paper_id=paper.id, recorded_by=who.official.id)
        desk.session.add(row)
    setattr(row, part, fitting(words, PARTS[part]))
    row.recorded_by = who.official.id
    await desk.session.flush()
    return row


async def close(desk: Desk, who: Who, paper_id: int) -> LadderPaperRecord:
    """The record is complete; from now on the workdays of the written result count. Raises WordsMissing."""
    hazard, paper = await _met(desk, who, paper_id)
    row = await interview_of(desk, paper.id)
    if row is None or not row.attendees or not row.minutes:
        raise WordsMissing
    assert who.official is not None
    row.held_at = desk.now
    rule = rule_of(desk, paper)
    paper.reply_on = desk.office.almanac.workdays_after(desk.today, rule.reply) if rule.reply else None
    paper.version += 1
    look_soon(desk, hazard)
    await desk.note("InterviewHeld", f"ladder:{paper.id}", who.contact.id, number=paper.number)
    await tell_decided(desk, hazard, paper, "held", row.minutes)
    await remind_of_result(desk, hazard, paper)
    return paper


async def nobody_came(desk: Desk, who: Who, paper_id: int) -> LadderPaperRecord:
    """The principal did not come in person; somebody sent instead does not count. The hazard climbs on."""
    hazard, paper = await _met(desk, who, paper_id)
    assert who.official is not None
    paper.state, paper.outcome, paper.settled_by = PaperState.UNANSWERED, "absent", who.official.id
    paper.version += 1
    look_soon(desk, hazard)
    await desk.note("InterviewMissed", f"ladder:{paper.id}", who.contact.id, number=paper.number)
    await tell_decided(desk, hazard, paper, "absent", "")
    return paper


async def _met(desk: Desk, who: Who, paper_id: int) -> tuple[HazardRecord, LadderPaperRecord]:
    hazard, paper, _ = await paper_held(desk, who, paper_id)
    row = await interview_of(desk, paper.id)
    if paper.rung != Rung.INTERVIEW or paper.state != PaperState.RELEASED or (row is not None and row.held_at):
        raise PaperMovedOn(state=paper.state)
    if paper.meet_at is None or desk.now < paper.meet_at:
        raise MeetingAhead
    return hazard, paper
