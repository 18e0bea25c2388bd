"""迁移 — bringing the schema up or down by numbered steps, each database as one transaction."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

# A table that is there from before a restore until the restored database is held: it is in no backup.
RESTORING = "restore_under_way"
ONLY_MIGRATION = 0x616E0012
FOLDER = Path(__file__).parent / "migrations"


class SchemaMismatch(Exception):
    """The database's schema is not the one this version of the code expects."""


def _config(connection: Connection | None = None) -> Config:
    # Loaded when something is to be migrated: it takes 11 MB, and a process that runs needs none of it.
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def newest() -> str:
    """The revision this code expects, such as `0001`."""
    # Each step bears its number at the beginning of its name.
    steps = [path.name[:4] for path in (FOLDER / "versions").glob("[0-9][0-9][0-9][0-9]_*.py")]
    if not steps:
        raise SchemaMismatch("no migrations are shipped with this code")
    return max(steps)


def knows(revision: str) -> bool:
    """Whether this code has the migration of that name."""
    return revision in _revisions()


def _revisions() -> set[str]:
    return {script.revision for script in _scripts().walk_revisions()}


def _scripts() -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config())


async def current(engine: AsyncEngine) -> str | None:
    """The revision the database is at; None for an empty one."""
    async with engine.connect() as connection:
        return await connection.run_sync(_revision_in)


def _revision_in(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return found


async def migrate(engine: AsyncEngine, to: str = "head") -> None:
    """Upgrade (or, to an older revision, downgrade) in one transaction; a kill half-way leaves the old schema.

    to: a revision such as `0001`, `head` for the newest, `base` for an empty database.

    Raises:
        SchemaMismatch: the database is at a revision, or is to be brought to one, that this code does not have.
    """

    def run(sync: Connection) -> None:
        from alembic import command

        if sync.dialect.name == "postgresql":
            # Processes that are started together all want to bring it up; the second finds it done.
            sync.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONLY_MIGRATION})
        revisions = _revisions()
        at = _revision_in(sync)
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
