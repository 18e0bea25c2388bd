"""A whole list at once: a reminder that nobody gets twice a day, hazards taken over; both counted and taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from domain.authority import DutyLacking, OfficeRole
from domain.contact import Jurisdiction, StalePress
from domain.hazard import UndoTooLate
from domain.rectification import StepKey
from outreach.desk import Office
from outreach.hazards import nudging
from outreach.hazards.carding import place_card
from outreach.hazards.rectifying import Said
from outreach.hazards.sifting import Pile, Sift
from outreach.hazards.viewing import Who
from outreach.people import appointing
from outreach.storage.hazards import HazardCardRecord, HazardRecord
from outreach.storage.notices import DeliveryRecord
from tests.conftest import SetClock
from tests.outreach import hazarded
from tests.outreach.hazarded import hazard, row_of, take
from tests.outreach.walking import person

LATE = Sift(Pile.OVERDUE)


async def late(office: Office, at: hazarded.Scene, count: int) -> list[int]:
    ids = [await hazard(office, at, what=f"超期{n}") for n in range(count)]
    for id_ in ids:
        await take(office, at.zhou, id_, StepKey.ORDER, Said(day=hazarded.within(office, 0)))
    async with office.desk() as desk:
        day = desk.today - timedelta(days=3)
        await desk.session.execute(update(HazardRecord).where(HazardRecord.id.in_(ids)).values(due_on=day))
    return ids


async def nudges(office: Office) -> list[tuple[int, str, str]]:
    async with office.desk() as desk:
        rows = await desk.session.execute(
            select(DeliveryRecord.contact_id, DeliveryRecord.state, DeliveryRecord.text)
            .where(DeliveryRecord.kind == "hazard_nudge")
            .order_by(DeliveryRecord.id)
        )
        return [(contact_id, state, text) for contact_id, state, text in rows]


async def test_every_fixer_is_reminded_once_of_all_that_is_overdue(office: Office, clock: SetClock) -> None:
    at = await hazarded.scene(office)
    await late(office, at, 3)
    assert at.zhou.official and at.stranger.official
    async with office.desk() as desk:
        assert await nudging.overdue(desk, at.zhou.official, LATE) == nudging.Overdue(3, 1, 2)
        assert await nudging.overdue(desk, at.stranger.official, LATE) == nudging.Overdue(0, 0, 0)
    async with office.desk() as desk:
        with pytest.raises(StalePress):
            await nudging.nudge(desk, at.zhou, LATE, 2)
        with pytest.raises(StalePress):
            await nudging.nudge(desk, at.zhou, Sift(Pile.VERIFIED), 0)
        assert await nudging.nudge(desk, at.zhou, LATE, 3) == 2
        stamp = nudging.stamp_of(desk.now)
    told = await nudges(office)
    assert [one[:2] for one in told] == [(at.wang.contact.id, "queued"), (at.li.contact.id, "queued")]
    assert "王记老火锅店：3 条" in told[0][2] and "周科" in told[0][2]
    async with office.desk() as desk:
        assert await nudging.nudge(desk, at.he, LATE, 3) == 0
        with pytest.raises(UndoTooLate):
            await nudging.recall_nudge(desk, at.he, stamp)
    clock.advance(seconds=30)
    async with office.desk() as desk:
        assert await nudging.recall_nudge(desk, at.zhou, stamp) == 2
    assert {state for _, state, _ in await nudges(office)} == {"skipped"}
    async with office.desk() as desk:
        assert await nudging.nudge(desk, at.zhou, LATE, 3) == 2
        again = nudging.stamp_of(desk.now)
    clock.advance(seconds=61)
    async with office.desk() as desk:
        with pytest.raises(UndoTooLate):
            await nudging.recall_nudge(desk, at.zhou, again)


async def test_a_list_is_taken_over_by_a_step_each_and_given_back(office: Office, clock: SetClock) -> None:
    at = await hazarded.scene(office)
    ids = await late(office, at, 2)
    assert at.zhou.official and at.he.official
    async with office.desk() as desk:
        with pytest.raises(StalePress):
            await nudging.take_over(desk, at.he, LATE, 1)
        assert await nudging.take_over(desk, at.he, LATE, 2) == 2
        stamp = nudging.stamp_of(desk.now)
    assert [(await row_of(office, id_)).follower_id for id_ in ids] == [at.he.official.id] * 2
    assert (await hazarded.steps_of(office, ids[0]))[-1] == "follow"
    async with office.desk() as desk:
        assert await nudging.to_take_over(desk, at.he.official, LATE) == []
    clock.advance(seconds=20)
    # Somebody has gone on with one of them since: that one stays.
    await take(office, at.zhou, ids[1], StepKey.HAND_OVER, Said("移交消防"))
    async with office.desk() as desk:
        assert await nudging.give_back(desk, at.he, stamp) == 1
        with pytest.raises(UndoTooLate):
            await nudging.give_back(desk, at.he, stamp)
    assert (await row_of(office, ids[0])).follower_id == at.zhou.official.id


async def test_a_card_of_whoever_takes_a_list_over_follows_too(office: Office) -> None:
    at = await hazarded.scene(office)
    (id_,) = await late(office, at, 1)
    async with office.desk() as desk:
        await place_card(desk, await desk.session.get_one(HazardRecord, id_), at.he.contact.id, 99)
    for deed in ("take_over", "give_back"):
        async with office.desk() as desk:
            await desk.session.execute(update(HazardCardRecord).values(next_look_at=None))
            if deed == "take_over":
                await nudging.take_over(desk, at.he, LATE, 1)
            else:
                await nudging.give_back(desk, at.he, nudging.stamp_of(desk.now))
        async with office.desk() as desk:
            held = await desk.session.get_one(HazardCardRecord, (id_, at.he.contact.id))
            assert held.next_look_at is not None, deed


async def test_whoever_does_not_decide_does_nothing_at_once(office: Office) -> None:
    at = await hazarded.scene(office)
    await late(office, at, 1)
    async with office.desk() as desk:
        contact = await person(desk, "网格员", 5301)
        code = await appointing.appoint(desk, "网格员", Jurisdiction(), role=OfficeRole.GRID_WORKER)
        grid = Who(contact, (), await appointing.take_office(desk, contact, code))
        with pytest.raises(DutyLacking):
            await nudging.nudge(desk, grid, LATE, 1)
        with pytest.raises(DutyLacking):
            await nudging.take_over(desk, grid, LATE, 1)
