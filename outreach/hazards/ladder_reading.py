"""看督办 — the papers of the ladder in lists and one by one, for the officials concerned and for the enterprise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from domain.authority import Duty
from domain.checklist import Grade
from domain.contact import RESPONSIBLE, NotYours
from domain.hazard import Party
from domain.ladder import PaperState, Releaser, Rung
from outreach.concerning import within
from outreach.desk import Desk
from outreach.hazards.ladder_releasing import may_recall, paper_seen, rule_of
from outreach.hazards.ladder_telling import addressees
from outreach.hazards.viewing import Who
from outreach.paging import Page, within_pages
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.hazards import HazardRecord
from outreach.storage.ladder import LadderPaperRecord
from outreach.storage.people import OfficialRecord

_OUT = [state for state in PaperState if state.is_out]


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A paper in a list; number is empty for a draft, days are those past the term."""

    id: int
    rung: Rung
    state: PaperState
    number: str
    enterprise: str
    days: int


@dataclass(frozen=True, slots=True)
class PaperView:
    """A paper as its card shows it. reached: how many people of the enterprise get it in the chat."""

    id: int
    version: int
    hazard_id: int
    rung: Rung
    grade: Grade
    state: PaperState
    number: str
    enterprise: str
    hazard: str
    what: str
    term_on: date
    days: int
    facts: str
    demand: str
    reply_on: date | None
    meet_at: datetime | None
    meet_place: str
    until_on: date | None
    signer: str
    released_at: datetime | None
    outcome: str
    answer: str
    proposed_by: str
    is_own_proposal: bool
    is_official: bool
    is_fixer: bool
    may_release: bool
    needs_second: bool
    for_head: bool
    may_recall: bool
    reached: int
    officials_reached: int


async def papers(desk: Desk, who: Who, page: int, size: int) -> Page[PaperLine]:
    """A page of the papers that wait for somebody or went out, the drafts first; those of one's enterprises for others.

    A page behind the last is the last. Raises NotYours for who has neither office nor enterprise.
    """
    conditions = _scope(who)
    order = case(
        (LadderPaperRecord.state == PaperState.DRAFT, 0), (LadderPaperRecord.state == PaperState.UNANSWERED, 1),
        (LadderPaperRecord.state == PaperState.RELEASED, 2), else_=3,
    )  # fmt: skip
    query = (
        select(LadderPaperRecord, EnterpriseRecord.name)
        .join(HazardRecord, HazardRecord.id == LadderPaperRecord.hazard_id)
        .join(EnterpriseRecord, EnterpriseRecord.id == LadderPaperRecord.enterprise_id)
        .where(*conditions, LadderPaperRecord.rung != Rung.REMINDER)
    )
    total = (await desk.session.scalars(select(func.count()).select_from(query.subquery()))).one()
    page = within_pages(page, total, size)
    found = await desk.session.execute(
        query.order_by(order, LadderPaperRecord.id.desc()).limit(size).offset(page * size)
    )
    lines = tuple(
        PaperLine(
            row.id, Rung(row.rung), PaperState(row.state), row.number or "", name, (desk.today - row.term_on).days
        )
        for row, name in found
    )
    return Page(lines, total, page, -(-total // size))


def _scope(who: Who) -> list[ColumnElement[bool]]:
    scopes: list[ColumnElement[bool]] = []
    if who.official is not None and who.official.may(Duty.TRIAGE):
        own = [LadderPaperRecord.state.in_([PaperState.DRAFT, *_OUT]), *within(who.official.jurisdiction, HazardRecord)]
        scopes.append(and_(*own))
    places = [post.enterprise_id for post in who.posts if post.role in RESPONSIBLE]
    if places:
        scopes.append(and_(LadderPaperRecord.state.in_(_OUT), LadderPaperRecord.enterprise_id.in_(places)))
    if not scopes:
        raise NotYours
    return [or_(*scopes)]


async def look(desk: Desk, who: Who, paper_id: int) -> tuple[HazardRecord, LadderPaperRecord, PaperView]:
    """One paper, for officials who decide about the hazard, and once it is out for the enterprise. Raises NotYours."""
    row, actor, paper = await paper_seen(desk, who, paper_id)
    is_official = Party.OFFICIAL in actor.parties and who.official is not None
    # Of one that was objected to rightly its enterprise hears too.
    is_shown = PaperState(paper.state).is_out or paper.outcome == "upheld"
    if paper.rung == Rung.REMINDER or not (is_official or is_shown):
        raise NotYours
    enterprise = await desk.session.get_one(EnterpriseRecord, paper.enterprise_id)
    rule = rule_of(desk, paper)
    told = await addressees(desk, row, rule)
    proposer = await desk.session.get(OfficialRecord, paper.proposed_by) if paper.proposed_by else None
    own = who.official.id if who.official is not None else None
    is_second = paper.proposed_by is not None and own not in (paper.proposed_by, paper.changed_by)
    return row, paper, PaperView(
        id=paper.id, version=paper.version, hazard_id=row.id, rung=Rung(paper.rung), grade=Grade(paper.grade),
        state=PaperState(paper.state), number=paper.number or "", enterprise=enterprise.name, hazard=row.number,
        what=row.what, term_on=paper.term_on, days=(desk.today - paper.term_on).days, facts=paper.facts,
        demand=paper.demand, reply_on=paper.reply_on, meet_at=paper.meet_at, meet_place=paper.meet_place,
        until_on=paper.until_on, signer=paper.signer, released_at=paper.released_at, outcome=paper.outcome,
        answer=paper.answer, proposed_by=proposer.name if proposer else "",
        is_own_proposal=proposer is not None and proposer.id == own, is_official=is_official,
        is_fixer=Party.FIXER in actor.parties,
        may_release=(rule.release is not Releaser.HEAD or Party.HEAD in actor.parties)
        and (not rule.needs_second or is_second),
        needs_second=rule.needs_second, for_head=rule.release is Releaser.HEAD,
        may_recall=is_official and who.official is not None and may_recall(desk, paper, who.official),
        reached=sum(is_enterprise for _, is_enterprise in told),
        officials_reached=sum(not is_enterprise for _, is_enterprise in told),
    )  # fmt: skip
