"""巡查 — every search finds nothing on a good day, what was planted on a bad one, and sets it right where it may."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, event, insert, select, text, update

from domain.alert import SEARCHES
from domain.contact import Role
from domain.notice import Notice
from outreach.desk import Office
from outreach.people import enrolling
from outreach.privacy import erasing
from outreach.storage.broadcasts import BroadcastRecord, RecipientRecord
from outreach.storage.campaigns import ActivityPhotoRecord
from outreach.storage.inspections import PhotoRecord
from outreach.storage.notices import DeliveryRecord, PauseRecord
from outreach.storage.plans import ReminderRecord
from outreach.storage.pulses import PulseRecord
from outreach.storage.reports import LetterRecord, ReportPhotoRecord
from outreach.upkeep import pulses, repairing, searching
from scheduler import sweeps
from tests.conftest import Figure, SetClock
from tests.outreach import walking
from tests.outreach.test_broadcasting import Bureau


@pytest.fixture
async def bureau(office: Office) -> Bureau:
    return await Bureau(office).open()


async def run(office: Office, statement: Any, *rows: Any) -> Any:
    async with office.desk() as desk:
        return await desk.session.execute(statement, *rows)


async def told(office: Office, broadcast_id: int) -> list[str]:
    """The names of those who have a row of that broadcast."""
    names = text(
        "SELECT c.name FROM contacts c JOIN deliveries d ON d.contact_id = c.id "
        "JOIN recipients r ON r.contact_id = c.id AND r.broadcast_id = d.broadcast_id "
        "WHERE d.broadcast_id = :id AND d.kind = 'broadcast' ORDER BY c.id"
    )
    async with office.desk() as desk:
        return list(await desk.session.scalars(names, {"id": broadcast_id}))


def test_every_search_has_an_alert_and_every_alert_a_search() -> None:
    # What killed processes held is found by the sweep that settles it.
    assert searching.LOOKS.keys() | {"late_leases"} == set(SEARCHES)


async def test_a_good_day_finds_nothing(bureau: Bureau, clock: SetClock) -> None:
    id_ = await bureau.sent(3)
    await bureau.hire("新来的", "乙餐馆", Role.SAFETY_OFFICER, 7010)
    for _ in range(4):
        for look in searching.LOOKS.values():
            assert await look(bureau.office) == 0
        clock.advance(hours=1)
    assert "新来的" in await told(bureau.office, id_)


async def test_a_newcomer_beside_an_approval_is_missed_by_both_and_given_it(bureau: Bureau) -> None:
    office = bureau.office
    if office.engine.dialect.name == "sqlite":
        pytest.skip("on SQLite one of the two waits for the other")
    id_ = await bureau.draft()
    async with office.desk() as desk:
        person = await walking.person(desk, "并排的", 7011)
    async with office.desk() as desk:
        await enrolling.give_post(desk, person, bureau.enterprises["乙餐馆"], Role.SAFETY_OFFICER, "test")
        # The approval cannot see the post, and the post could not see the approval.
        await bureau.approve(id_, 3)
    assert "并排的" not in await told(office, id_)
    assert await searching.search(office) == {"newcomers": 1}
    assert "并排的" in await told(office, id_)
    assert await searching.search(office) == {}
    await bureau.must_conserve()


@pytest.mark.parametrize(("posts", "is_given"), [("all", True), ("principal", False)])
async def test_a_newcomer_is_given_only_what_is_meant_for_them(bureau: Bureau, posts: str, is_given: bool) -> None:
    """The same, planted: on either database a row of a newcomer is taken away as if it had never been made."""
    id_ = await bureau.sent(3) if posts == "all" else await bureau.sent(1, posts="principal")
    await bureau.hire("新来的", "乙餐馆", Role.PRINCIPAL, 7012)
    contact_id = bureau.people["新来的"].id
    for record in (RecipientRecord, DeliveryRecord):
        await run(bureau.office, delete(record).where(record.broadcast_id == id_, record.contact_id == contact_id))
    # 致企业主要负责人 goes to exactly one person for each enterprise, and there is one.
    assert await searching.search(bureau.office) == ({"newcomers": 1} if is_given else {})
    assert ("新来的" in await told(bureau.office, id_)) is is_given


async def test_a_name_without_a_row_is_given_one(bureau: Bureau) -> None:
    id_ = await bureau.sent(3)
    own = DeliveryRecord.contact_id == bureau.people["王芳"].id
    await run(bureau.office, delete(DeliveryRecord).where(DeliveryRecord.broadcast_id == id_, own))
    assert await searching.search(bureau.office) == {"audience_rows": 1}
    assert await searching.search(bureau.office) == {}
    await bureau.must_conserve()


async def test_a_row_without_a_name_and_a_lost_name_are_told_of(bureau: Bureau) -> None:
    id_ = await bureau.sent(3)
    own = RecipientRecord.contact_id == bureau.people["王芳"].id
    await run(bureau.office, delete(RecipientRecord).where(RecipientRecord.broadcast_id == id_, own))
    assert (await searching.search(bureau.office))["audience_rows"] == 2
    await run(bureau.office, update(BroadcastRecord).values(recipients=2))
    assert (await searching.search(bureau.office))["audience_rows"] == 1


async def test_nobody_who_is_erased_is_told_again(bureau: Bureau) -> None:
    id_ = await bureau.sent(3)
    own = DeliveryRecord.contact_id == bureau.people["王芳"].id
    await run(bureau.office, delete(DeliveryRecord).where(DeliveryRecord.broadcast_id == id_, own))
    async with bureau.office.desk() as desk:
        await erasing.erase(desk, bureau.people["王芳"].id)
    assert (await searching.search(bureau.office))["audience_rows"] == 1
    assert "王芳" not in await told(bureau.office, id_)


async def test_a_claim_that_outlived_its_lease_is_settled_and_told_of(office: Office, clock: SetClock) -> None:
    async with office.desk() as desk:
        contact = await enrolling.agree(desk, 1, 1, "王芳", "zh-CN", 1)
        await desk.tell(contact, Notice("enrolment_declined", {"enterprise": "店"}, "one"))
    await run(office, update(DeliveryRecord).values(state="claimed", claimed_by="gone", lease_until=clock.now))
    assert await repairing.rescue(office) == 0
    clock.advance(seconds=1)
    assert await repairing.rescue(office) == 1
    async with office.desk() as desk:
        assert (await desk.session.get_one(PulseRecord, pulses.found("late_leases"))).value == 1


async def test_what_nobody_takes_up_is_found_and_its_workers_are_woken(office: Office, clock: SetClock) -> None:
    now = clock.now
    async with office.desk() as desk:
        contact = await enrolling.agree(desk, 1, 1, "王芳", "zh-CN", 1)
        desk.session.add_all((
            ReminderRecord(
                about="finding:1", contact_id=contact.id, occurs_on=desk.today, due_at=now, next_look_at=now
            ),
            PhotoRecord(
                contact_id=contact.id, answer_id=1, file_id="f", file_unique_id="u", next_look_at=now, sent_at=now
            ),
            ReportPhotoRecord(id=1, report_id=1, place=1, next_look_at=now),
            ActivityPhotoRecord(
                activity_id=1, contact_id=contact.id, file_id="f", file_unique_id="u", next_look_at=now, sent_at=now
            ),
            LetterRecord(id=1, key="k", report_id=1, kind="report_asked", text="x", due_at=now),
            PauseRecord(name="flood", until_at=now + timedelta(hours=1), reason="telegram"),
        ))  # fmt: skip
    clock.advance(minutes=15)
    assert await searching.search(office) == {}
    clock.advance(minutes=1)
    office.photo_bell.clear()
    office.letter_bell.clear()
    assert await sweeps.search_for_losses(office) == 4
    assert office.photo_bell.is_set() and not office.letter_bell.is_set(), "nothing may be sent in a pause"
    clock.advance(hours=1)
    assert await searching.search(office) == {"reminders_stuck": 1, "photos_stuck": 3, "letters_stuck": 1}
    assert office.letter_bell.is_set()
    async with office.desk() as desk:
        values = {row.name: row.value for row in await desk.session.scalars(select(PulseRecord))}
    assert values == {"found_reminders_stuck": 1, "found_photos_stuck": 3, "found_letters_stuck": 1}


async def test_a_search_that_fails_does_not_keep_the_others_from_it(office: Office, clock: SetClock) -> None:
    await run(office, text("ALTER TABLE recipients RENAME TO hidden"))
    await run(office, insert(ReportPhotoRecord).values(id=1, report_id=1, place=1, next_look_at=clock.now, attempts=0))
    clock.advance(minutes=16)
    assert await searching.search(office) == {"photos_stuck": 1}


async def test_over_a_million_rows_each_search_costs_what_is_found(
    office: Office, clock: SetClock, figure: Figure
) -> None:
    """Planned over indexes: whatever is settled or waits for later costs nothing."""
    if office.engine.dialect.name != "sqlite":
        pytest.skip("the plan is printed for SQLite")
    asked: list[tuple[str, Any]] = []
    listen = lambda c, cursor, statement, parameters, *_: asked.append((statement, parameters))  # noqa: E731
    event.listen(office.engine.sync_engine, "before_cursor_execute", listen)
    await searching.search(office)
    event.remove(office.engine.sync_engine, "before_cursor_execute", listen)
    scans = []
    async with office.engine.connect() as connection:
        for statement, parameters in asked:
            if statement.startswith("SELECT"):
                plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                scans += [str(line[3]) for line in plan if re.match(r"SCAN (?!broadcasts)\w+$", str(line[3]))]
    # Of small tables and of what a subquery found, never of one that grows with the people.
    assert [scan for scan in scans if scan not in ("SCAN anon_1", "SCAN pauses")] == []
    begun = time.process_time()
    for _ in range(10):
        await searching.search(office)
    figure(f"searches for what can never be: {(time.process_time() - begun) * 100:.1f} ms of CPU for all, none found")
