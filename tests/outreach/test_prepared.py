"""What a database has prepared it does not prepare again, whatever else was asked on the same connection."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from outreach.delivery.claims import Claims
from outreach.delivery.outcomes import Kind, Outcome
from outreach.delivery.rows import CONTACTS, DELIVERIES
from outreach.delivery.taking import Claim
from outreach.storage.database import open_engine
from outreach.storage.migrating import migrate

NOW = datetime(2026, 6, 1, 1, 30, tzinfo=UTC)


async def prepared_by(link: AsyncConnection) -> list[str]:
    """Fills with the tables that SQLite looks at while it prepares statements."""
    looked_at: list[str] = []
    made: Any = (await link.get_raw_connection()).driver_connection
    made._conn.set_authorizer(lambda _, table, *__: looked_at.append(table) or 0)
    return looked_at


async def test_statements_stay_prepared_after_a_migration(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'a.db'}")
    await migrate(engine)
    people = select(CONTACTS.c.id).where(CONTACTS.c.name == "a").limit(3)
    rows = select(DELIVERIES.c.id).where(DELIVERIES.c.key == "a").limit(1).offset(2)
    async with engine.connect() as link:
        looked_at = await prepared_by(link)
        for _ in range(2):
            looked_at.clear()
            for asked in (people, rows, people, rows):
                await link.execute(asked)
    await engine.dispose()
    assert "contacts" not in looked_at and "deliveries" not in looked_at


async def test_a_limit_is_still_one(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'a.db'}")
    async with engine.begin() as link:
        await link.execute(text("CREATE TABLE words (word TEXT)"))
        await link.execute(text("INSERT INTO words VALUES ('a'), ('b'), ('c'), ('d')"))
        words = select(text("word")).select_from(text("words")).order_by(text("word"))
        assert list(await link.scalars(words.limit(2))) == ["a", "b"]
        assert list(await link.scalars(words.limit(2).offset(1))) == ["b", "c"]
        assert list(await link.scalars(words.offset(1))) == ["b", "c", "d"]
        assert list(await link.scalars(words.limit(0))) == []
    await engine.dispose()


async def outbox(engine: AsyncEngine, rows: int) -> None:
    async with engine.begin() as link:
        await link.execute(CONTACTS.insert(), [
            {"id": n, "person_id": n, "chat_id": n, "name": "P", "consent_version": 1, "consented_at": NOW}
            for n in range(1, rows + 1)
        ])  # fmt: skip
        await link.execute(DELIVERIES.insert(), [
            {"key": f"k{n}", "contact_id": n, "kind": "notice", "text": "T", "created_at": NOW, "due_at": NOW}
            for n in range(1, rows + 1)
        ])  # fmt: skip


async def go_on(claims: Claims, taken: Sequence[Claim], most: int) -> Sequence[Claim]:
    return await claims.exchange([(claim, Outcome(Kind.SENT, message_id=1)) for claim in taken], NOW, most)


async def test_claiming_and_settling_prepare_nothing_anew(sqlite_url: str) -> None:
    engine = open_engine(sqlite_url)
    await outbox(engine, 4)
    async with engine.connect() as link:
        looked_at = await prepared_by(link)
    claims, taken = Claims(engine, "a"), cast(Sequence[Claim], ())
    for _ in range(4):
        looked_at.clear()
        taken = await go_on(claims, taken, 1)
    assert taken
    assert "deliveries" not in looked_at
    await engine.dispose()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_postgresql_plans_a_claim_once_and_for_all(database_url: str) -> None:
    engine = open_engine(database_url)
    await outbox(engine, 3000)
    claims, taken = Claims(engine, "a"), cast(Sequence[Claim], ())
    async with engine.begin() as link:
        await link.execute(text("ANALYZE deliveries, contacts"))
    for _ in range(12):
        taken = await go_on(claims, taken, 10)
        assert len(taken) == 10
    async with engine.connect() as link:
        plans = "SELECT statement, custom_plans, generic_plans FROM pg_prepared_statements"
        found = [
            row
            for row in await link.execute(text(plans))
            if "deliveries" in row[0] and row[0].startswith(("SELECT", "UPDATE"))
        ]
    await engine.dispose()
    # The first five are planned for the values at hand; after them the server looks whether that was worth it.
    assert {row[0]: row[1] for row in found if row[1] > 5 or not row[2]} == {}
