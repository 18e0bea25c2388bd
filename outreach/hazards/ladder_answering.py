"""回复和异议 — an enterprise answers a paper or objects to it; officials take the answer or not, a superior decides."""

from __future__ import annotations

from sqlalchemy import func, select

from domain.contact import NotYours, StalePress
from domain.hazard import PHOTOS_A_ROUND, WORDS_LIMIT, Party, WordsMissing
from domain.inspection import TooManyPhotos
from domain.ladder import DeciderInvolved, ObjectedAlready, PaperMovedOn, PaperState, ReleaserNotHead, Rung
from domain.text import fitting
from outreach.desk import Desk
from outreach.hazards.blacklisting import listing_of
from outreach.hazards.ladder_releasing import paper_held, paper_seen
from outreach.hazards.ladder_telling import tell_answered, tell_decided, tell_objected
from outreach.hazards.laddering import look_soon
from outreach.hazards.viewing import Who, actor_for
from outreach.storage.hazards import HazardPhotoRecord, HazardRecord
from outreach.storage.ladder import LadderPaperRecord, ObjectionRecord

ANSWER = "answer"
ANSWER_LIMIT = 2 * WORDS_LIMIT
_ANSWERABLE = (PaperState.RELEASED, PaperState.UNANSWERED)


async def own_paper(desk: Desk, who: Who, paper_id: int) -> tuple[HazardRecord, LadderPaperRecord]:
    """A paper that went out to the caller's enterprise, its hazard locked. Raises NotYours."""
    row, actor, paper = await paper_seen(desk, who, paper_id)
    if Party.FIXER not in actor.parties or paper.rung == Rung.REMINDER or not PaperState(paper.state).is_out:
        raise NotYours
    return row, paper


async def say(desk: Desk, who: Who, paper_id: int, words: str, *, is_anew: bool = False) -> None:
    """Words of an answer, kept until it is handed in; what comes later is added, unless it is to replace them.

    Raises PaperMovedOn, WordsTooLong.
    """
    _, paper = await own_paper(desk, who, paper_id)
    _must_want_an_answer(paper)
    paper.answer = fitting(words, ANSWER_LIMIT, "" if is_anew else paper.answer)


async def add_photo(desk: Desk, who: Who, paper_id: int, file_id: str, file_unique_id: str) -> None:
    """A photo of an answer: fetched and redrawn like any other of the hazard. Raises PaperMovedOn, TooManyPhotos."""
    row, paper = await own_paper(desk, who, paper_id)
    _must_want_an_answer(paper)
    mine = select(HazardPhotoRecord).where(
        HazardPhotoRecord.hazard_id == row.id, HazardPhotoRecord.kind == ANSWER, HazardPhotoRecord.round == paper.id
    )
    photos = (await desk.session.scalars(mine)).all()
    if any(one.file_unique_id == file_unique_id for one in photos):
        return
    if len(photos) >= PHOTOS_A_ROUND:
        raise TooManyPhotos
    desk.session.add(
        HazardPhotoRecord(
            hazard_id=row.id, contact_id=who.contact.id, kind=ANSWER, round=paper.id, file_id=file_id,
            file_unique_id=file_unique_id, state="pending", next_look_at=desk.now, sent_at=desk.now,
        )
    )  # fmt: skip
    desk.has_photos = True
    await desk.session.flush()


async def photos_of(desk: Desk, paper: LadderPaperRecord) -> tuple[int, tuple[str, ...]]:
    """How many photos an answer has, and the digests of those that can be looked at."""
    mine = (
        HazardPhotoRecord.hazard_id == paper.hazard_id, HazardPhotoRecord.kind == ANSWER,
        HazardPhotoRecord.round == paper.id,
    )  # fmt: skip
    total = await desk.session.scalars(select(func.count()).where(*mine, HazardPhotoRecord.state != "failed"))
    stored = await desk.session.scalars(
        select(HazardPhotoRecord.sha256)
        .where(*mine, HazardPhotoRecord.state == "stored")
        .order_by(HazardPhotoRecord.id)
    )
    return int(total.one()), tuple(sha256 for sha256 in stored if sha256)


async def hand_in(desk: Desk, who: Who, paper_id: int, version: int) -> None:
    """The answer is given: the hazard climbs no further until an official says that it will not do.

    Raises WordsMissing for an answer of neither words nor photos, PaperMovedOn, StalePress.
    """
    row, paper = await own_paper(desk, who, paper_id)
    if version != paper.version:
        raise StalePress
    _must_want_an_answer(paper)
    count, _ = await photos_of(desk, paper)
    if not paper.answer and not count:
        raise WordsMissing
    paper.state, paper.outcome = PaperState.ANSWERED, "said"
    paper.answered_by, paper.answered_at, paper.version = who.contact.id, desk.now, paper.version + 1
    drafts = await desk.session.scalars(
        select(LadderPaperRecord).where(
            LadderPaperRecord.hazard_id == row.id, LadderPaperRecord.state == PaperState.DRAFT
        )
    )
    # An answer at any time cancels what was drafted because there was none.
    for draft in drafts:
        draft.state, draft.outcome, draft.version = PaperState.WITHDRAWN, "said", draft.version + 1
    look_soon(desk, row)
    await desk.note("PaperAnswered", f"ladder:{paper.id}", who.contact.id, number=paper.number, words=paper.answer)
    await tell_answered(desk, row, paper)


async def judge(desk: Desk, who: Who, paper_id: int, version: int, *, is_enough: bool) -> None:
    """An official takes the answer, or does not: then the hazard climbs on by the rules.

    Raises PaperMovedOn, DeciderInvolved.
    """
    row, paper, official = await paper_held(desk, who, paper_id, version)
    if paper.state != PaperState.ANSWERED or paper.outcome not in ("said", "accepted"):
        raise PaperMovedOn(state=paper.state)
    if paper.answered_by == who.contact.id:
        # Somebody of two roles does not judge what they wrote for the enterprise.
        raise DeciderInvolved
    paper.outcome = "accepted" if is_enough else "declined"
    paper.state = PaperState.ANSWERED if is_enough else PaperState.UNANSWERED
    paper.settled_by, paper.version = official.id, paper.version + 1
    look_soon(desk, row)
    await desk.note("AnswerJudged", f"ladder:{paper.id}", who.contact.id, is_enough=is_enough)
    await tell_decided(desk, row, paper, "accepted" if is_enough else "declined", "")


async def object_to(desk: Desk, who: Who, paper_id: int, words: str) -> None:
    """The enterprise states what it has against a paper, once, or against being listed for it, once.

    Nothing climbs until a superior has decided about the paper.
    Raises WordsMissing, WordsTooLong, ObjectedAlready, NotYours.
    """
    row, paper = await own_paper(desk, who, paper_id)
    if not words.strip():
        raise WordsMissing
    about = await _about(desk, paper)
    if any(one.about == about for one in await objections_to(desk, paper.id)):
        raise ObjectedAlready
    desk.session.add(
        ObjectionRecord(
            hazard_id=row.id, paper_id=paper.id, about=about, contact_id=who.contact.id,
            words=fitting(words, ANSWER_LIMIT), made_at=desk.now, state="open",
        )
    )  # fmt: skip
    await desk.session.flush()
    look_soon(desk, row)
    await desk.note("ObjectionMade", f"ladder:{paper.id}", who.contact.id, number=paper.number)
    await tell_objected(desk, row, paper)


async def objections_to(desk: Desk, paper_id: int) -> tuple[ObjectionRecord, ...]:
    """What was said against a paper and what came of it, oldest first."""
    found = await desk.session.scalars(
        select(ObjectionRecord)
        .where(ObjectionRecord.paper_id == paper_id)
        .order_by(ObjectionRecord.id)
        .execution_options(populate_existing=True)
    )
    return tuple(found)


async def _about(desk: Desk, paper: LadderPaperRecord) -> str:
    """Once an enterprise is listed, what it says is said against that."""
    listing = await listing_of(desk, paper.id)
    return "listing" if listing is not None and listing.state == "listed" else "paper"


async def decide(desk: Desk, who: Who, paper_id: int, *, is_upheld: bool, words: str) -> None:
    """A 负责人 who did not release the paper decides, with a reason; a paper objected to rightly is void.

    Raises ReleaserNotHead, DeciderInvolved, WordsMissing, WordsTooLong, StalePress when there is nothing to decide.
    """
    row, paper, official = await paper_held(desk, who, paper_id)
    actor = await actor_for(desk, row, who)
    objection = next((one for one in await objections_to(desk, paper.id) if one.state == "open"), None)
    if objection is None:
        raise StalePress
    if Party.HEAD not in actor.parties:
        raise ReleaserNotHead
    listing = await listing_of(desk, paper.id) if objection.about == "listing" else None
    involved = (listing.proposed_by, listing.decided_by) if listing else (paper.released_by, paper.proposed_by)
    if official.id in involved or objection.contact_id == who.contact.id:
        raise DeciderInvolved
    if not words.strip():
        raise WordsMissing
    objection.state = "upheld" if is_upheld else "declined"
    objection.decided_by, objection.decided_at = official.id, desk.now
    objection.decision = fitting(words, WORDS_LIMIT)
    if is_upheld and listing is not None:
        listing.state, listing.removed_on, listing.removed_by = "removed", desk.today, official.id
        listing.version += 1
    elif is_upheld:
        paper.state, paper.outcome = PaperState.WITHDRAWN, "upheld"
    paper.version += 1
    look_soon(desk, row)
    await desk.note("ObjectionDecided", f"ladder:{paper.id}", who.contact.id, is_upheld=is_upheld, words=words)
    await tell_decided(desk, row, paper, objection.state, objection.decision)


def _must_want_an_answer(paper: LadderPaperRecord) -> None:
    if paper.state not in _ANSWERABLE or paper.reply_on is None or paper.outcome in ("absent", "declined"):
        raise PaperMovedOn(state=paper.state)
