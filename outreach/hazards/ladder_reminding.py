"""督办提醒 — what is brought up about a paper before and when it is due: a draft, an interview, a written result."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from domain.checklist import Grade
from domain.contact import Contact
from domain.ladder import Rung
from outreach.delivery.ladder_relevance import DRAFT, FOLLOWED, LATE, MEETING, RESULT
from outreach.desk import Desk
from outreach.hazards.ladder_telling import releasers
from outreach.hazards.telling import fixers, follower_of, followers
from outreach.plans.occurring import remind_of
from outreach.storage.hazards import HazardRecord
from outreach.storage.ladder import LadderPaperRecord

# Workdays after which a draft that nobody released is mentioned again; then it stays on the officials' list.
DRAFT_DAYS = (2, 5, 10)


async def remind_of_late(desk: Desk, row: HazardRecord, paper: LadderPaperRecord) -> None:
    """The lowest step: those who have to put it right are reminded, and its 督促人 (S4-15: both hear of it).

    Like anything else that they are reminded of, it goes with what is due besides, and not at all once it is settled.
    """
    own = await fixers(desk, row)
    await _remind(desk, LATE, paper, own, [desk.today])
    ids = {one.id for one in own}
    await _remind(
        desk, FOLLOWED, paper, [one for one in await follower_of(desk, row) if one.id not in ids], [desk.today]
    )


async def waits_for(desk: Desk, kind: str, paper_ids: Iterable[int]) -> dict[int, list[Contact]]:
    """Whom these papers are to be brought up to today, by their ids, when somebody who was to hear of them has left."""
    found: dict[int, list[Contact]] = {}
    for paper_id in sorted(paper_ids):
        paper = await desk.session.get_one(LadderPaperRecord, paper_id)
        row = await desk.session.get_one(HazardRecord, paper.hazard_id)
        rule = desk.catalogue.ladder.rule(Grade(paper.grade), Rung(paper.rung))
        if kind == DRAFT:
            found[paper_id] = [] if rule is None else await releasers(desk, row, rule)
        elif kind == FOLLOWED:
            found[paper_id] = await follower_of(desk, row)
        else:
            found[paper_id] = await fixers(desk, row) + (await followers(desk, row) if kind == MEETING else [])
    return found


async def remind_of_draft(desk: Desk, paper: LadderPaperRecord, officials: Iterable[Contact]) -> None:
    """A draft waits for these people: a line in what they are told anyway, on a few workdays, until it is released."""
    on = desk.office.almanac.on(paper.drafted_at)
    days = [day for count in DRAFT_DAYS if (day := desk.office.almanac.workdays_after(on, count)) > desk.today]
    await _remind(desk, DRAFT, paper, officials, days)


async def remind_of_meeting(desk: Desk, row: HazardRecord, paper: LadderPaperRecord) -> None:
    """The workday before an interview, else that morning: its enterprise and whoever sees to it are told once more."""
    if paper.rung != Rung.INTERVIEW or paper.meet_at is None:
        return
    meet_on = desk.on(paper.meet_at)
    before = _workday_before(desk, meet_on)
    people = {one.id: one for one in (*await fixers(desk, row), *await followers(desk, row))}
    days = [next((day for day in (before, meet_on) if day > desk.today), None)]
    await _remind(desk, MEETING, paper, people.values(), [day for day in days if day is not None])


async def remind_of_result(desk: Desk, row: HazardRecord, paper: LadderPaperRecord) -> None:
    """The workday before an answer is due; of what was agreed in an interview on the last day too."""
    if paper.reply_on is None:
        return
    days = [_workday_before(desk, paper.reply_on)]
    days += [paper.reply_on] if paper.rung == Rung.INTERVIEW else []
    await _remind(desk, RESULT, paper, await fixers(desk, row), [day for day in days if day > desk.today])


async def _remind(
    desk: Desk, kind: str, paper: LadderPaperRecord, people: Iterable[Contact], days: Iterable[date]
) -> None:  # fmt: skip
    told = [one.id for one in people]
    for day in days:
        await remind_of(desk, [(f"{kind}:{paper.id}", contact_id) for contact_id in told], day)


def _workday_before(desk: Desk, on: date) -> date:
    return desk.catalogue.calendar.workday_until(on - timedelta(days=1))
