"""恢复 — an archive becomes the database again: proved and prepared on the side, then put in place in one move."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select, text

from outreach.desk import Office
from outreach.privacy import erasing
from outreach.storage import archives, migrating
from outreach.storage.archives import Manifest
from outreach.storage.ciphering import SEALED, ArchiveKey, opened
from outreach.storage.copying import CopyFault, count_sqlite, digest_of, make_durable, rows_of, run_postgresql
from outreach.storage.database import DatabaseTaken, OnlyProcess
from outreach.storage.people import ContactRecord, CounterRecord
from outreach.storage.photos import PhotoStore
from outreach.storage.reports import photos_named
from outreach.upkeep import releasing
from outreach.upkeep.backing_up import ASIDE, STAMP, erased_in

__all__ = ["CopyFault", "Restored", "look_into", "restore_postgresql", "restore_sqlite"]

OpenOffice = Callable[[str], AbstractAsyncContextManager[Office]]


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of it. `aside` is where the database that was there before lies now, if there was one."""

    manifest: Manifest
    aside: Path | None
    notices_unknown: int
    erased_again: int
    photos_restored: int
    photos_missing: int


@dataclass(frozen=True, slots=True)
class _Since:
    """What happened after the archive was made and must not be undone by going back to it."""

    erased: tuple[tuple[int, str], ...]
    counters: tuple[tuple[str, int], ...]


def look_into(archive: Path, key: ArchiveKey | None = None) -> Manifest:
    """Prove an archive whole and say what it holds. Raises CopyFault, also for a sealed one without its key."""
    return archives.prove(archive, key)


async def restore_sqlite(
    archive: Path, database: Path, photos: PhotoStore, backups: Path, open_office: OpenOffice,
    key: ArchiveKey | None = None,
) -> Restored:  # fmt: skip
    """Put the archive in the place of the database. Until the last move nothing there has changed.

    Raises:
        DatabaseTaken: a process runs on it.
        SchemaMismatch: the archive was written by a newer version.
        CopyFault: the archive is not whole, or is not one of SQLite.
    """
    only = OnlyProcess(f"sqlite:///{database}")
    only.take()
    work = Path(tempfile.mkdtemp(prefix=".restoring-", dir=database.parent))
    try:
        manifest = await asyncio.to_thread(archives.prove, archive, key)
        scratch = work / "anshao.db"
        if manifest.database != scratch.name:
            raise CopyFault(f"{archive.name} holds a PostgreSQL dump; set ANSHAO_DATABASE_URL to a PostgreSQL database")
        await asyncio.to_thread(archives.unpack, archive, manifest, {manifest.database: scratch}, key)
        if await asyncio.to_thread(count_sqlite, scratch) != dict(manifest.tables):
            raise CopyFault(f"{archive.name} does not hold what its manifest says")
        since = await asyncio.to_thread(_since, database, (archive.parent, backups), key)
        async with open_office(f"sqlite:///{scratch}") as office:
            await migrating.migrate(office.engine)
            unknown, erased = await _settle(office, manifest, since)
            restored, missing = await _restore_photos(office, archive, manifest, photos, key)
        await asyncio.to_thread(count_sqlite, scratch)
        aside = await asyncio.to_thread(_put_in_place, scratch, database)
        return Restored(manifest, aside, unknown, erased, restored, missing)
    except OSError as fault:
        raise CopyFault(f"the restore stopped: {fault.strerror or fault}; the database is as it was") from fault
    finally:
        await asyncio.to_thread(shutil.rmtree, work, ignore_errors=True)
        only.let_go()


async def restore_postgresql(
    archive: Path, url: str, backups: Path, open_office: OpenOffice, key: ArchiveKey | None = None
) -> Restored:
    """The same with pg_restore, in one transaction. Make a backup before; nothing can be kept aside here.

    Raises:
        DatabaseTaken: somebody is connected to it.
        CopyFault: the archive is not whole or not of PostgreSQL, or pg_restore is missing or failed.
    """
    manifest = await asyncio.to_thread(archives.prove, archive, key)
    if manifest.database != "anshao.pgdump":
        raise CopyFault(f"{archive.name} holds a SQLite database; unset ANSHAO_DATABASE_URL to restore it")
    with tempfile.TemporaryDirectory(prefix="restoring-") as work:
        dump = Path(work) / manifest.database
        await asyncio.to_thread(archives.unpack, archive, manifest, {manifest.database: dump}, key)
        async with open_office(url) as office:
            since = await _since_postgresql(office, (archive.parent, backups), key)
            # Killed between the copy and the hold, the next start must not send as if nothing had happened.
            await migrating.begin_restore(office.engine)
            await office.engine.dispose()
            await asyncio.to_thread(
                run_postgresql, "pg_restore", url,
                "--clean", "--if-exists", "--single-transaction", "--no-owner", str(dump),
            )  # fmt: skip
            await migrating.migrate(office.engine)
            unknown, erased = await _settle(office, manifest, since)
            restored, missing = await _restore_photos(office, archive, manifest, office.photos, key)
    return Restored(manifest, None, unknown, erased, restored, missing)


async def _settle(office: Office, manifest: Manifest, since: _Since) -> tuple[int, int]:
    """Hold all sending, erase again who was erased since, and let no number be given out twice."""
    async with office.desk() as desk:
        # First of all: the vacancies that an erasure tells of are news, and wait as they are.
        unknown = await releasing.hold(desk, manifest.made_at)
        erased = 0
        for contact_id, consented_at in since.erased:
            row = await desk.session.get(ContactRecord, contact_id)
            # A number given out anew after an earlier restore belongs to somebody who consented later.
            if row and row.erased_at is None and row.consented_at <= datetime.fromisoformat(consented_at):
                await erasing.erase(desk, contact_id)
                erased += 1
        for series, value in since.counters:
            counter = await desk.session.get(CounterRecord, series)
            if counter is None:
                desk.session.add(CounterRecord(series=series, value=value))
            else:
                counter.value = max(counter.value, value)
        await desk.note("DatabaseRestored", "database", made_at=manifest.made_at, notices_unknown=unknown)
        await migrating.end_restore(desk.session)
        return unknown, erased


def _since(database: Path, folders: Iterable[Path], key: ArchiveKey | None) -> _Since:
    counters = rows_of(database, "SELECT series, value FROM counters")
    return _Since(
        tuple({*erased_in(database), *_erased_in_manifests(folders, key)}),
        tuple((str(series), int(str(value))) for series, value in counters),
    )


async def _since_postgresql(office: Office, folders: Iterable[Path], key: ArchiveKey | None) -> _Since:
    async with office.desk() as desk:
        others = text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        if (await desk.session.execute(others)).scalar_one():
            raise DatabaseTaken("somebody is connected to the database; stop every Anshao process first")
        if not await desk.session.scalar(text("SELECT to_regclass('contacts') IS NOT NULL")):
            return _Since(tuple(_erased_in_manifests(folders, key)), ())
        gone = await desk.session.execute(
            select(ContactRecord.id, ContactRecord.consented_at).where(ContactRecord.erased_at.is_not(None))
        )
        erased = {(id, at.isoformat()) for id, at in gone} | _erased_in_manifests(folders, key)
        counters = [(c.series, c.value) for c in await desk.session.scalars(select(CounterRecord))]
        return _Since(tuple(erased), tuple(counters))


def _erased_in_manifests(folders: Iterable[Path], key: ArchiveKey | None) -> set[tuple[int, str]]:
    found: set[tuple[int, str]] = set()
    for path in {path for folder in folders for path in folder.glob("anshao-*.tar")}:
        try:
            found |= set(archives.read_manifest(path, key).erased)
        except CopyFault:
            continue
    return found


async def _restore_photos(
    office: Office, archive: Path, manifest: Manifest, photos: PhotoStore, key: ArchiveKey | None
) -> tuple[int, int]:
    """Bring back each photo that a row names and the folder lacks; a photo there is never touched."""
    async with office.desk() as desk:
        wanted = sorted(sha256 for sha256 in await desk.session.scalars(photos_named()) if sha256)
    lacking = [sha256 for sha256 in wanted if not photos.exists(sha256)]
    return await asyncio.to_thread(_bring_back, lacking, archive, manifest, photos, key)


def _bring_back(
    lacking: list[str], archive: Path, manifest: Manifest, photos: PhotoStore, key: ArchiveKey | None
) -> tuple[int, int]:
    beside = PhotoStore(archive.parent / "photos")
    parts: dict[str, Path] = {}
    found = []
    for sha256 in lacking:
        target = photos.path(sha256)
        # The thumbnail first: a photo that exists has one.
        names = (target.with_suffix(".thumb.jpg").name, target.name)
        members = [f"photos/{sha256[:2]}/{name}" for name in names]
        if manifest.photos_inside and manifest.files.keys() >= set(members):
            parts |= {m: target.with_name(f"{name}.restore.part") for m, name in zip(members, names, strict=True)}
        elif not manifest.photos_inside and (shared := _shared(beside.path(sha256), names)):
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            for name, source in zip(names, shared, strict=True):
                with opened(source, key) as held, target.with_name(f"{name}.restore.part").open("wb") as copy:
                    shutil.copyfileobj(held, copy)
        else:
            continue
        found.append((sha256, [target.with_name(name) for name in names]))
    archives.unpack(archive, manifest, parts, key)
    restored = 0
    for sha256, targets in found:
        made = [target.with_name(f"{target.name}.restore.part") for target in targets]
        is_whole = digest_of(made[-1]) == sha256
        for part, target in zip(made, targets, strict=True):
            if is_whole:
                make_durable(part)
                part.replace(target)
            else:
                part.unlink()
        restored += is_whole
    return restored, len(lacking) - restored


def _shared(photo: Path, names: Iterable[str]) -> list[Path]:
    """Where a photo and its thumbnail lie in the folder that backups share, sealed or not; none when one is missing."""
    for tail in ("", SEALED):
        found = [photo.with_name(name + tail) for name in names]
        if all(path.exists() for path in found):
            return found
    return []


def _put_in_place(scratch: Path, database: Path) -> Path | None:
    """Set the present database aside with its journals, which must never meet the new one, and move the new in."""
    make_durable(scratch)
    was_there = database.exists()
    aside = database.with_name(f"{database.name}{ASIDE}{datetime.now(UTC).strftime(STAMP)}")
    # A journal may lie there without its database, too.
    for tail in ("", "-wal", "-shm", "-journal"):
        present = database.with_name(database.name + tail)
        if present.exists():
            present.chmod(0o600)
            present.rename(aside.with_name(aside.name + tail))
    scratch.replace(database)
    database.chmod(0o600)
    make_durable(database.parent)
    return aside if was_there else None
