"""签发 — a drafted paper is changed, proposed, released, called back within its minute, or not issued, by officials."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from domain.checklist import Grade
from domain.contact import NotYours, Official, StalePress
from domain.hazard import WORDS_LIMIT, Actor, Party, WordsMissing
from domain.ladder import (
    LadderStopped,
    PaperMovedOn,
    PaperState,
    RecallTooLate,
    Releaser,
    ReleaserNotHead,
    Rule,
    Rung,
    SecondPersonNeeded,
)
from domain.text import fitting
from outreach.desk import Desk
from outreach.hazards.ladder_papers import final_letter, form_of, frozen, reply_on
from outreach.hazards.ladder_reminding import remind_of_draft, remind_of_meeting, remind_of_result
from outreach.hazards.ladder_telling import tell_proposed, tell_released, unsend
from outreach.hazards.laddering import look_soon, may_still_go_out, objections_of
from outreach.hazards.portraying import hazard_of
from outreach.hazards.viewing import Who, actor_for, held
from outreach.storage.hazards import HazardRecord
from outreach.storage.ladder import LadderPaperRecord

RECALL_FOR = timedelta(seconds=60)
PARTS = ("facts", "demand", "meet_place")
PLACE_LIMIT = 100


async def paper_seen(
    desk: Desk, who: Who, paper_id: int
) -> tuple[HazardRecord, Actor, LadderPaperRecord]:  # fmt: skip
    """A paper, its hazard, locked, and which parties the caller is for that. Raises NotYours."""
    found = await desk.session.scalars(select(LadderPaperRecord.hazard_id).where(LadderPaperRecord.id == paper_id))
    if (hazard_id := found.first()) is None:
        raise NotYours
    row = await held(desk, hazard_id)
    actor = await actor_for(desk, row, who)
    return row, actor, await desk.session.get_one(LadderPaperRecord, paper_id, populate_existing=True)


async def paper_held(
    desk: Desk, who: Who, paper_id: int, version: int | None = None
) -> tuple[HazardRecord, LadderPaperRecord, Official]:
    """The hazard and the paper, locked, for an official who decides about it. Raises NotYours, StalePress."""
    row, actor, paper = await paper_seen(desk, who, paper_id)
    if Party.OFFICIAL not in actor.parties or who.official is None:
        raise NotYours
    if version is not None and version != paper.version:
        raise StalePress
    return row, paper, who.official


async def change(desk: Desk, who: Who, paper_id: int, version: int, part: str, words: str) -> LadderPaperRecord:
    """Other words for the facts, the demand or the place. Raises WordsMissing, WordsTooLong and as `paper_held`."""
    _, paper, official = await paper_held(desk, who, paper_id, version)
    _must_be_draft(paper)
    words = fitting(words, PLACE_LIMIT if part == "meet_place" else WORDS_LIMIT * 2)
    if part not in PARTS or not words:
        raise WordsMissing
    setattr(paper, part, words)
    await _changed(desk, who, paper, official, part=part, words=words)
    return paper


async def set_meeting(desk: Desk, who: Who, paper_id: int, version: int, at: datetime) -> LadderPaperRecord:
    """When an interview takes place: later than now, within the workdays that the rules give."""
    _, paper, official = await paper_held(desk, who, paper_id, version)
    _must_be_draft(paper)
    last = desk.office.almanac.workdays_after(desk.today, desk.catalogue.ladder.meet_within)
    if paper.rung != Rung.INTERVIEW or at <= desk.now or desk.on(at) > last:
        raise StalePress
    paper.meet_at = at
    await _changed(desk, who, paper, official, meet_at=at)
    return paper


async def propose(desk: Desk, who: Who, paper_id: int, version: int) -> LadderPaperRecord:
    """The first of two people is for it; those who may release it hear of it. Raises PaperIncomplete, LadderStopped."""
    row, paper, official = await paper_held(desk, who, paper_id, version)
    _must_be_draft(paper)
    rule = rule_of(desk, paper)
    if not rule.needs_second or paper.proposed_by is not None:
        raise StalePress
    await _must_still_be_so(desk, row, paper)
    paper.signer = official.name
    await final_letter(desk, row, paper)
    paper.signer, paper.proposed_by, paper.proposed_at = "", official.id, desk.now
    paper.version += 1
    await desk.note("PaperProposed", f"ladder:{paper.id}", who.contact.id, rung=paper.rung)
    others = await tell_proposed(desk, row, paper, rule, who.contact.id)
    await remind_of_draft(desk, paper, others)
    return paper


async def release(desk: Desk, who: Who, paper_id: int, version: int) -> LadderPaperRecord:
    """Send it out: it takes its number and its words are kept. Nothing leaves before the minute of recall is over.

    Raises ReleaserNotHead, SecondPersonNeeded, PaperIncomplete, LadderStopped, and what `paper_held` raises.
    """
    row, paper, official = await paper_held(desk, who, paper_id, version)
    _must_be_draft(paper)
    await must_be_releasable(desk, who, row, paper)
    paper.signer = official.name
    paper.reply_on = reply_on(desk, paper, desk.today)
    await final_letter(desk, row, paper)
    if paper.number is None:
        paper.number = await _next_number(desk, paper)
    paper.state, paper.released_by, paper.released_at = PaperState.RELEASED, official.id, desk.now
    paper.letter = frozen(await final_letter(desk, row, paper))
    paper.version += 1
    look_soon(desk, row)
    await desk.note("PaperReleased", f"ladder:{paper.id}", who.contact.id, number=paper.number, hazard=row.number)
    await tell_released(desk, row, paper, rule_of(desk, paper), desk.now + RECALL_FOR)
    await remind_of_meeting(desk, row, paper)
    await remind_of_result(desk, row, paper)
    await desk.session.flush()
    return paper


async def must_be_releasable(desk: Desk, who: Who, row: HazardRecord, paper: LadderPaperRecord) -> None:
    """Raises what stands in the way of this person's releasing it now."""
    assert who.official is not None
    rule = rule_of(desk, paper)
    actor = await actor_for(desk, row, who)
    if rule.release is Releaser.HEAD and Party.HEAD not in actor.parties:
        raise ReleaserNotHead
    if rule.needs_second and (paper.proposed_by is None or who.official.id in (paper.proposed_by, paper.changed_by)):
        raise SecondPersonNeeded(is_proposed=paper.proposed_by is not None)
    await _must_still_be_so(desk, row, paper)


async def recall(desk: Desk, who: Who, paper_id: int, version: int) -> LadderPaperRecord:
    """Take it back within its minute: it is a draft again and keeps its number. Raises RecallTooLate."""
    row, paper, official = await paper_held(desk, who, paper_id, version)
    if not may_recall(desk, paper, official):
        raise RecallTooLate
    await unsend(desk, paper)
    paper.state, paper.released_by, paper.released_at, paper.letter = PaperState.DRAFT, None, None, ""
    paper.signer, paper.reply_on = "", None
    paper.version += 1
    look_soon(desk, row)
    await desk.note("PaperRecalled", f"ladder:{paper.id}", who.contact.id, number=paper.number)
    return paper


def may_recall(desk: Desk, paper: LadderPaperRecord, official: Official) -> bool:
    """Whether that official may still take back what they released."""
    return (
        paper.state == PaperState.RELEASED and paper.released_by == official.id and paper.released_at is not None
        and desk.now - paper.released_at <= RECALL_FOR
    )  # fmt: skip


async def drop(desk: Desk, who: Who, paper_id: int, version: int) -> LadderPaperRecord:
    """Not to issue it: the hazard climbs no further for this term."""
    _, paper, _ = await paper_held(desk, who, paper_id, version)
    _must_be_draft(paper)
    paper.state, paper.outcome, paper.version = PaperState.WITHDRAWN, "not_issued", paper.version + 1
    await desk.note("PaperNotIssued", f"ladder:{paper.id}", who.contact.id, rung=paper.rung)
    return paper


def rule_of(desk: Desk, paper: LadderPaperRecord) -> Rule:
    """The line of the table by which a paper goes out. Raises LadderStopped when a bureau has taken it out since."""
    rule = desk.catalogue.ladder.rule(Grade(paper.grade), Rung(paper.rung))
    if rule is None:
        raise LadderStopped
    return rule


def _must_be_draft(paper: LadderPaperRecord) -> None:
    if paper.state != PaperState.DRAFT:
        raise PaperMovedOn(state=paper.state)


async def _must_still_be_so(desk: Desk, row: HazardRecord, paper: LadderPaperRecord) -> None:
    hazard = await hazard_of(desk, row)
    if not may_still_go_out(desk, row, hazard, paper) or (await objections_of(desk, row.id)).is_open:
        raise LadderStopped


async def _changed(desk: Desk, who: Who, paper: LadderPaperRecord, official: Official, **facts: object) -> None:
    """Other words are another paper: whoever proposed the former one has not agreed to this one."""
    paper.changed_by, paper.proposed_by, paper.proposed_at = official.id, None, None
    paper.version += 1
    await desk.note("PaperChanged", f"ladder:{paper.id}", who.contact.id, **facts)
    await desk.session.flush()


async def _next_number(desk: Desk, paper: LadderPaperRecord) -> str:
    series, year = form_of(desk, paper).series, desk.today.year
    at = await desk.next_number(f"paper:{series}:{year}")
    return desk.office.texts.words("zh-CN").label("ladder.number", series=series, year=year, at=at)
