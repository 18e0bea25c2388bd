"""A hazard goes round its loop: everybody does their part once, nobody another's, and every step stands written."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest
from sqlalchemy import select

from domain.checklist import Grade
from domain.contact import NotYours
from domain.hazard import (
    AfterPhotoMissing,
    ClauseMissing,
    HazardState,
    PlanMissing,
    Source,
    StepStale,
    UndoTooLate,
    VerifierIsFixer,
)
from domain.inspection import TooManyPhotos
from domain.rectification import StepKey
from domain.text import WordsTooLong
from outreach.desk import Office
from outreach.hazards import rectifying
from outreach.hazards.carding import card_for
from outreach.hazards.photographing import add_photo, say_what_was_done
from outreach.hazards.portraying import PLAN_PARTS
from outreach.hazards.rectifying import Said
from outreach.reports import following, triaging
from outreach.storage.hazards import HazardPhotoRecord, HazardRecord
from outreach.storage.notices import DeliveryRecord
from tests.conftest import SetClock
from tests.outreach.hazarded import hazard, photograph, row_of, scene, steps_of, take, within
from tests.outreach.reported import REPORTER, report


async def told(office: Office, kind: str = "hazard_turn") -> list[tuple[int, str]]:
    async with office.desk() as desk:
        found = await desk.session.execute(
            select(DeliveryRecord.contact_id, DeliveryRecord.state)
            .where(DeliveryRecord.kind == kind)
            .order_by(DeliveryRecord.id)
        )
        return [(contact_id, state) for contact_id, state in found]


async def test_the_whole_way_of_a_general_hazard(office: Office) -> None:
    at = await scene(office)
    id_ = await hazard(office, at)
    ordered = await take(office, at.zhou, id_, StepKey.ORDER, Said(day=within(office, 7)))
    assert (ordered.state, ordered.due_on) == (HazardState.ORDERED, within(office, 7))
    assert await told(office) == [(at.wang.contact.id, "queued"), (at.li.contact.id, "queued")]
    with pytest.raises(AfterPhotoMissing):
        await take(office, at.wang, id_, StepKey.RECTIFY)
    await photograph(office, at.wang, id_, is_stored=False)
    await take(office, at.wang, id_, StepKey.RECTIFY, Said("换了锁"))
    with pytest.raises(AfterPhotoMissing):  # nobody can look at it yet
        await take(office, at.zhou, id_, StepKey.RECHECK)
    await photograph(office, at.wang, id_, "b")
    closed = await take(office, at.zhou, id_, StepKey.RECHECK)
    assert (closed.state, closed.rectified_by) == (HazardState.CLOSED, at.wang.contact.id)
    assert await steps_of(office, id_) == ["open", "order", "rectify", "recheck", "close"]


async def test_a_press_on_what_was_is_refused_and_of_two_at_once_one_counts(office: Office) -> None:
    at = await scene(office)
    id_ = await hazard(office, at)

    async def order(who: rectifying.Who, days: int) -> object:
        async with office.desk() as desk:
            return await rectifying.take(desk, who, id_, 1, StepKey.ORDER, Said(day=within(office, days)))

    first, second = await asyncio.gather(order(at.zhou, 3), order(at.he, 15), return_exceptions=True)
    refused = [one for one in (first, second) if isinstance(one, StepStale)]
    assert len(refused) == 1 and refused[0].facts == {"state": "ordered"}
    assert await steps_of(office, id_) == ["open", "order"]


async def test_an_official_of_another_street_and_an_employee_see_and_do_nothing(office: Office) -> None:
    at = await scene(office)
    id_ = await hazard(office, at)
    liu = rectifying.Who(at.there.liu)
    for who in (at.stranger, liu):
        with pytest.raises(NotYours):
            await take(office, who, id_, StepKey.ORDER, Said(day=within(office, 7)))
        async with office.desk() as desk:
            with pytest.raises(NotYours):
                await add_photo(desk, who, id_, "file", "unique")
    assert await steps_of(office, id_) == ["open"]


async def test_what_is_sent_back_wants_new_photos_and_the_old_ones_stay(office: Office) -> None:
    at = await scene(office)
    id_ = await hazard(office, at)
    await take(office, at.zhou, id_, StepKey.ORDER, Said(day=within(office, 7)))
    await photograph(office, at.wang, id_)
    await take(office, at.wang, id_, StepKey.RECTIFY)
    back = await take(office, at.zhou, id_, StepKey.SEND_BACK, Said("没有改到位", within(office, 3)))
    assert (back.state, back.round, back.due_on) == (HazardState.ORDERED, 2, within(office, 3))
    with pytest.raises(AfterPhotoMissing):
        await take(office, at.wang, id_, StepKey.RECTIFY)
    async with office.desk() as desk:
        kept = (await desk.session.scalars(select(HazardPhotoRecord))).all()
        assert [(one.round, one.state) for one in kept] == [(1, "stored")]


async def test_a_major_one_needs_a_clause_five_parts_and_two_officials(office: Office) -> None:
    at = await scene(office)
    id_ = await hazard(office, at, Grade.MAJOR)
    with pytest.raises(ClauseMissing):
        await take(office, at.zhou, id_, StepKey.ORDER, Said(day=within(office, 30)))
    await take(office, at.zhou, id_, StepKey.CLAUSE, Said("工贸企业重大事故隐患判定标准 第三条"))
    await take(office, at.zhou, id_, StepKey.ORDER, Said(day=within(office, 30)))
    await photograph(office, at.wang, id_)
    with pytest.raises(PlanMissing):
        await take(office, at.wang, id_, StepKey.RECTIFY)
    for part in PLAN_PARTS:
        await take(office, at.wang, id_, StepKey.PLAN, Said(f"{part} 写好了", part=part))
    await take(office, at.wang, id_, StepKey.RECTIFY)
    rechecked = await take(office, at.zhou, id_, StepKey.RECHECK)
    assert rechecked.state == HazardState.RECHECKED
    with pytest.raises(VerifierIsFixer):
        await take(office, at.zhou, id_, StepKey.CLOSE)
    assert (await take(office, at.he, id_, StepKey.CLOSE)).state == HazardState.CLOSED


async def test_heads_hear_of_a_major_one_at_once_even_at_night(office: Office, clock: SetClock) -> None:
    at = await scene(office)
    clock.set(datetime.fromisoformat("2026-06-01T23:30:00+08:00"))
    made = await report(office, at.there.liu, shop=at.there.shop)
    async with office.desk() as desk:
        await triaging.confirm(desk, *at.there.zhou, made.id, Grade.MAJOR)
        found = await desk.session.scalars(select(DeliveryRecord).where(DeliveryRecord.kind == "hazard_turn"))
        notices = found.all()
        assert [(one.contact_id, one.is_urgent, one.due_at) for one in notices] == [
            (at.he.contact.id, True, office.clock())
        ]


async def test_an_order_of_the_evening_is_told_in_the_morning(office: Office, clock: SetClock) -> None:
    at = await scene(office)
    id_ = await hazard(office, at)
    clock.set(datetime.fromisoformat("2026-06-01T22:00:00+08:00"))
    await take(office, at.zhou, id_, StepKey.ORDER, Said(day=within(office, 7)))
    async with office.desk() as desk:
        due = set(await desk.session.scalars(select(DeliveryRecord.due_at).where(DeliveryRecord.kind == "hazard_turn")))
    assert [one.astimezone(office.zone).isoformat() for one in due] == ["2026-06-02T08:00:00+08:00"]


async def test_within_a_minute_a_step_is_taken_back_as_if_it_had_not_been(office: Office, clock: SetClock) -> None:
    at = await scene(office)
    id_ = await hazard(office, at)
    await take(office, at.zhou, id_, StepKey.ORDER, Said(day=within(office, 7)))
    await photograph(office, at.wang, id_)
    await take(office, at.wang, id_, StepKey.RECTIFY)
    await take(office, at.zhou, id_, StepKey.RECHECK)
    version = (await row_of(office, id_)).version
    async with office.desk() as desk:
        with pytest.raises(UndoTooLate):  # of another's step
            await rectifying.undo(desk, at.he, id_, version)
    clock.advance(seconds=59)
    async with office.desk() as desk:
        back = await rectifying.undo(desk, at.zhou, id_, version)
    assert (back.state, back.closed_at, back.rechecked_by) == (HazardState.RECTIFIED, None, None)
    assert (await steps_of(office, id_))[-1] == "undo"
    # Nothing of what was taken back is told to anybody.
    assert {state for _, state in await told(office)} == {"skipped"}
    await take(office, at.zhou, id_, StepKey.RECHECK)
    clock.advance(seconds=61)
    version = (await row_of(office, id_)).version
    async with office.desk() as desk:
        with pytest.raises(UndoTooLate):
            await rectifying.undo(desk, at.zhou, id_, version)


async def test_the_reporter_has_the_last_word_and_stays_unknown(office: Office) -> None:
    at = await scene(office)
    made = await report(office, at.there.liu, shop=at.there.shop)
    async with office.desk() as desk:
        await triaging.confirm(desk, *at.there.zhou, made.id, Grade.GENERAL)
        id_ = (await desk.session.scalars(select(HazardRecord.id))).one()
    await take(office, at.zhou, id_, StepKey.ORDER, Said(day=within(office, 7)))
    async with office.desk() as desk:
        with pytest.raises(StepStale):
            await following.satisfied(desk, at.there.liu, REPORTER, made.id)
    await photograph(office, at.wang, id_)
    await take(office, at.wang, id_, StepKey.RECTIFY)
    await take(office, at.zhou, id_, StepKey.RECHECK)
    async with office.desk() as desk:
        await following.dispute(desk, at.there.liu, REPORTER, made.id, "只改了一部分")
    assert (await row_of(office, id_)).state == HazardState.RECTIFIED
    await take(office, at.zhou, id_, StepKey.RECHECK)
    async with office.desk() as desk:
        await following.satisfied(desk, at.there.liu, REPORTER, made.id)
        by = await desk.session.scalars(
            select(rectifying.HazardStepRecord.contact_id).where(
                rectifying.HazardStepRecord.step.in_(("satisfied", "dispute"))
            )
        )
        assert set(by) == {None}
    assert (await row_of(office, id_)).state == HazardState.CONFIRMED


async def test_words_too_long_for_a_phone_are_refused_and_the_longest_card_fits(office: Office) -> None:
    at = await scene(office)
    id_ = await hazard(office, at, Grade.MAJOR, what="🔥" * 1500)
    with pytest.raises(WordsTooLong) as refused:
        await take(office, at.zhou, id_, StepKey.CLAUSE, Said("长" * 501))
    assert refused.value.facts == {"most": 500, "length": 501, "kept": 0}
    await take(office, at.zhou, id_, StepKey.CLAUSE, Said("🔥" * 500))
    await take(office, at.zhou, id_, StepKey.ORDER, Said(day=within(office, 30)))
    for part in PLAN_PARTS:
        await take(office, at.wang, id_, StepKey.PLAN, Said("🔥" * 500, part=part))
    await photograph(office, at.wang, id_)
    async with office.desk() as desk:
        await say_what_was_done(desk, at.wang, id_, "🔥" * 500)
    await take(office, at.wang, id_, StepKey.ASK_TIME, Said("🔥" * 500, within(office, 60)))
    async with office.desk() as desk:
        row = await desk.session.get_one(HazardRecord, id_)
        shown = await card_for(desk, row, at.zhou.contact)
    assert shown is not None and len(shown[0].encode("utf-16-le")) // 2 <= 4096 - 100


async def test_five_photos_a_round_and_the_same_one_is_one(office: Office) -> None:
    at = await scene(office)
    id_ = await hazard(office, at, source=Source.EXPERT)
    await take(office, at.zhou, id_, StepKey.ORDER, Said(day=within(office, 7)))
    for name in "aabcde":
        await photograph(office, at.wang, id_, name)
    with pytest.raises(TooManyPhotos):
        await photograph(office, at.wang, id_, "f")
