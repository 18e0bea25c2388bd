"""并案 and 督促人: the same hazard twice is one from then on, and another official may see to it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from domain.checklist import Grade
from domain.contact import NotYours
from domain.hazard import FollowerUnfit, HazardState, MergeUnfit
from domain.rectification import StepKey
from outreach.desk import Office
from outreach.hazards import carding, merging, rectifying
from outreach.hazards.rectifying import Said
from outreach.hazards.viewing import Who
from outreach.reports import following, triaging
from outreach.storage.hazards import HazardRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.reports import LetterRecord
from tests.conftest import SetClock
from tests.outreach import hazarded
from tests.outreach.hazarded import hazard, photograph, row_of, take
from tests.outreach.reported import REPORTER, report

MERGE, FOLLOW = StepKey.MERGE, StepKey.FOLLOW


async def card(office: Office, who: Who, id_: int) -> tuple[str, list[str]]:
    async with office.desk() as desk:
        text, rows = await carding.show_card(desk, office.texts.words("zh-CN"), who, id_, None)
    return text, [button.press for line in rows for button in line]


async def of_reports(office: Office, at: hazarded.Scene, *words: str) -> tuple[list[int], list[int]]:
    """The hazards that became of named reports, and the reports."""
    hazards, reports = [], []
    for number, what in enumerate(words):
        made = await report(office, at.there.liu, REPORTER, shop=at.there.shop, is_named=number == 0, what=what)
        async with office.desk() as desk:
            await triaging.confirm(desk, *at.there.zhou, made.id, Grade.GENERAL)
            found = await desk.session.scalars(select(HazardRecord.id).where(HazardRecord.report_id == made.id))
            hazards.append(found.one())
        reports.append(made.id)
    return hazards, reports


async def merged_and_closed(office: Office, at: hazarded.Scene) -> tuple[list[int], list[int]]:
    """The hazards of two reports, the second merged into the first, which was put right and closed; and the reports."""
    (first, again), reports = await of_reports(office, at, "后门锁着", "后门又锁着")
    await take(office, at.zhou, again, MERGE, Said(into=first))
    await take(office, at.zhou, first, StepKey.ORDER, Said(day=hazarded.within(office, 3)))
    await photograph(office, at.wang, first)
    await take(office, at.wang, first, StepKey.RECTIFY)
    await take(office, at.zhou, first, StepKey.RECHECK)
    return [first, again], reports


async def test_what_is_alike_at_the_same_place_is_pointed_out(office: Office) -> None:
    at = await hazarded.scene(office)
    first = await hazard(office, at, what="油烟罩里全是油，冒过火星")
    other = await hazard(office, at, what="配电箱没有门")
    again = await hazard(office, at, what="油烟罩又冒火星了")
    async with office.desk() as desk:
        assert at.zhou.official and at.stranger.official
        found = await merging.twins(desk, at.zhou.official, await desk.session.get_one(HazardRecord, again), 6)
        foreign = await merging.twins(desk, at.stranger.official, await desk.session.get_one(HazardRecord, again), 6)
    assert [(twin.id, twin.is_likely) for twin in found] == [(first, True), (other, False)]
    assert foreign == ()
    async with office.desk() as desk:
        likely = await merging.likely(desk, at.zhou.official, again)
    assert [twin.id for twin in likely] == [first]
    assert f"hz:s:{again}:1:merge" in (await card(office, at.zhou, again))[1]
    await take(office, at.zhou, again, StepKey.ORDER, Said(day=hazarded.within(office, 3)))
    async with office.desk() as desk:
        assert await merging.likely(desk, at.zhou.official, again) == ()


async def test_a_merged_one_says_where_it_went_and_can_be_taken_back(office: Office, clock: SetClock) -> None:
    at = await hazarded.scene(office)
    first, again = await hazard(office, at), await hazard(office, at, what="后门又锁着")
    await take(office, at.zhou, again, MERGE, Said(into=first))
    lead = (await row_of(office, first)).number
    text, presses = await card(office, at.zhou, again)
    assert f"已并到 {lead}" in text and f"hz:o:{first}" in presses
    assert f"已并到 {lead}" in (await card(office, at.wang, again))[0]
    assert (await row_of(office, again)).number in (await card(office, at.zhou, first))[0]
    assert f"hz:u:{again}:2" in presses
    async with office.desk() as desk:
        await rectifying.undo(desk, at.zhou, again, 2)
    row = await row_of(office, again)
    assert (row.state, row.merged_into) == (HazardState.VERIFIED, None)
    await take(office, at.zhou, again, MERGE, Said(into=first))
    clock.advance(seconds=61)
    assert not any(press.startswith("hz:u:") for press in (await card(office, at.zhou, again))[1])


async def test_it_goes_into_nothing_that_is_done_itself_or_out_of_sight(office: Office) -> None:
    at = await hazarded.scene(office)
    first, again = await hazard(office, at), await hazard(office, at)
    for into in (again, None, 987_654):
        with pytest.raises(MergeUnfit):
            await take(office, at.zhou, again, MERGE, Said(into=into))
    await take(office, at.zhou, first, StepKey.RETURN, Said("没有发现"))
    with pytest.raises(MergeUnfit):
        await take(office, at.zhou, again, MERGE, Said(into=first))
    with pytest.raises(NotYours):
        await take(office, at.stranger, again, MERGE, Said(into=first))


async def test_whoever_reported_what_was_merged_hears_what_becomes_of_the_other_one(office: Office) -> None:
    at = await hazarded.scene(office)
    (first, again), (_, sealed) = await merged_and_closed(office, at)
    lead = (await row_of(office, first)).number
    async with office.desk() as desk:
        told = list(
            await desk.session.scalars(select(DeliveryRecord.kind).where(DeliveryRecord.key.contains(":reporter:")))
        )
        letters = await desk.session.scalars(select(LetterRecord.kind).where(LetterRecord.report_id == sealed))
        assert told.count("report_progress") == 2
        assert list(letters).count("report_progress") == 2
        seen = await following.own_report(desk, at.there.liu, REPORTER, sealed)
        assert (seen.hazard, seen.may_agree, seen.may_dispute) == (lead, True, True)
        await following.satisfied(desk, at.there.liu, REPORTER, sealed)
    assert (await row_of(office, first)).state == HazardState.CONFIRMED
    assert (await row_of(office, again)).state == HazardState.MERGED


async def test_one_who_is_satisfied_does_not_silence_another_who_reported_the_same(office: Office) -> None:
    at = await hazarded.scene(office)
    (first, _), (named, sealed) = await merged_and_closed(office, at)
    async with office.desk() as desk:
        await following.satisfied(desk, at.there.liu, REPORTER, named)
    version = (await row_of(office, first)).version
    async with office.desk() as desk:
        # Of the same mind: nothing is left to be said, and nobody is refused.
        await following.satisfied(desk, at.there.liu, REPORTER, sealed)
        seen = await following.own_report(desk, at.there.liu, REPORTER, sealed)
        assert (seen.may_agree, seen.may_dispute) == (False, True)
    assert (await row_of(office, first)).version == version
    async with office.desk() as desk:
        await following.dispute(desk, at.there.liu, REPORTER, sealed, "改好了又坏了")
    row = await row_of(office, first)
    assert (row.state, row.closed_at, row.rechecked_by) == (HazardState.RECTIFIED, None, None)


async def test_another_official_sees_to_it_and_is_told(office: Office) -> None:
    at = await hazarded.scene(office)
    id_ = await hazard(office, at)
    assert at.zhou.official and at.he.official and at.stranger.official
    await take(office, at.zhou, id_, StepKey.ORDER, Said(day=hazarded.within(office, 3)))
    with pytest.raises(FollowerUnfit):
        await take(office, at.zhou, id_, FOLLOW, Said(follower=at.stranger.official.id))
    with pytest.raises(NotYours):
        await take(office, at.wang, id_, FOLLOW)
    await take(office, at.zhou, id_, FOLLOW, Said(follower=at.he.official.id))
    row = await row_of(office, id_)
    assert (row.follower_id, row.state) == (at.he.official.id, HazardState.ORDERED)

    async def waiting() -> dict[int, str]:
        async with office.desk() as desk:
            rows = await desk.session.execute(
                select(DeliveryRecord.contact_id, DeliveryRecord.state).where(DeliveryRecord.kind == "hazard_turn")
            )
            return dict(rows.all())  # type: ignore[arg-type]

    # The enterprise still hears of the order that came before.
    assert await waiting() == {
        at.wang.contact.id: "queued", at.li.contact.id: "queued", at.he.contact.id: "queued",
    }  # fmt: skip
    async with office.desk() as desk:
        await rectifying.undo(desk, at.zhou, id_, 3)
    assert (await row_of(office, id_)).follower_id == at.zhou.official.id
    assert await waiting() == {
        at.wang.contact.id: "queued", at.li.contact.id: "queued", at.he.contact.id: "skipped",
    }  # fmt: skip
    await take(office, at.he, id_, FOLLOW)
    assert (await row_of(office, id_)).follower_id == at.he.official.id
