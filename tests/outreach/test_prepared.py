"""What SQLite has prepared it does not prepare again, whatever else was asked on the same connection."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from outreach.delivery.claims import Claims
from outreach.delivery.outcomes import Kind, Outcome
from outreach.delivery.rows import CONTACTS, DELIVERIES
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


async def test_claiming_and_settling_prepare_nothing_anew(sqlite_url: str) -> None:
    engine = open_engine(sqlite_url)
    async with engine.begin() as link:
        await link.execute(CONTACTS.insert(), [
            {"id": n, "person_id": n, "chat_id": n, "name": "P", "consent_version": 1, "consented_at": NOW}
            for n in range(1, 5)
        ])  # fmt: skip
        await link.execute(DELIVERIES.insert(), [
            {"key": f"k{n}", "contact_id": n, "kind": "notice", "text": "T", "created_at": NOW, "due_at": NOW}
            for n in range(1, 5)
        ])  # fmt: skip
        looked_at = await prepared_by(link)
    claims = Claims(engine, "a")
    taken = await claims.take(NOW, 1)
    for _ in range(3):
        looked_at.clear()
        taken = await claims.exchange([(claim, Outcome(Kind.SENT, message_id=1)) for claim in taken], NOW, 1)
    assert taken
    assert "deliveries" not in looked_at
    await engine.dispose()
