"""迁移 — bringing the schema up or down by numbered steps, each database as one transaction."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

# A table that is there from before a restore until the restored database is held: it is in no backup.
RESTORING = "restore_under_way"
FOLDER = Path(__file__).parent / "migrations"


class SchemaMismatch(Exception):
    """The database's schema is not the one this version of the code expects."""


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def newest() -> str:
    """The revision this code expects, such as `0001`."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise SchemaMismatch("no migrations are shipped with this code")
    return head


def knows(revision: str) -> bool:
    """Whether this code has the migration of that name."""
    return revision in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


async def current(engine: AsyncEngine) -> str | None:
    """The revision the database is at; None for an empty one."""
    async with engine.connect() as connection:
        return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())


async def migrate(engine: AsyncEngine, to: str = "head") -> None:
    """Upgrade (or, to an older revision, downgrade) in one transaction; a kill half-way leaves the old schema.

    to: a revision such as `0001`, `head` for the newest, `base` for an empty database.

    Raises:
        SchemaMismatch: the database is at a revision, or is to be brought to one, that this code does not have.
    """

    def run(sync: Connection) -> None:
        revisions = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
        at = MigrationContext.configure(sync).get_current_revision()
        if at is not None and at not in revisions:
            raise SchemaMismatch(
                f"the database is at revision {at}, which this version does not know: it was written by a newer "
                "version of Anshao. Run that version, or restore a backup made before the upgrade."
            )
        if to not in revisions | {"head", "base"}:
            raise SchemaMismatch(f"there is no revision {to}; this version has {', '.join(sorted(revisions))}")
        config = _config(sync)
        if to != "base" and (to == "head" or (at or "") < to):
            command.upgrade(config, to)
        else:
            command.downgrade(config, to)

    async with engine.begin() as connection:
        await connection.run_sync(run)


async def begin_restore(engine: AsyncEngine) -> None:
    """Mark the database as one that nobody may start on."""
    async with engine.begin() as connection:
        await connection.execute(text(f"CREATE TABLE IF NOT EXISTS {RESTORING} (begun INTEGER)"))


async def end_restore(session: AsyncSession) -> None:
    """Take the mark away in the transaction that makes the database safe to start on."""
    await session.execute(text(f"DROP TABLE IF EXISTS {RESTORING}"))


async def must_be_newest(engine: AsyncEngine) -> None:
    """Raises SchemaMismatch with the command that mends it."""
    async with engine.connect() as connection:
        if await connection.run_sync(lambda sync: inspect(sync).has_table(RESTORING)):
            raise SchemaMismatch("a restore of this database was broken off; run `python -m bot restore FILE` again")
    at = await current(engine)
    if at != newest():
        raise SchemaMismatch(
            f"the database is at revision {at or 'none'}, this version needs {newest()}. "
            "Run `python -m bot migrate` first; it makes a backup of a SQLite database before it changes it."
        )
