"""A stored photo is whole, shared by content, and reachable by nothing but its digest."""

import hashlib
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.photo import PhotoBytes
from outreach.storage.photos import PhotoStore


def _photo(content: bytes = b"pixels") -> PhotoBytes:
    return PhotoBytes(content, 4, 3, hashlib.sha256(content).hexdigest(), b"small " + content)


def _files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_what_is_saved_is_read_back(tmp_path: Path) -> None:
    store, photo = PhotoStore(tmp_path / "photos"), _photo()
    assert not store.exists(photo.sha256)
    store.save(photo)
    assert store.exists(photo.sha256)
    assert store.read(photo.sha256) == photo.jpeg
    assert store.thumb(photo.sha256) == photo.thumb
    name = f"{photo.sha256[:2]}/{photo.sha256[2:]}"
    assert _files(tmp_path / "photos") == [f"{name}.jpg", f"{name}.thumb.jpg"]


def test_saving_twice_keeps_one_copy_and_survives_a_new_process(tmp_path: Path) -> None:
    photo = _photo()
    PhotoStore(tmp_path).save(photo)
    PhotoStore(tmp_path).save(photo)
    assert len(_files(tmp_path)) == 2
    assert PhotoStore(tmp_path).read(photo.sha256) == photo.jpeg


def test_removed_is_gone_and_may_be_removed_again(tmp_path: Path) -> None:
    store, photo = PhotoStore(tmp_path), _photo()
    store.save(photo)
    store.remove(photo.sha256)
    store.remove(photo.sha256)
    assert not store.exists(photo.sha256)
    assert _files(tmp_path) == []
    with pytest.raises(FileNotFoundError):
        store.read(photo.sha256)


@pytest.mark.parametrize(
    "digest", ["", "../../etc/passwd", "ab/../../x", "A" * 64, "a" * 63, "a" * 64 + "\n", "a" * 65, "\0" * 64]
)
def test_only_a_digest_names_a_file(tmp_path: Path, digest: str) -> None:
    store = PhotoStore(tmp_path)
    for ask in (store.read, store.thumb, store.exists, store.remove):
        with pytest.raises(ValueError, match="digest"):
            ask(digest)


def test_a_photo_that_cannot_be_written_leaves_no_trace(tmp_path: Path) -> None:
    photo = _photo()
    (tmp_path / photo.sha256[:2]).write_text("a file where a folder should be")
    with pytest.raises(OSError):
        PhotoStore(tmp_path).save(photo)
    assert _files(tmp_path) == [photo.sha256[:2]]


def test_a_photo_killed_between_thumb_and_picture_is_absent_and_can_be_saved(tmp_path: Path) -> None:
    store, photo = PhotoStore(tmp_path), _photo()
    store.save(photo)
    (tmp_path / photo.sha256[:2] / f"{photo.sha256[2:]}.jpg").unlink()
    assert not store.exists(photo.sha256)
    store.save(photo)
    assert store.exists(photo.sha256)


def test_old_photos_are_those_saved_long_enough_ago(tmp_path: Path) -> None:
    store, old, young = PhotoStore(tmp_path), _photo(b"old"), _photo(b"young")
    for photo in (old, young):
        store.save(photo)
    (tmp_path / "ab").mkdir(exist_ok=True)
    (tmp_path / "ab" / "notes.jpg").write_bytes(b"not ours")
    for path in tmp_path.rglob("*.jpg"):
        if path.name != f"{young.sha256[2:]}.jpg":
            os.utime(path, (time.time() - 7200,) * 2)
    assert store.old(datetime.now(UTC) - timedelta(hours=1)) == [old.sha256]
    store.save(old)
    assert store.old(datetime.now(UTC) - timedelta(hours=1)) == []


def test_tidying_removes_old_leavings_and_spares_writers_at_work(tmp_path: Path) -> None:
    store, photo = PhotoStore(tmp_path), _photo()
    store.save(photo)
    folder = tmp_path / photo.sha256[:2]
    old, young = folder / "x.jpg.1.part", folder / "y.jpg.2.part"
    for part in (old, young):
        part.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    assert store.tidy(datetime.now(UTC)) == 1
    assert young.exists()
    assert not old.exists()
    assert store.exists(photo.sha256)
