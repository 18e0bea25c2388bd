"""名录导入 — the register on a real database: added, updated, unchanged; drafts; jurisdictions; what is listed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.commands.demo import load_district
from content.demo import demo_district, demo_register
from content.workbooks import industry_ids, read_register, register_cells, write_register
from domain.contact import Contact, Jurisdiction, NotYours, Official, Role, StalePress
from domain.enterprise import EnterpriseEntry, PersonEntry
from domain.register import Column, ProblemCode
from outreach.desk import Desk, Office
from outreach.people import appointing, enrolling
from outreach.register import drafting, listing, registering
from outreach.register.registering import Batch, ImportOutcome
from outreach.storage.enterprises import EnterpriseRecord, RegisterDraftRecord
from outreach.storage.people import JournalRecord
from tests.conftest import MORNING, SetClock

WHOLE = Jurisdiction()


def district(office: Office) -> tuple[EnterpriseEntry, ...]:
    return demo_district(industry_ids(office.catalogue))


async def put(
    office: Office, *entries: EnterpriseEntry, columns: frozenset[Column] = frozenset(Column)
) -> ImportOutcome:
    async with office.desk() as desk:
        return await registering.import_register(desk, Batch(entries, columns), None)


async def official(desk: Desk, street: str = "") -> tuple[Contact, Official]:
    contact = await enrolling.agree(desk, 1001, 1001, "周科", "zh-CN", 1)
    code = await appointing.appoint(desk, "周科", Jurisdiction(street))
    return contact, await appointing.take_office(desk, contact, code)


async def test_a_second_import_of_the_same_register_changes_nothing(office: Office, clock: SetClock) -> None:
    entries = district(office)
    first = await put(office, *entries)
    clock.advance(hours=1)
    second = await put(office, *entries)
    assert (first.added, first.updated, first.unchanged) == (50, 0, 0)
    assert (second.added, second.updated, second.unchanged) == (0, 0, 50)
    async with office.desk() as desk:
        stamps = set(await desk.session.scalars(select(EnterpriseRecord.updated_at)))
        happened = list(await desk.session.scalars(select(JournalRecord.happened)))
    assert stamps == {MORNING}
    assert happened.count("EnterpriseEntered") == 50
    assert "EnterpriseChanged" not in happened


async def test_a_changed_row_updates_and_the_journal_keeps_what_stood_there(office: Office, clock: SetClock) -> None:
    entry = district(office)[0]
    await put(office, entry)
    clock.advance(days=1)
    changed = replace(entry, head_count=15, safety_officer=PersonEntry("尤佳", "+8613800002901"))
    outcome = await put(office, changed)
    assert outcome.updated == 1
    assert outcome.changes[0].columns == (Column.SAFETY_OFFICER, Column.SAFETY_OFFICER_PHONE, Column.HEAD_COUNT)
    async with office.desk() as desk:
        (shown,) = await listing.export(desk, WHOLE, by=0)
        line = (
            await desk.session.scalars(select(JournalRecord).where(JournalRecord.happened == "EnterpriseChanged"))
        ).one()
    assert shown == changed
    assert json.loads(line.facts) == {
        "safety_officer_name": ["王芳", "尤佳"],
        "safety_officer_phone": ["…1002", "…2901"],
        "head_count": [14, 15],
    }


async def test_a_register_without_a_column_leaves_that_column_alone(office: Office) -> None:
    entry = district(office)[0]
    await put(office, entry)
    bare = EnterpriseEntry(
        entry.name, entry.credit_code, entry.industries, "新街道", safety_officer=PersonEntry("尤佳", None)
    )
    columns = frozenset(
        {*Column} - {Column.GRID, Column.PRINCIPAL, Column.PRINCIPAL_PHONE, Column.SAFETY_OFFICER_PHONE}
    )
    await put(office, bare, columns=columns)
    async with office.desk() as desk:
        (shown,) = await listing.export(desk, WHOLE, by=0)
    assert (shown.street, shown.grid, shown.principal) == ("新街道", entry.grid, entry.principal)
    # Nobody new is left with the other's number.
    assert shown.safety_officer == PersonEntry("尤佳", None)
    assert shown.address == ""


async def test_a_post_stays_with_its_holder_until_the_newly_named_person_binds(office: Office) -> None:
    entry = district(office)[0]
    await put(office, entry)
    async with office.desk() as desk:
        wang = await enrolling.agree(desk, 1002, 1002, "王芳", "zh-CN", 1)
        await enrolling.bind_by_phone(desk, wang, "+8613800001002")
    outcome = await put(office, replace(entry, safety_officer=PersonEntry("尤佳", "+8613800002901")))
    assert [(one.role, one.holder) for one in outcome.handovers] == [("safety_officer", "王芳")]
    async with office.desk() as desk:
        you = await enrolling.agree(desk, 2901, 2901, "尤佳", "zh-CN", 1)
        await enrolling.bind_by_phone(desk, you, "13800002901")
        (record,) = await desk.session.scalars(select(EnterpriseRecord))
        held = await enrolling.holders(desk, record.id)
    assert [(contact.name, role) for contact, role in held] == [("尤佳", Role.SAFETY_OFFICER)]


async def test_the_sample_on_the_demo_district_adds_seven_and_updates_one(office: Office) -> None:
    await load_district(office)
    names = [one.name for one in office.catalogue.industries.values()]
    reading = read_register(demo_register(names), industry_ids(office.catalogue))
    async with office.desk() as desk:
        outcome = await registering.import_register(desk, Batch.of(reading), None)
    assert (outcome.added, outcome.updated, outcome.unchanged, reading.bad_rows) == (7, 1, 1, 3)


async def test_loading_the_demo_district_again_keeps_what_was_changed(office: Office) -> None:
    await load_district(office)
    await put(office, replace(district(office)[0], head_count=99))
    assert (await load_district(office)).added == 0
    async with office.desk() as desk:
        assert (await listing.export(desk, WHOLE, by=0))[0].head_count == 99


async def test_an_exported_register_imports_as_no_change(office: Office) -> None:
    await load_district(office)
    industries = office.catalogue.industries
    async with office.desk() as desk:
        entries = await listing.export(desk, WHOLE, by=0)
    rows = [register_cells(entry, lambda one: industries[one].name) for entry in entries]
    reading = read_register(write_register(rows, []), industry_ids(office.catalogue))
    assert reading.problems == ()
    async with office.desk() as desk:
        outcome = await registering.compare(desk, Batch.of(reading))
    assert (outcome.added, outcome.updated, outcome.unchanged) == (0, 0, 50)


async def test_rows_outside_the_jurisdiction_are_problems_wherever_they_stand(office: Office) -> None:
    street, park = district(office)[0], district(office)[-1]
    await put(office, park)
    moved = replace(park, street="望潮街道")
    elsewhere = replace(district(office)[1], grid="第九网格")
    rows = [(2, street), (3, park), (4, moved), (5, elsewhere)]
    async with office.desk() as desk:
        problems = await registering.outside(desk, rows, Jurisdiction("望潮街道", "第一网格"))
        assert await registering.outside(desk, rows, WHOLE) == []
    assert [(row, problem.column) for row, problem in problems] == [
        (3, Column.STREET),
        (4, Column.GRID),
        (5, Column.GRID),
    ]
    async with office.desk() as desk:
        problems = await registering.outside(desk, [(4, moved)], Jurisdiction("望潮街道"))
    assert [(one.code, one.column) for _, one in problems] == [(ProblemCode.OUTSIDE_JURISDICTION, Column.CREDIT_CODE)]


async def test_a_draft_is_imported_once_and_only_by_whoever_sent_it(office: Office) -> None:
    entries = district(office)[:3]
    async with office.desk() as desk:
        zhou, office_of_zhou = await official(desk)
        other = await enrolling.agree(desk, 1009, 1009, "别人", "zh-CN", 1)
        first = await drafting.put_by(desk, zhou, Batch(entries[:1]))
        draft_id = await drafting.put_by(desk, zhou, Batch(entries))
    async with office.desk() as desk:
        with pytest.raises(StalePress):
            await drafting.confirm(desk, other, office_of_zhou, draft_id)
        if first != draft_id:
            with pytest.raises(StalePress):
                await drafting.confirm(desk, zhou, office_of_zhou, first)
    async with office.desk() as desk:
        assert (await drafting.confirm(desk, zhou, office_of_zhou, draft_id)).added == 3
    async with office.desk() as desk:
        with pytest.raises(StalePress):
            await drafting.confirm(desk, zhou, office_of_zhou, draft_id)
        assert list(await desk.session.scalars(select(RegisterDraftRecord))) == []
        assert await listing.export(desk, WHOLE, by=zhou.id) == list(entries)


async def test_a_draft_whose_rows_left_the_jurisdiction_is_stale(office: Office) -> None:
    async with office.desk() as desk:
        zhou, in_office = await official(desk, "别的街道")
        draft_id = await drafting.put_by(desk, zhou, Batch(district(office)[:1]))
    with pytest.raises(StalePress):
        async with office.desk() as desk:
            await drafting.confirm(desk, zhou, in_office, draft_id)


async def test_what_is_listed_ends_at_the_jurisdiction(office: Office) -> None:
    await load_district(office)
    street = Jurisdiction("望潮街道")
    async with office.desk() as desk:
        whole, own = await listing.counts(desk, WHOLE), await listing.counts(desk, street)
        assert (whole.total, whole.streets) == (50, (("望潮街道", 23), ("云泊化工园区", 27)))
        assert (own.total, own.enrolled) == (23, 0)
        page = await listing.enterprises(desk, street, 99, 6)
        assert (page.total, page.number, page.pages, len(page.lines)) == (23, 3, 4, 5)
        named = await listing.enterprises(desk, street, 0, 6, named="餐饮")
        assert [line.name for line in named.lines] == ["云泊区好邻居餐饮店"]
        assert (await listing.enterprises(desk, street, 0, 6, named="%")).total == 0
        card = await listing.enterprise(desk, street, named.lines[0].id)
        assert card.entry == district(office)[0]
        inside_park = (await listing.enterprises(desk, Jurisdiction("云泊化工园区"), 0, 1)).lines[0].id
        for hidden in (inside_park, 999_999, -1):
            with pytest.raises(NotYours):
                await listing.enterprise(desk, street, hidden)


async def test_two_thousand_rows_in_one_transaction(office: Office) -> None:
    entry = district(office)[0]
    entries = tuple(replace(entry, credit_code=f"{number:018d}") for number in range(2000))
    assert (await put(office, *entries)).added == 2000
    assert (await put(office, *entries)).unchanged == 2000
