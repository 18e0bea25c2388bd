"""验证备份 — a backup is restored on the side, brought up to this version and counted before it is one."""

from __future__ import annotations

import asyncio
from pathlib import Path
from secrets import token_hex

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from outreach.desk import Office
from outreach.storage import archives, migrating
from outreach.storage.archives import Manifest
from outreach.storage.copying import CopyFault, count_sqlite, run_postgresql
from outreach.storage.database import open_engine


async def prove_database(office: Office, archive: Path, manifest: Manifest, work: Path) -> None:
    """Take the database out of the archive again and bring it up as a restore would.

    Raises:
        CopyFault: it is damaged, does not hold what was put in, or this version cannot open it.
    """
    scratch = work / f"scratch-{manifest.database}"
    await asyncio.to_thread(archives.unpack, archive, manifest, {manifest.database: scratch}, office.archive_key)
    try:
        if manifest.database.endswith(".db"):
            await _prove_sqlite(scratch, manifest)
        else:
            await _prove_postgresql(office, scratch)
    finally:
        scratch.unlink(missing_ok=True)


async def _prove_sqlite(scratch: Path, manifest: Manifest) -> None:
    if await asyncio.to_thread(count_sqlite, scratch) != dict(manifest.tables):
        raise CopyFault("the backup was read back and does not hold what was put in; nothing was kept")
    await _open(f"sqlite:///{scratch}", manifest.revision)


async def _open(url: str, revision: str) -> None:
    """Bring it up to this version's schema. What a newer version wrote is only counted: that version opens it."""
    # A process that runs is at this version, and so is what it backs up: what migrates need not be loaded into it.
    is_up = revision == migrating.newest()
    if not is_up and not migrating.knows(revision):
        return
    engine = open_engine(url)
    try:
        await (migrating.must_be_newest(engine) if is_up else migrating.migrate(engine))
    finally:
        await engine.dispose()


async def _prove_postgresql(office: Office, dump: Path) -> None:
    """Restored into a database that is dropped again; where none may be made, read through from end to end."""
    url, name = office.engine.url, f"anshao_proof_{token_hex(4)}"
    outside = office.engine.execution_options(isolation_level="AUTOCOMMIT")
    try:
        async with outside.connect() as connection:
            await connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
    except ProgrammingError:
        there = url.render_as_string(hide_password=False)
        await asyncio.to_thread(run_postgresql, "pg_restore", there, "--file=/dev/null", str(dump))
        return
    scratch = url.set(database=name).render_as_string(hide_password=False)
    try:
        await asyncio.to_thread(run_postgresql, "pg_restore", scratch, "--exit-on-error", "--no-owner", str(dump))
        engine = open_engine(scratch)
        try:
            revision = await migrating.current(engine)
        finally:
            await engine.dispose()
        await _open(scratch, revision or "")
    finally:
        async with outside.connect() as connection:
            await connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
