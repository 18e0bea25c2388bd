"""A photo ends stored or failed with a word to the person; the answer it belongs to is never in danger."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from domain.files import FileTooLarge, FileUnavailable
from outreach.desk import Office
from outreach.photographing import LEASE_FOR, MOST_LOOKS, WAITS, Photographer
from outreach.storage.inspections import PhotoRecord
from outreach.storage.notices import DeliveryRecord
from tests.conftest import SetClock
from tests.outreach.walking import jpeg, walked


class Files:
    """Telegram's files: what each id answers, bytes or a refusal, and how often it was asked."""

    def __init__(self, default: bytes | Exception) -> None:
        self.default = default
        self.answers: dict[str, bytes | Exception] = {}
        self.asked: list[str] = []
        self.during: Callable[[], object] = lambda: None

    async def __call__(self, file_id: str, limit: int) -> bytes:
        assert limit == 20 * 1024 * 1024
        self.asked.append(file_id)
        answer = self.answers.get(file_id, self.default)
        if isinstance(answer, Exception):
            raise answer
        await asyncio.sleep(0)
        self.during()
        return answer


async def _photos(office: Office) -> list[PhotoRecord]:
    async with office.desk() as desk:
        return list(await desk.session.scalars(select(PhotoRecord).order_by(PhotoRecord.id)))


async def _told(office: Office) -> list[DeliveryRecord]:
    async with office.desk() as desk:
        found = await desk.session.scalars(select(DeliveryRecord).where(DeliveryRecord.kind.startswith("photo_failed")))
        return list(found)


async def test_pending_photos_are_fetched_and_stored(office: Office) -> None:
    await walked(office, photos=3)
    files = Files(jpeg("red"))
    files.answers["file-2"] = jpeg("green")
    photographer = Photographer(office, files)
    while await photographer.turn():
        pass
    photos = await _photos(office)
    assert [photo.state for photo in photos] == ["stored"] * 3
    assert sorted(files.asked) == ["file-0", "file-1", "file-2"]
    assert photos[0].sha256 == photos[1].sha256 != photos[2].sha256
    for photo in photos:
        assert photo.sha256 and office.photos.read(photo.sha256).startswith(b"\xff\xd8")
    assert await _told(office) == []


@pytest.mark.parametrize(
    ("answer", "failure", "why"),
    [
        (FileTooLarge(limit_mb=20), "PhotoTooLarge", "超过 20 MB"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "PhotoNotAPicture", "不是照片"),
        (jpeg()[:200], "PhotoDamaged", "打不开"),
        (b"", "PhotoNotAPicture", "不是照片"),
    ],
)
async def test_a_photo_that_cannot_be_kept_is_said_once_with_the_reason(
    office: Office, answer: bytes | Exception, failure: str, why: str
) -> None:
    await walked(office, photos=1, submit=False)
    photographer = Photographer(office, Files(answer))
    assert await photographer.turn()
    assert not await photographer.turn()
    (photo,) = await _photos(office)
    assert (photo.state, photo.failure) == ("failed", failure)
    (told,) = await _told(office)
    assert told.kind == "photo_failed"
    assert why in told.text
    assert "第 4 项" in told.text
    assert "in:go:" in told.buttons


async def test_after_submission_the_words_say_that_the_record_stands(office: Office) -> None:
    await walked(office, photos=1)
    await Photographer(office, Files(b"GIF89a")).turn()
    (told,) = await _told(office)
    assert told.kind == "photo_failed_late"
    assert "已经提交" in told.text
    assert told.buttons == "[]"


async def test_a_file_that_cannot_be_had_is_asked_for_again_with_growing_waits_and_then_given_up(
    office: Office, clock: SetClock
) -> None:
    await walked(office, photos=1)
    files = Files(FileUnavailable())
    photographer = Photographer(office, files)
    for look in range(1, MOST_LOOKS + 1):
        assert await photographer.turn()
        assert not await photographer.turn()
        (photo,) = await _photos(office)
        assert photo.attempts == look
        if look < MOST_LOOKS:
            assert photo.state == "pending"
            assert photo.next_look_at == clock.now + WAITS[look - 1]
            clock.now = photo.next_look_at
    assert photo.state == "failed"
    assert len(files.asked) == 6
    (told,) = await _told(office)
    assert "没有取到" in told.text


async def test_a_file_that_comes_late_is_stored(office: Office, clock: SetClock) -> None:
    await walked(office, photos=1)
    files = Files(FileUnavailable())
    photographer = Photographer(office, files)
    await photographer.turn()
    files.default = jpeg()
    clock.now += WAITS[0]
    await photographer.turn()
    assert [photo.state for photo in await _photos(office)] == ["stored"]


async def test_a_full_disk_gives_no_photo_up(office: Office, clock: SetClock, tmp_path: Path) -> None:
    await walked(office, photos=1)
    blocked = tmp_path / "photos"
    blocked.write_text("a file where the folder should be")
    photographer = Photographer(office, Files(jpeg()))
    for _ in range(MOST_LOOKS + 3):
        await photographer.turn()
        clock.advance(minutes=2)
    assert [photo.state for photo in await _photos(office)] == ["pending"]
    blocked.unlink()
    await photographer.turn()
    assert [photo.state for photo in await _photos(office)] == ["stored"]


async def test_what_a_killed_process_held_is_looked_at_again(office: Office, clock: SetClock) -> None:
    await walked(office, photos=1)
    files = Files(jpeg())

    def kill() -> None:
        raise asyncio.CancelledError

    files.during = kill
    with pytest.raises(asyncio.CancelledError):
        await Photographer(office, files).turn()
    assert not await Photographer(office, files).turn()  # somebody else may still be at it
    clock.now += LEASE_FOR
    files.during = lambda: None
    assert await Photographer(office, files).turn()
    assert [photo.state for photo in await _photos(office)] == ["stored"]


async def test_a_photo_that_kills_every_process_is_given_up(office: Office, clock: SetClock) -> None:
    await walked(office, photos=1)
    files = Files(jpeg())

    def kill() -> None:
        raise asyncio.CancelledError

    files.during = kill
    for _ in range(MOST_LOOKS):
        with pytest.raises(asyncio.CancelledError):
            await Photographer(office, files).turn()
        clock.now += LEASE_FOR
    assert await Photographer(office, files).turn()
    assert len(files.asked) == MOST_LOOKS
    assert [photo.state for photo in await _photos(office)] == ["failed"]


async def test_two_processes_make_one_stored_photo(office: Office) -> None:
    await walked(office, photos=4)
    files = Files(jpeg())
    one, two = Photographer(office, files), Photographer(office, files)
    for _ in range(3):
        await asyncio.gather(one.turn(), two.turn())
    assert [photo.state for photo in await _photos(office)] == ["stored"] * 4
    assert len(files.asked) == 4


async def test_a_photo_whose_answer_changed_meanwhile_leaves_no_file(office: Office, tmp_path: Path) -> None:
    await walked(office, photos=1)
    files = Files(jpeg())
    photographer = Photographer(office, files)

    async def forget() -> None:
        async with office.desk() as desk:
            await desk.session.execute(delete(PhotoRecord))

    async def fetch(file_id: str, limit: int) -> bytes:
        data = await files(file_id, limit)
        await forget()
        return data

    photographer = Photographer(office, fetch)
    await photographer.turn()
    assert [path for path in (tmp_path / "photos").rglob("*") if path.is_file()] == []


async def test_the_loop_wakes_at_the_bell_and_starts_with_what_was_left(office: Office) -> None:
    await walked(office, photos=1)
    if office.engine.dialect.name == "sqlite":  # held by a process that was killed a moment ago
        with pytest.raises(asyncio.CancelledError):
            files = Files(jpeg())
            files.during = lambda: (_ for _ in ()).throw(asyncio.CancelledError())
            await Photographer(office, files).turn()
    running = asyncio.create_task(Photographer(office, Files(jpeg())).run())
    try:
        async with asyncio.timeout(20):
            while [photo.state for photo in await _photos(office)] != ["stored"]:
                await asyncio.sleep(0.05)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
