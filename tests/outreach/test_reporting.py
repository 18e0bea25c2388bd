"""A report reaches those whom it concerns, its reporter hears what became of it, and two officials decide once."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from domain.checklist import Grade
from domain.contact import NotYours, StalePress
from domain.report import (
    ANONYMOUS_AN_HOUR,
    Draft,
    NotSamePlace,
    ReportDecided,
    ReportState,
    ReportUnfinished,
    TooManyReports,
    receipt_in,
)
from outreach.desk import Office
from outreach.privacy import erasing
from outreach.reports import drafts, following, looks, reporting, triaging
from outreach.storage.hazards import HazardRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import JournalRecord
from outreach.storage.reports import LetterRecord, ReportDraftRecord, ReportPhotoRecord, ReportRecord
from tests.conftest import SetClock
from tests.outreach.reported import REPORTER, report, street
from tests.outreach.walking import enterprise, person


async def told(office: Office, kind: str) -> list[int]:
    async with office.desk() as desk:
        found = await desk.session.scalars(
            select(DeliveryRecord.contact_id).where(DeliveryRecord.kind == kind).order_by(DeliveryRecord.id)
        )
        return list(found)


async def letters(office: Office) -> list[str]:
    async with office.desk() as desk:
        return sorted(await desk.session.scalars(select(LetterRecord.kind)))


async def row_of(office: Office, report_id: int) -> ReportRecord:
    async with office.desk() as desk:
        return await desk.session.get_one(ReportRecord, report_id)


async def test_officials_of_the_place_are_told_and_others_neither_hear_nor_see(office: Office) -> None:
    there = await street(office)
    made = await report(office, there.liu, shop=there.shop, is_named=True)
    assert made.told == 2 and made.number == "JB20260601-0001"
    assert await told(office, "report_came") == [there.zhou[0].id, there.he[0].id]
    async with office.desk() as desk:
        assert (await looks.reports(desk, there.zhou[1], 0, 10)).total == 1
        assert (await looks.reports(desk, there.stranger[1], 0, 10)).total == 0
        for deed in (looks.report, looks.photos_of):
            with pytest.raises(NotYours):
                await deed(desk, there.stranger[1], made.id)
        with pytest.raises(NotYours):
            await triaging.confirm(desk, *there.stranger, made.id, Grade.GENERAL)


async def test_a_report_from_nowhere_concerns_everybody(office: Office) -> None:
    there = await street(office)
    made = await report(office, there.liu, shop=None)
    assert made.told == 3
    async with office.desk() as desk:
        assert (await looks.report(desk, there.stranger[1], made.id)).line.where == ""


async def test_a_named_report_is_the_contacts_and_an_anonymous_one_nobodys(office: Office) -> None:
    there = await street(office)
    named = await row_of(office, (await report(office, there.liu, shop=there.shop, is_named=True)).id)
    hidden = await row_of(office, (await report(office, there.liu, shop=there.shop, photos=1)).id)
    assert (named.contact_id, named.route, named.owner_mark) == (there.liu.id, "", "")
    assert hidden.contact_id is None and hidden.route and hidden.owner_mark
    assert (named.reported_at.minute, hidden.reported_at.minute) == (30, 0)
    async with office.desk() as desk:
        journal = await desk.session.scalars(
            select(JournalRecord.subject).where(JournalRecord.happened.startswith("Report"))
        )
        assert list(journal) == [f"report:{named.id}"]
        photo = (await desk.session.scalars(select(ReportPhotoRecord))).one()
        assert photo.is_sealed and "file-" not in photo.file_id
        assert (await desk.session.scalars(select(ReportDraftRecord))).all() == []
    assert await told(office, "report_receipt") == [there.liu.id]
    assert await letters(office) == ["report_receipt"]


async def test_a_confirmed_report_is_a_hazard_and_its_reporter_hears_of_it(office: Office) -> None:
    there = await street(office)
    made = await report(office, there.liu, shop=there.shop)
    async with office.desk() as desk:
        number = await triaging.confirm(desk, *there.zhou, made.id, Grade.MAJOR)
    assert number == "YH20260601-0001"
    async with office.desk() as desk:
        hazard = (await desk.session.scalars(select(HazardRecord))).one()
        assert (hazard.report_id, hazard.grade, hazard.enterprise_id) == (made.id, "major", there.shop)
        own = await following.own_report(desk, there.liu, REPORTER, made.id)
        assert (own.state, own.grade) == (ReportState.CONFIRMED, Grade.MAJOR)
    assert await letters(office) == ["report_confirmed", "report_receipt"]


async def test_two_officials_at_once_decide_once_and_the_second_learns_who_did(office: Office) -> None:
    there = await street(office)
    made = await report(office, there.liu, shop=there.shop, is_named=True)

    async def confirm() -> object:
        async with office.desk() as desk:
            return await triaging.confirm(desk, *there.zhou, made.id, Grade.GENERAL)

    async def send_back() -> object:
        async with office.desk() as desk:
            return await triaging.send_back(desk, *there.he, made.id, "不属实")

    first, second = await asyncio.gather(confirm(), send_back(), return_exceptions=True)
    refused = [one for one in (first, second) if isinstance(one, ReportDecided)]
    assert len(refused) == 1 and refused[0].facts["name"] in ("周科", "何主任")
    outcome = await told(office, "report_confirmed") + await told(office, "report_returned")
    assert outcome == [there.liu.id]


async def test_merged_reports_share_the_outcome_also_in_a_chain(office: Office) -> None:
    there = await street(office)
    ids = [(await report(office, there.liu, shop=there.shop, is_named=True)).id for _ in range(3)]
    async with office.desk() as desk:
        await triaging.merge(desk, *there.zhou, ids[0], ids[1])
        await triaging.merge(desk, *there.he, ids[1], ids[2])
    async with office.desk() as desk:
        with pytest.raises(ReportDecided):
            await triaging.merge(desk, *there.zhou, ids[2], ids[0])
        with pytest.raises(NotSamePlace):
            await triaging.merge(desk, *there.zhou, ids[2], ids[2])
    async with office.desk() as desk:
        await triaging.send_back(desk, *there.zhou, ids[2], "现场没有发现")
        seen = [(await following.own_report(desk, there.liu, REPORTER, id)).state for id in ids]
        assert seen == [ReportState.RETURNED] * 3
    assert len(await told(office, "report_returned")) == 3
    async with office.desk() as desk:
        other = await enterprise(desk, "王记二店", "91330212MA2AXXXX8K")
    far = await report(office, there.liu, shop=other, is_named=True)
    near = await report(office, there.liu, shop=there.shop, is_named=True)
    async with office.desk() as desk:
        assert await looks.joinable(desk, there.zhou[1], far.id, 5) == ()
        with pytest.raises(NotSamePlace):
            await triaging.merge(desk, *there.zhou, far.id, near.id)


async def test_crosswise_merges_of_two_officials_end(office: Office) -> None:
    there = await street(office)
    one, two = [(await report(office, there.liu, shop=there.shop, is_named=True)).id for _ in range(2)]

    async def merge(by: tuple, report_id: int, into: int) -> str:  # type: ignore[type-arg]
        async with office.desk() as desk:
            return await triaging.merge(desk, *by, report_id, into)

    ended = await asyncio.wait_for(
        asyncio.gather(merge(there.zhou, one, two), merge(there.he, two, one), return_exceptions=True), 10
    )
    assert sum(isinstance(end, ReportDecided) for end in ended) == 1


async def test_only_its_reporter_looks_at_a_report_and_adds_to_it(office: Office) -> None:
    there = await street(office)
    made = await report(office, there.liu, shop=there.shop)
    async with office.desk() as desk:
        other = await person(desk, "别人", 6001)
        for who, person_id in ((other, 6001), (there.liu, 6001), (there.zhou[0], 5002)):
            with pytest.raises(NotYours):
                await following.own_report(desk, who, person_id, made.id)
            with pytest.raises(NotYours):
                await following.report_numbered(desk, who, person_id, made.number)
    async with office.desk() as desk:
        own = await following.report_numbered(desk, there.liu, REPORTER, made.number)
        draft = await drafts.begin_addition(desk, REPORTER, own.id)
        await reporting.add(desk, there.liu, REPORTER, draft.saying("靠听涛路"))
        card = await looks.report(desk, there.zhou[1], made.id)
        assert card.words == ((False, "靠听涛路"),)
    assert len(await told(office, "report_added")) == 2


async def test_what_is_begun_does_not_end_up_in_another_report(office: Office) -> None:
    there = await street(office)
    made = await report(office, there.liu, shop=there.shop)
    async with office.desk() as desk:
        draft = await drafts.begin(desk, REPORTER, ())
        await drafts.keep(desk, REPORTER, draft.saying("另一件事"))
        with pytest.raises(ReportUnfinished):
            await drafts.begin_addition(desk, REPORTER, made.id)


async def test_a_severed_report_answers_to_its_receipt_only(office: Office) -> None:
    there = await street(office)
    made = await report(office, there.liu, shop=there.shop)
    async with office.desk() as desk:
        code = await following.sever(desk, there.liu, REPORTER, made.id)
    receipt = receipt_in(code)
    assert receipt is not None
    row = await row_of(office, made.id)
    assert (row.route, row.owner_mark) == ("", "") and receipt[1] not in (row.receipt_hash, row.receipt_salt)
    async with office.desk() as desk:
        await triaging.send_back(desk, *there.zhou, made.id, "不属于安全生产")
        assert (await following.report_by_receipt(desk, *receipt)).reason == "不属于安全生产"
        for wrong in ((made.number, "A" * 26), ("JBAAAAAAAA", receipt[1])):
            with pytest.raises(NotYours):
                await following.report_by_receipt(desk, *wrong)
        with pytest.raises(NotYours):
            await following.own_report(desk, there.liu, REPORTER, made.id)
        states = list(await desk.session.scalars(select(LetterRecord.state)))
        assert states == ["skipped"]


async def test_the_way_back_is_dropped_when_everything_has_long_been_said(office: Office, clock: SetClock) -> None:
    there = await street(office)
    ids = [(await report(office, there.liu, shop=there.shop)).id for _ in range(3)]
    async with office.desk() as desk:
        await triaging.send_back(desk, *there.zhou, ids[0], "不属实")
        await triaging.merge(desk, *there.zhou, ids[1], ids[2])
    clock.advance(days=31)
    async with office.desk() as desk:
        # The merged one still waits for the outcome of the other.
        assert await following.drop_routes(desk) == 1
    assert [bool((await row_of(office, id)).route) for id in ids] == [False, True, True]


async def test_nobody_floods_the_officials_anonymously(office: Office, clock: SetClock) -> None:
    there = await street(office)
    for _ in range(ANONYMOUS_AN_HOUR):
        await report(office, there.liu, shop=there.shop)
    with pytest.raises(TooManyReports):
        await report(office, there.liu, shop=there.shop)
    clock.advance(hours=1)
    await report(office, there.liu, shop=there.shop)


async def test_a_submission_that_is_pressed_twice_is_one(office: Office) -> None:
    there = await street(office)
    await report(office, there.liu, shop=there.shop)
    async with office.desk() as desk:
        assert await drafts.draft_of(desk, REPORTER) is None
        with pytest.raises(StalePress):
            await reporting.add(desk, there.liu, REPORTER, Draft(desk.now, what="x", report_id=1))


async def test_a_named_reporter_who_is_erased_leaves_the_report_without_themselves(office: Office) -> None:
    there = await street(office)
    async with office.desk() as desk:
        draft = Draft(desk.now, what="后门锁着", who="刘小明 13800005001", enterprise_id=there.shop)
        made = await reporting.submit(desk, there.liu, REPORTER, REPORTER, draft, True)
        assert (await following.disclosed(desk, there.liu.id))[0]["who"] == "刘小明 13800005001"
    await report(office, there.liu, shop=there.shop, is_named=True, photos=1)
    async with office.desk() as desk:
        await erasing.erase(desk, there.liu.id)
    async with office.desk() as desk:
        card = await looks.report(desk, there.zhou[1], made.id)
        assert (card.line.what, card.reporter, card.has_way_back) == ("后门锁着", "", False)
        photo = (await desk.session.scalars(select(ReportPhotoRecord))).one()
        assert (photo.file_id, photo.state) == ("", "failed")
