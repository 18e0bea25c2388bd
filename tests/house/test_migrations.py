"""The schema: the numbered steps lead to the records, lead back, lose nothing, and refuse what they do not know."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from outreach.desk import Office
from outreach.people import enrolling
from outreach.storage.database import DatabaseTaken, OnlyProcess
from outreach.storage.migrating import SchemaMismatch, current, migrate, must_be_newest, newest
from outreach.storage.records import Record
from tests.house.tree import FROZEN, ROOT, tracked

TOKEN = "123456:invented-token-of-nobody"


def schema(connection: Connection) -> dict[str, object]:
    """What a database says about itself, in an order that does not depend on how it came about."""
    seen = inspect(connection)
    columns, indexes = seen.get_multi_columns(), seen.get_multi_indexes()
    uniques, foreigns = seen.get_multi_unique_constraints(), seen.get_multi_foreign_keys()
    return {
        table[1]: (
            sorted((c["name"], str(c["type"]), c["nullable"]) for c in columns[table]),
            sorted((i["name"], tuple(i["column_names"]), bool(i["unique"])) for i in indexes[table]),
            sorted((u["name"], tuple(u["column_names"])) for u in uniques[table]),
            sorted((f["name"], tuple(f["constrained_columns"])) for f in foreigns[table]),
        )
        for table in columns
        if table[1] != "alembic_version"
    }


def contents(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    return {
        table.name: sorted(tuple(row) for row in connection.execute(table.select()))
        for table in Record.metadata.sorted_tables
    }


async def look(engine: AsyncEngine, question: Any) -> Any:
    async with engine.connect() as connection:
        return await connection.run_sync(question)


async def test_the_migrated_schema_is_the_one_that_the_records_describe(office: Office) -> None:
    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Record.metadata))

    assert await look(office.engine, differences) == []


async def test_down_and_up_again_gives_the_same_schema_at_every_step(office: Office) -> None:
    numbers = sorted(Path(name).name[:4] for name in tracked() if name.startswith(FROZEN) and name.endswith(".py"))
    assert numbers[-1] == newest()
    steps = ["base", *numbers]
    met = {newest(): await look(office.engine, schema)}
    # Each step down, up again as it was, and down for good; from the bottom all of them at once.
    for lower, upper in reversed(list(pairwise(steps))):
        await migrate(office.engine, lower)
        assert await current(office.engine) == (None if lower == "base" else lower)
        await migrate(office.engine, upper)
        assert await look(office.engine, schema) == met[upper], upper
        await migrate(office.engine, lower)
        met[lower] = await look(office.engine, schema)
    assert met["base"] == {}
    await migrate(office.engine)
    assert await look(office.engine, schema) == met[newest()]


async def test_a_second_migration_changes_nothing(office: Office) -> None:
    async with office.desk() as desk:
        await enrolling.agree(desk, 1002, 1002, "王芳", "zh-CN", office.privacy.version)
    before = await look(office.engine, contents)
    await migrate(office.engine)
    assert await look(office.engine, contents) == before
    assert len(before["contacts"]) == 1


async def test_a_database_of_a_newer_version_is_refused_with_the_way_out(office: Office) -> None:
    async with office.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9876'"))
    for refused in (migrate(office.engine), must_be_newest(office.engine)):
        with pytest.raises(SchemaMismatch, match="9876"):
            await refused
    assert await current(office.engine) == "9876"


async def test_a_revision_that_does_not_exist_is_refused_and_those_that_do_are_named(office: Office) -> None:
    with pytest.raises(SchemaMismatch, match=newest()):
        await migrate(office.engine, "0815")
    assert await current(office.engine) == newest()


async def test_an_older_database_is_not_run_on_and_the_command_that_mends_it_is_named(office: Office) -> None:
    await migrate(office.engine, "base")
    with pytest.raises(SchemaMismatch, match="python -m bot migrate"):
        await must_be_newest(office.engine)


def test_the_second_process_on_one_sqlite_says_who_holds_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'anshao.db'}"
    first = OnlyProcess(url)
    first.take()
    try:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("ANSHAO_")},
            "ANSHAO_BOT_TOKEN": TOKEN,
            "ANSHAO_BOT_API_URL": "http://127.0.0.1:9",
            "ANSHAO_DATA_DIR": str(tmp_path),
        }
        second = subprocess.run(
            [sys.executable, "-m", "bot", "run"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
        )
        assert second.returncode == 2
        assert str(os.getpid()) in second.stderr and "ANSHAO_DATA_DIR" in second.stderr
        assert "Traceback" not in second.stderr and TOKEN not in second.stderr
    finally:
        first.let_go()
    again = OnlyProcess(url)
    again.take()
    again.let_go()


def test_a_process_that_was_killed_lets_go_of_its_database(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'anshao.db'}"
    holder = subprocess.Popen(
        [
            sys.executable, "-c",
            "import sys, time; from outreach.storage.database import OnlyProcess; "
            "only = OnlyProcess(sys.argv[1]); only.take(); print('taken', flush=True); time.sleep(60)", url,
        ],
        cwd=ROOT, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert holder.stdout is not None and holder.stdout.readline() == b"taken\n"
        with pytest.raises(DatabaseTaken, match=str(holder.pid)):
            OnlyProcess(url).take()
    finally:
        holder.kill()
        holder.communicate()
    only = OnlyProcess(url)
    only.take()
    only.let_go()
