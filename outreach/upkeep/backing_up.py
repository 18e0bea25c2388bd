"""备份 — a consistent copy of everything, called good only after it was read back; kept for 35 days."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from outreach.desk import Office
from outreach.storage import archives, migrating
from outreach.storage.archives import Manifest
from outreach.storage.ciphering import SEALED, ArchiveKey, sealed_to
from outreach.storage.copying import (
    CopyFault,
    copy_sqlite,
    count_sqlite,
    digest_of,
    make_durable,
    rows_of,
    run_postgresql,
)
from outreach.storage.database import sqlite_file
from outreach.storage.giving_back import give_back
from outreach.storage.people import ContactRecord
from outreach.storage.photos import PhotoStore
from outreach.storage.records import Record
from outreach.storage.reports import photos_named
from outreach.upkeep.proving import prove_database

__all__ = ["KEPT_FOR", "BackedUp", "CopyFault", "back_up", "database_file", "erased_in", "newest", "rotate"]

# Every backup of three hours, then the last of each hour of a day, then the last of each day; erased data is gone from
# backups when these are.
KEPT_FOR = timedelta(days=35)
ALL_KEPT_FOR, HOURLY_KEPT_FOR = timedelta(hours=3), timedelta(hours=24)
# Photos are dropped only while backups are made: without them nothing says which are needed.
FRESH_FOR = timedelta(days=2)
PHOTOS = str(photos_named())
NAME = re.compile(r"anshao-(\d{8}T\d{6}Z)\.tar")
STAMP = "%Y%m%dT%H%M%SZ"
MAKING = ".making-"
# What a restore set aside holds personal data too, and goes when backups of that day go.
ASIDE = ".before-restore-"
SET_ASIDE = re.compile(rf"{re.escape(ASIDE)}(\d{{8}}T\d{{6}}Z)")
MAKING_STALE_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A backup that was read back and found whole."""

    file: Path
    manifest: Manifest


async def back_up(office: Office, folder: Path, to: Path | None = None) -> BackedUp:
    """Back up the office. Without `to`, into the folder, with its photos shared by all backups there.

    With `to`, one file that holds everything, to be carried elsewhere. The bot may go on working meanwhile.

    Raises:
        CopyFault: it could not be made or proved; nothing is left under a backup's name.
    """
    target = to or folder / f"anshao-{office.clock().astimezone(UTC).strftime(STAMP)}.tar"
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=MAKING, dir=target.parent))
    except OSError as fault:
        raise _unwritable(target, fault) from fault
    try:
        manifest, database, photos = await _copy_database(office, work)
        pool = None if to else PhotoStore(folder / "photos")
        packed = work / "making.tar"
        manifest = await asyncio.to_thread(
            _pack, office.photos, pool, manifest, database, photos, packed, office.archive_key
        )
        await prove_database(office, packed, manifest, work)
        await asyncio.to_thread(_name, packed, target)
        return BackedUp(target, manifest)
    except OSError as fault:
        raise _unwritable(target, fault) from fault
    finally:
        await asyncio.to_thread(shutil.rmtree, work, ignore_errors=True)
        # Once each quarter of an hour, and a few milliseconds: what it needed would stay with the process.
        give_back()


def _unwritable(target: Path, fault: OSError) -> CopyFault:
    return CopyFault(f"the backup could not be written to {target.parent}: {fault.strerror or fault}")


def database_file(office: Office) -> Path | None:
    """The SQLite file that the office works on; None on PostgreSQL."""
    return sqlite_file(office.engine.url.render_as_string(hide_password=False))


def newest(folder: Path) -> datetime | None:
    """When the newest backup in that folder was made, as its name says; None when there is none."""
    made = [_made_at(path.name) for path in folder.glob("anshao-*.tar")]
    return max((at for at in made if at is not None), default=None)


def rotate(folder: Path, now: datetime, database: Path | None = None) -> int:
    """Drop backups over 35 days old, all but the last of each hour or day of older ones, and photos none needs.

    With `database`, also what restores set aside next to it more than 35 days ago. How many were dropped.
    """
    dropped_asides = _drop_asides(database, now) if database else 0
    by_age = sorted(((at, p) for p in folder.glob("anshao-*.tar") if (at := _made_at(p.name))), reverse=True)
    spans: set[str] = set()
    dropped = []
    for at, path in by_age:
        age = now - at
        span = at.strftime("%Y%m%dT%H" if age <= HOURLY_KEPT_FOR else "%Y%m%d")
        if age > KEPT_FOR or (age > ALL_KEPT_FOR and span in spans):
            dropped.append(path)
        spans |= {at.strftime("%Y%m%dT%H"), at.strftime("%Y%m%d")}
    # The newest is kept however old it is: an old backup is better than none. So are then the photos it needs.
    dropped = [path for path in dropped if path != by_age[0][1]]
    for path in dropped:
        path.unlink(missing_ok=True)
    if by_age and now - by_age[0][0] < FRESH_FOR:
        pool = PhotoStore(folder / "photos")
        for sha256 in pool.old(now - KEPT_FOR):
            pool.remove(sha256)
        for sealed in (folder / "photos").glob(f"*/*{SEALED}"):
            if datetime.fromtimestamp(sealed.stat().st_mtime, UTC) < now - KEPT_FOR:
                sealed.unlink(missing_ok=True)
    for work in folder.glob(f"{MAKING}*"):
        if datetime.fromtimestamp(work.stat().st_mtime, UTC) < now - MAKING_STALE_FOR:
            shutil.rmtree(work, ignore_errors=True)
    return len(dropped) + dropped_asides


def _drop_asides(database: Path, now: datetime) -> int:
    found = [(SET_ASIDE.search(path.name), path) for path in database.parent.glob(f"{database.name}{ASIDE}*")]
    old = [path for match, path in found if match and now - _instant(match[1]) > KEPT_FOR]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _instant(stamp: str) -> datetime:
    return datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)


def _made_at(name: str) -> datetime | None:
    found = NAME.fullmatch(name)
    return _instant(found[1]) if found else None


async def _copy_database(office: Office, work: Path) -> tuple[Manifest, Path, list[str]]:
    """The copy, counted, with the photos it names and the contacts erased so far."""
    url = office.engine.url.render_as_string(hide_password=False)
    made_at, revision = office.clock(), await migrating.current(office.engine) or ""
    file = database_file(office)
    if file is not None:
        copy = work / "anshao.db"
        await asyncio.to_thread(copy_sqlite, file, copy)
        # Asked of the copy, not of the database that has moved on since.
        tables = await asyncio.to_thread(count_sqlite, copy)
        photos = sorted(str(sha256) for (sha256,) in rows_of(copy, PHOTOS))
        erased = erased_in(copy)
    else:
        copy = work / "anshao.pgdump"
        await asyncio.to_thread(run_postgresql, "pg_dump", url, "--format=custom", f"--file={copy}")
        tables, photos, erased = await _figures(office)
    return Manifest(made_at, revision, copy.name, tables, len(photos), False, erased=erased), copy, photos


async def _figures(office: Office) -> tuple[dict[str, int], list[str], tuple[tuple[int, str], ...]]:
    """The same of a PostgreSQL database, right after its dump: a photo too many is no harm, one too few is."""
    async with office.desk() as desk:
        counts = {
            table.name: (await desk.session.execute(select(func.count()).select_from(table))).scalar_one()
            for table in Record.metadata.sorted_tables
        }
        named = await desk.session.scalars(photos_named())
        photos = sorted(sha256 for sha256 in named if sha256)
        gone = await desk.session.execute(
            select(ContactRecord.id, ContactRecord.consented_at).where(ContactRecord.erased_at.is_not(None))
        )
        return counts, photos, tuple((id, at.isoformat()) for id, at in gone)


def erased_in(database: Path) -> tuple[tuple[int, str], ...]:
    """The contacts erased in a SQLite file, as (id, consented_at); none when it cannot be read."""
    return tuple(
        (int(str(id)), datetime.fromisoformat(str(at)).replace(tzinfo=UTC).isoformat())
        for id, at in rows_of(database, "SELECT id, consented_at FROM contacts WHERE erased_at IS NOT NULL")
    )


def _pack(
    photos: PhotoStore, pool: PhotoStore | None, manifest: Manifest, database: Path, digests: list[str],
    packed: Path, key: ArchiveKey | None,
) -> Manifest:  # fmt: skip
    """Add the photos, write the archive and read it back. What it holds is the manifest that comes back."""
    members = {database.name: database}
    missing = 0
    for sha256 in digests:
        if not photos.exists(sha256) or digest_of(photos.path(sha256)) != sha256:
            missing += 1
            continue
        for source in (photos.path(sha256), photos.path(sha256).with_suffix(".thumb.jpg")):
            if pool is None:
                members[f"photos/{sha256[:2]}/{source.name}"] = source
            else:
                _share(source, pool.path(sha256).with_name(source.name), key)
    manifest = replace(
        manifest,
        photos_inside=pool is None,
        photos_missing=missing,
        files={name: digest_of(path) for name, path in members.items()},
    )
    archives.write(packed, manifest, members, key)
    return manifest


def _name(packed: Path, target: Path) -> None:
    """Only now does it have a backup's name."""
    packed.chmod(0o600)
    packed.replace(target)
    make_durable(target.parent)


def _share(source: Path, target: Path, key: ArchiveKey | None) -> None:
    """A second name for a photo, on another disk or under a key a copy; its time says when a backup last needed it."""
    if key is not None:
        target = target.with_name(target.name + SEALED)
    if not target.exists():
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = target.with_name(f"{target.name}.{os.getpid()}.part")
        part.unlink(missing_ok=True)
        if key is not None:
            _seal(source, part, key)
        else:
            try:
                os.link(source, part)
            except OSError:
                shutil.copyfile(source, part)
                make_durable(part)
        part.replace(target)
    target.touch()


def _seal(source: Path, part: Path, key: ArchiveKey) -> None:
    with source.open("rb") as plain, sealed_to(part, key) as file:
        shutil.copyfileobj(plain, file)
    part.chmod(0o600)
    make_durable(part)
