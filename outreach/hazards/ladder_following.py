"""文书之后 — what came of a paper: the answer, what was said against it, the interview, the list, in one look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.hazard import Party
from domain.ladder import PaperState, Rung
from outreach.desk import Desk
from outreach.hazards.blacklisting import listing_of
from outreach.hazards.interviewing import interview_of
from outreach.hazards.ladder_answering import objections_to, photos_of
from outreach.hazards.viewing import Who, actor_for
from outreach.storage.hazards import HazardRecord
from outreach.storage.ladder import LadderPaperRecord


@dataclass(frozen=True, slots=True)
class ObjectionView:
    """What an enterprise said against a paper; about: paper or listing; state: open, upheld or declined."""

    about: str
    words: str
    state: str
    decision: str


@dataclass(frozen=True, slots=True)
class ListingView:
    """How an enterprise stands with the list; until_on is the day on which it is off it anyway."""

    state: str
    version: int
    ground: str
    evidence: str
    entered_on: date | None
    until_on: date
    is_over: bool
    is_own_proposal: bool


@dataclass(frozen=True, slots=True)
class After:
    """What came of a paper, and what this person may do about it now."""

    photos: int
    pictures: tuple[str, ...]
    may_answer: bool
    may_judge: bool
    may_object: bool
    may_decide: bool
    may_record: bool
    is_head: bool
    attendees: str
    minutes: str
    is_held: bool
    objections: tuple[ObjectionView, ...]
    listing: ListingView | None
    may_propose: bool


async def after(desk: Desk, who: Who, row: HazardRecord, paper: LadderPaperRecord) -> After:
    """For somebody who may look at the paper."""
    parties = (await actor_for(desk, row, who)).parties
    is_official, is_fixer = Party.OFFICIAL in parties, Party.FIXER in parties
    state, is_head = PaperState(paper.state), Party.HEAD in parties
    count, pictures = await photos_of(desk, paper)
    objections = await objections_to(desk, paper.id)
    interview = await interview_of(desk, paper.id) if paper.rung == Rung.INTERVIEW else None
    found = await listing_of(desk, paper.id) if paper.rung == Rung.SANCTION else None
    listing = None if found is None else ListingView(
        found.state, found.version, found.ground, found.evidence, found.entered_on, found.until_on,
        found.until_on < desk.today, who.official is not None and found.proposed_by == who.official.id,
    )  # fmt: skip
    is_held = interview is not None and interview.held_at is not None
    # What is not kept yet is the officials' own.
    record = interview if is_official or is_held else None
    is_waiting = state in (PaperState.RELEASED, PaperState.UNANSWERED) and paper.outcome not in ("absent", "declined")
    about = "listing" if listing is not None and listing.state == "listed" else "paper"
    return After(
        photos=count, pictures=pictures,
        may_answer=is_fixer and is_waiting and paper.reply_on is not None,
        may_judge=is_official and state is PaperState.ANSWERED and paper.outcome in ("said", "accepted")
        and paper.answered_by != who.contact.id,
        may_object=is_fixer and state.is_out and not any(one.about == about for one in objections),
        may_decide=is_head and any(one.state == "open" for one in objections),
        may_record=is_official and paper.rung == Rung.INTERVIEW and state is PaperState.RELEASED and not is_held
        and paper.meet_at is not None and desk.now >= paper.meet_at,
        is_head=is_head,
        attendees=record.attendees if record else "", minutes=record.minutes if record else "",
        is_held=is_held,
        objections=tuple(ObjectionView(one.about, one.words, one.state, one.decision) for one in objections),
        listing=listing if is_official or (listing and listing.state in ("listed", "removed")) else None,
        may_propose=is_official and paper.rung == Rung.SANCTION and state.is_out
        and (listing is None or listing.state == "declined"),
    )  # fmt: skip
