"""Every step of the schema, down and up again, with rows in every table: what goes is what the step says."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from outreach.desk import Office
from outreach.storage.migrating import FOLDER
from outreach.storage.records import Record
from tests.conftest import Figure, SetClock
from tests.house.full_database import fill


@dataclass(frozen=True, slots=True)
class Look:
    """A database as it is now: the columns of each table, and its rows by their keys."""

    columns: dict[str, set[str]] = field(default_factory=dict)
    rows: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = field(default_factory=dict)


def look(connection: Connection) -> Look:
    """Read past the records, which know the newest schema alone; the keys of tables have never changed."""
    found = Look()
    for name in inspect(connection).get_table_names():
        if name not in Record.metadata.tables:
            continue
        keys = [column.name for column in Record.metadata.tables[name].primary_key.columns]
        rows = connection.execute(text(f"SELECT * FROM {name}")).mappings()
        found.columns[name] = set(rows.keys())
        found.rows[name] = {tuple(row[key] for key in keys): dict(row) for row in rows}
    if connection.dialect.name == "sqlite":
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
    return found


def dropped(above: Look, below: Look) -> set[str]:
    """Tables and columns that the schema below does not have, whatever stands in them."""
    kept = above.columns.keys() & below.columns.keys()
    columns = {f"{table}.{name}" for table in kept for name in above.columns[table] - below.columns[table]}
    return columns | (above.columns.keys() - kept)


def changed(before: Look, after: Look) -> set[str]:
    """Tables that lack or gained rows, and columns of the others in which anything differs."""
    tables = {table for table, rows in before.rows.items() if rows.keys() != after.rows[table].keys()}
    return tables | {
        f"{table}.{name}"
        for table in before.rows.keys() - tables
        for key, row in before.rows[table].items()
        for name, value in row.items()
        if after.rows[table][key][name] != value
    }


def said_to_be_lost(module: ModuleType) -> set[str]:
    """What the docstring of the way down names in backticks."""
    return set(re.findall(r"`([a-z_.]+)`", module.downgrade.__doc__ or ""))


def walk(connection: Connection) -> dict[str, str]:
    """Down the steps, each of them up and down once more on the way. What a step says wrongly of what it loses."""
    wrong, above = {}, look(connection)
    with Operations.context(MigrationContext.configure(connection)):
        for script in ScriptDirectory(str(FOLDER)).walk_revisions():
            script.module.downgrade()
            below = look(connection)
            script.module.upgrade()
            again = look(connection)
            gone = dropped(above, below) | changed(above, again)
            # A table that is lost is not told column by column.
            gone = {name for name in gone if "." not in name or name.partition(".")[0] not in gone}
            if gone != (said := said_to_be_lost(script.module)):
                wrong[script.revision] = f"lost and not said: {sorted(gone - said)}; not lost: {sorted(said - gone)}"
            script.module.downgrade()
            above = look(connection)
    assert above == Look()
    return wrong


async def test_each_step_down_and_up_loses_what_it_says_and_nothing_else(
    office: Office, clock: SetClock, figure: Figure
) -> None:
    await fill(office, clock)
    async with office.engine.begin() as connection:
        full = await connection.run_sync(look)
        bare = [table for table in Record.metadata.tables if not full.rows[table]]
        assert not bare, f"no row in {', '.join(bare)}: add a deed that makes one to tests/house/full_database.py"
        wrong = await connection.run_sync(walk)
    assert wrong == {}
    rows = sum(len(rows) for rows in full.rows.values())
    figure(f"the schema step by step down, up and down again: {rows:,} rows in {len(full.rows)} tables")
