"""A tick costs what is due and not what exists: every statement of every sweep takes its rows from an index."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Any

import pytest
from sqlalchemy import event

from domain.contact import Role
from domain.notice import Notice
from outreach.desk import Office
from outreach.people import enrolling
from outreach.quizzes import practising
from outreach.reminders import ticking
from outreach.storage.inspections import FindingRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.plans import PlanRecord
from scheduler import sweeps
from tests.conftest import SetClock
from tests.outreach import walking

LOOKED_AT = {
    "ix_plans_looked_at", "ix_findings_looked_at", "ix_broadcasts_unreminded", "ix_reminders_waiting",
    "ix_deliveries_folded", "ix_hazards_looked_at",
}  # fmt: skip


class Overheard:
    """The statements that reach a SQLite database, each with its plan."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._heard: list[tuple[str, Any]] = []

    async def during(self, sweep: Any) -> list[str]:
        """The steps of the plans of all that a sweep reads and changes."""
        engine = self._office.engine.sync_engine
        self._heard.clear()
        event.listen(engine, "before_cursor_execute", self._hear)
        try:
            await sweep(self._office)
        finally:
            event.remove(engine, "before_cursor_execute", self._hear)
        steps = []
        async with self._office.engine.connect() as connection:
            for statement, parameters in list(self._heard):
                plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                steps += [row[3] for row in plan.all()]
        return steps

    def _hear(self, _: Any, __: Any, statement: str, parameters: Any, ___: Any, is_many: bool) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            self._heard.append((statement, parameters[0] if is_many else parameters))


@pytest.fixture
async def busy(office: Office, clock: SetClock) -> Office:
    """Somebody with a post, a plan, a finding, a folded push and a question of the day, all of them due."""
    if office.engine.dialect.name != "sqlite":
        pytest.skip("one planner is enough")
    async with office.desk() as desk:
        where = await walking.enterprise(desk)
        wang = await walking.person(desk, "王芳", 4001)
        await enrolling.give_post(desk, wang, where, Role.SAFETY_OFFICER, "test")
        desk.session.add(
            PlanRecord(
                contact_id=wang.id, state="active", checklist_id="catering", street="钟公堂街道", rhythm="weekly",
                from_on=date(2026, 6, 1), until_on=date(2026, 6, 30), next_look_at=desk.now, created_at=desk.now,
                changed_at=desk.now,
            )
        )  # fmt: skip
        desk.session.add(
            FindingRecord(
                number="1", inspection_id=1, enterprise_id=where, item_id="x", title="x", note="", remedy="",
                due_on=date(2026, 6, 1), opened_at=desk.now, next_look_at=desk.now,
            )
        )  # fmt: skip
        await desk.tell(wang, Notice("enrolment_declined", {"enterprise": "店"}, "folded", is_push=True))
        await practising.choose_hour(desk, wang.id, time(10))
    async with office.desk() as desk:
        row = await desk.session.get_one(DeliveryRecord, 1)
        row.reason = "digest"
    clock.advance(hours=1)
    return office


async def test_no_sweep_reads_a_table_from_end_to_end(busy: Office, clock: SetClock) -> None:
    """Pictures that no row names are the exception: to know that, all rows have to be asked, once a night."""
    overheard, whole = Overheard(busy), {}
    names = (
        "rescue_notices", "ask_daily_questions", "remind", "tell_campaign_day", "forget_update_ids", "forget_reporters",
        "forget_quarantine", "forget_polls_and_fallbacks",
    )  # fmt: skip
    for name in names:
        steps = await overheard.during(getattr(sweeps, name))
        assert steps, name
        read = {found[1] for step in steps if (found := re.fullmatch(r"SCAN (\w+)", step))}
        if strange := {name for name in read if not re.fullmatch(r"CONSTANT|anon_\d+", name)}:
            whole[name] = strange
        clock.advance(seconds=1)
    assert whole == {}


async def test_the_look_at_the_clock_reads_nothing_but_indexes_of_what_waits(busy: Office) -> None:
    async def look(office: Office) -> None:
        assert await ticking.come_due(office) == {"plans", "findings", "reminders"}

    steps = await Overheard(busy).during(look)
    assert {found[0] for step in steps if (found := re.search(r"ix_\w+", step))} == LOOKED_AT
