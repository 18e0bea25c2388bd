"""What an operator must know of the whole: the figures are right, name nobody, and cost little."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, insert, select, text

from domain.notice import Notice
from outreach import receiving
from outreach.desk import Office
from outreach.people import enrolling
from outreach.storage.notices import DeliveryRecord, PauseRecord
from outreach.storage.sqlite_build import FIRST_SOUND_WAL
from outreach.upkeep import pulses, vitals
from scheduler import sweeps
from tests.conftest import SetClock

SETTLED = 20_000


async def told(office: Office, *keys: str, urgent: bool = False) -> None:
    async with office.desk() as desk:
        contact = await enrolling.agree(desk, 1, 1, "王芳", "zh-CN", 1)
        for key in keys:
            await desk.tell(contact, Notice("enrolment_declined", {"enterprise": "店"}, key, is_urgent=urgent))


async def put(office: Office, key: str, **values: object) -> None:
    async with office.desk() as desk:
        row = (await desk.session.scalars(select(DeliveryRecord).where(DeliveryRecord.key == key))).one()
        for name, value in values.items():
            setattr(row, name, value)


async def test_an_office_in_which_nothing_happened_has_nothing_to_tell(office: Office, tmp_path: Path) -> None:
    seen = await vitals.take(office, tmp_path)
    assert seen.oldest_queued_for == seen.oldest_urgent_for == seen.inbox_pending_for == timedelta()
    assert (seen.claimed_past_lease, seen.unknown, seen.quarantined, seen.reminders_late) == (0, 0, 0, 0)
    assert (seen.refused, seen.pauses, seen.pulses) == ({}, {}, {})
    assert (seen.newest_backup_at, seen.backup_age, seen.rescued_at) == (None, None, None)
    assert seen.database_bytes > 0 and 0 < seen.disk_free_bytes < seen.disk_bytes
    assert seen.database_version and not seen.is_sqlite_at_risk and seen.unknown_share == 0


async def test_the_figures_say_what_waits_and_what_became_of_the_rest(
    office: Office, tmp_path: Path, clock: SetClock
) -> None:
    names = ("waits", "later", "hung", "alive", "lost", "gone", "odd", "sent", "sent long ago", "skipped")
    await told(office, *names)
    clock.advance(seconds=30)
    await told(office, "hurry", urgent=True)
    now, minute = office.clock(), timedelta(minutes=1)
    await put(office, "later", due_at=now + 10 * minute)
    await put(office, "hung", state="claimed", lease_until=now + minute)
    await put(office, "alive", state="claimed", lease_until=now + 10 * minute)
    await put(office, "lost", state="unknown", reason="timeout", settled_at=now)
    await put(office, "gone", state="refused", reason="contact_gone", settled_at=now)
    await put(office, "odd", state="refused", reason="Bad Request: 王芳", settled_at=now)
    await put(office, "sent", state="sent", settled_at=now + 2 * minute - timedelta(seconds=30))
    await put(office, "sent long ago", state="sent", settled_at=now - timedelta(days=2))
    await put(office, "skipped", state="skipped", reason="recalled", settled_at=now)
    async with office.desk() as desk:
        await receiving.quarantine(desk, 1, "{}", "KeyError")
        await desk.session.execute(insert(PauseRecord).values(name="flood", until_at=now + 9 * minute, reason=""))
        await desk.session.execute(insert(PauseRecord).values(name="old", until_at=now - minute, reason=""))
    clock.advance(minutes=2)
    seen = await vitals.take(office, tmp_path)
    assert seen.oldest_queued_for == timedelta(minutes=2, seconds=30)
    assert seen.oldest_urgent_for == 2 * minute
    assert (seen.claimed_past_lease, seen.quarantined) == (1, 1)
    assert (seen.unknown, seen.refused) == (1, {"contact_gone": 1, "other": 1})
    assert (seen.sent_lately, seen.unknown_lately, seen.unknown_share) == (1, 1, 0.5)
    assert seen.sent_per_second == 1 / 60
    assert seen.pauses == {"flood": now + 9 * minute}
    assert "王芳" not in repr(seen)


async def test_the_pulses_of_one_process_are_seen_by_the_others(
    office: Office, tmp_path: Path, clock: SetClock
) -> None:
    await sweeps.rescue_notices(office)
    began = office.clock()
    for waiting in (3, 2):
        async with office.desk() as desk:
            await pulses.wait(desk, pulses.INBOX, waiting)
        clock.advance(minutes=5)
    seen = await vitals.take(office, tmp_path)
    assert seen.rescued_at == began
    assert (seen.inbox_pending, seen.inbox_pending_for) == (2, timedelta(minutes=10))
    async with office.desk() as desk:
        await pulses.wait(desk, pulses.INBOX, 0)
    seen = await vitals.take(office, tmp_path)
    assert (seen.inbox_pending, seen.inbox_pending_for) == (0, timedelta())


async def test_the_builds_of_sqlite_that_can_corrupt_a_wal_are_told(office: Office, tmp_path: Path) -> None:
    seen = await vitals.take(office, tmp_path)
    sound = ".".join(map(str, FIRST_SOUND_WAL))
    for version, mode, is_at_risk in (
        ("3.40.1", "wal", True), ("3.40.1", "delete", False), (sound, "wal", False), ("3.6.9", "wal", False),
        ("16.2", "", False),
    ):  # fmt: skip
        risk = dataclasses.replace(seen, database_version=version, journal_mode=mode).is_sqlite_at_risk
        assert risk is is_at_risk, version


async def fill(office: Office, settled: int) -> None:
    """So many notices sent an hour ago and before, one in fifty of them refused."""
    await told(office, "first")
    async with office.desk() as desk:
        source = (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :most) "
            "INSERT INTO deliveries (key, contact_id, kind, text, buttons, attachment, media_kind, media_file_id, "
            "is_urgent, is_push, about, state, reason, attempts, created_at, due_at, settled_at) "
            "SELECT 'k' || i, contact_id, kind, text, buttons, attachment, media_kind, media_file_id, is_urgent, "
            "is_push, about, CASE WHEN i % 50 = 0 THEN 'refused' ELSE 'sent' END, "
            "CASE WHEN i % 50 = 0 THEN 'blocked' ELSE '' END, 1, created_at, due_at, created_at FROM n, deliveries "
            "WHERE key = 'first'"
        )
        await desk.session.execute(text(source), {"most": settled})
    if office.engine.dialect.name == "postgresql":
        async with office.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text("VACUUM ANALYZE deliveries"))


async def plans(office: Office, folder: Path) -> dict[str, str]:
    """How the database goes about each question over the deliveries."""
    asked: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if "FROM deliveries" in statement:
            asked.append((statement, parameters))

    event.listen(office.engine.sync_engine, "before_cursor_execute", note)
    await vitals.take(office, folder)
    event.remove(office.engine.sync_engine, "before_cursor_execute", note)
    assert len(asked) >= 7
    ask = "EXPLAIN QUERY PLAN " if office.engine.dialect.name == "sqlite" else "EXPLAIN "
    found = {}
    async with office.engine.connect() as connection:
        for statement, parameters in asked:
            rows = (await connection.exec_driver_sql(ask + statement, parameters)).all()
            found[statement] = "\n".join(str(row[-1]) for row in rows)
    return found


async def test_no_figure_looks_through_what_is_settled(office: Office, tmp_path: Path, clock: SetClock) -> None:
    await fill(office, SETTLED)
    clock.advance(hours=1)
    for statement, plan in (await plans(office, tmp_path)).items():
        assert "ix_deliveries_" in plan, f"{statement}\n{plan}"
        assert "Seq Scan on deliveries" not in plan and "SCAN deliveries\n" not in f"{plan}\n", f"{statement}\n{plan}"
