"""备份文件 — one tar that holds a database copy, perhaps photos, and a manifest by which it is proved whole."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tarfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from outreach.storage.ciphering import ArchiveKey, opened, sealed_to
from outreach.storage.copying import CopyFault, digest_of, make_durable

FORMAT = 1
MANIFEST = "manifest.json"
_MANIFEST_LIMIT = 50_000_000


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself. `files` maps each member to its SHA-256, `tables` each table to its rows.

    database: the member that is the database copy. photos_inside: else they lie in a folder `photos` beside.
    erased: contacts erased so far, as (id, consented_at); a restore of an older archive erases them again.
    """

    made_at: datetime
    revision: str
    database: str
    tables: Mapping[str, int]
    photos: int
    photos_inside: bool
    photos_missing: int = 0
    erased: tuple[tuple[int, str], ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> bytes:
        told = asdict(self) | {"format": FORMAT, "made_at": self.made_at.isoformat()}
        return json.dumps(told, ensure_ascii=False, indent=1).encode()

    @classmethod
    def from_json(cls, body: bytes) -> Manifest:
        """Raises CopyFault for anything that is not a manifest of this format."""
        try:
            told: dict[str, Any] = json.loads(body)
            if told.pop("format") != FORMAT:
                raise CopyFault("the archive was made by another version of Anshao, with a format unknown here")
            told["made_at"] = datetime.fromisoformat(told["made_at"])
            told["erased"] = tuple((int(id), str(at)) for id, at in told["erased"])
            return cls(**told)
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            raise CopyFault("the archive's manifest cannot be read") from fault


def write(target: Path, manifest: Manifest, members: Mapping[str, Path], key: ArchiveKey | None = None) -> None:
    """Write an archive, the manifest first, prove it whole by reading it back, and make it durable."""
    with sealed_to(target, key) as file, tarfile.open(fileobj=file, mode="w|") as tar:
        body = manifest.as_json()
        head = tarfile.TarInfo(MANIFEST)
        head.size, head.mode = len(body), 0o600
        head.mtime = int(manifest.made_at.timestamp())
        tar.addfile(head, io.BytesIO(body))
        for name, path in members.items():
            tar.add(path, name, recursive=False)
    prove(target, key)
    make_durable(target)


def read_manifest(archive: Path, key: ArchiveKey | None = None) -> Manifest:
    """The manifest of an archive. Raises CopyFault when the file is not one, or is sealed and does not open."""
    try:
        with opened(archive, key) as file, tarfile.open(fileobj=file, mode="r|") as tar:
            first = tar.next()
            if first is None or first.name != MANIFEST or first.size > _MANIFEST_LIMIT:
                raise CopyFault(f"{archive.name} is not a backup of Anshao")
            held = tar.extractfile(first)
            return Manifest.from_json(held.read() if held else b"")
    except (tarfile.TarError, EOFError, OSError) as fault:
        raise CopyFault(f"{archive} cannot be read as a backup: {fault}") from fault


def prove(archive: Path, key: ArchiveKey | None = None) -> Manifest:
    """Read the whole archive and compare every member with the manifest.

    Raises:
        CopyFault: a member is missing, changed, or not in the manifest.
    """
    manifest = read_manifest(archive, key)
    found: dict[str, str] = {}
    try:
        with opened(archive, key) as file, tarfile.open(fileobj=file, mode="r|") as tar:
            for member in tar:
                held = tar.extractfile(member) if member.isfile() else None
                if held is not None and member.name != MANIFEST:
                    found[member.name] = hashlib.file_digest(held, "sha256").hexdigest()  # type: ignore[arg-type]
    except (tarfile.TarError, EOFError, OSError) as fault:
        raise CopyFault(f"{archive.name} is cut short or damaged: {fault}") from fault
    if found != dict(manifest.files):
        raise CopyFault(f"{archive.name} is damaged: its contents are not what its manifest says")
    return manifest


def unpack(archive: Path, manifest: Manifest, wanted: Mapping[str, Path], key: ArchiveKey | None = None) -> None:
    """Take members out in one pass, each to its path, by names that the manifest knows.

    Raises:
        CopyFault: one is not there or is not as the manifest says.
    """
    left = dict(wanted)
    with opened(archive, key) as packed, tarfile.open(fileobj=packed, mode="r|") as tar:
        for member in tar:
            target = left.pop(member.name, None)
            held = tar.extractfile(member) if target is not None and member.isfile() else None
            if target is None or held is None:
                continue
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with target.open("wb") as file:
                shutil.copyfileobj(held, file)
            if digest_of(target) != manifest.files.get(member.name):
                target.unlink()
                raise CopyFault(f"{archive.name} is damaged: {member.name} is not what the manifest says")
    if left:
        raise CopyFault(f"{archive.name} holds no {min(left)}")
