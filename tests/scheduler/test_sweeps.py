"""What the clock sets right: each sweep counts what it found, and a fault stays inside it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from domain.notice import Notice
from domain.photo import PhotoBytes
from outreach import receiving
from outreach.desk import Office
from outreach.people import enrolling
from outreach.quizzes import polling
from outreach.storage.broadcasts import BroadcastRecord
from outreach.storage.fallbacks import FallbackRecord
from outreach.storage.inspections import PhotoRecord
from outreach.storage.intake import QuarantineRecord, SeenUpdateRecord
from outreach.storage.notices import DeliveryRecord
from outreach.upkeep import backing_up
from scheduler import sweeps
from scheduler.clockwork import Clockwork
from tests.conftest import SetClock
from tests.outreach import walking


def picture(word: str) -> PhotoBytes:
    body = b"\xff\xd8\xff" + word.encode()
    return PhotoBytes(body, 1, 1, hashlib.sha256(body).hexdigest(), b"\xff\xd8\xff")


def age(office: Office, sha256: str, days: float) -> None:
    then = (office.clock() - timedelta(days=days)).timestamp()
    os.utime(office.photos.path(sha256), (then, then))


async def test_a_notice_whose_sender_hung_is_settled_as_unknown(office: Office, clock: SetClock) -> None:
    async with office.desk() as desk:
        contact = await enrolling.agree(desk, 1, 1, "王芳", "zh-CN", 1)
        for key, urgent in (("routine", False), ("urgent", True), ("alive", False)):
            notice = Notice("enrolment_declined", {"enterprise": "店"}, key, is_urgent=urgent)
            await desk.tell(contact, notice)
        for row in await desk.session.scalars(select(DeliveryRecord)):
            row.state, row.claimed_by = "claimed", "a process that was killed"
            row.lease_until = desk.now + timedelta(seconds=500 if row.key == "alive" else 120)
    assert await sweeps.rescue_notices(office) == 0
    clock.advance(seconds=121)
    assert await sweeps.rescue_notices(office) == 2
    assert await sweeps.rescue_notices(office) == 0
    async with office.desk() as desk:
        states = {row.key: row.state for row in await desk.session.scalars(select(DeliveryRecord))}
    assert states == {"routine": "unknown", "urgent": "retry", "alive": "claimed"}


async def test_ids_are_kept_a_week_and_quarantine_a_month(office: Office, clock: SetClock) -> None:
    async with office.desk() as desk:
        await receiving.is_first_time(desk, 1)
        await receiving.quarantine(desk, 1, json.dumps({}), "KeyError")
    clock.advance(days=7)
    assert await sweeps.forget_update_ids(office) == 0
    assert await sweeps.forget_quarantine(office) == 0
    clock.advance(days=1)
    async with office.desk() as desk:
        await receiving.is_first_time(desk, 2)
    assert await sweeps.forget_update_ids(office) == 1
    clock.advance(days=23)
    assert await sweeps.forget_quarantine(office) == 1
    async with office.desk() as desk:
        assert list(await desk.session.scalars(select(SeenUpdateRecord.update_id))) == [2]
        assert list(await desk.session.scalars(select(QuarantineRecord))) == []


async def test_polls_are_kept_ninety_days_and_what_went_to_other_addresses_three_years(
    office: Office, clock: SetClock
) -> None:
    async with office.desk() as desk:
        where = await walking.enterprise(desk)
        who = await walking.person(desk, "王芳", 4001)
        notice = BroadcastRecord(contact_id=who.id, official_id=1, number="TZ-1", state="approved", drafted_at=desk.now)
        desk.session.add(notice)
        await desk.session.flush()
        for number, settled_at in enumerate((desk.now, None)):
            desk.session.add(
                FallbackRecord(
                    key=f"{number}", broadcast_id=notice.id, enterprise_id=where, why="unread", title="x", text="x",
                    state="sent" if settled_at else "retry", created_at=desk.now, due_at=desk.now,
                    settled_at=settled_at,
                )
            )  # fmt: skip
        await polling.place_poll(desk, "old", 4001, 1, "quiz:1:1", who.id)
    clock.advance(days=90)
    async with office.desk() as desk:
        await polling.place_poll(desk, "new", 4001, 2, "quiz:2:1", who.id)
    assert await sweeps.forget_polls_and_fallbacks(office) == 0
    clock.advance(seconds=1)
    assert await sweeps.forget_polls_and_fallbacks(office) == 1
    async with office.desk() as desk:
        assert await polling.poll_of(desk, "old") is None and await polling.poll_of(desk, "new") is not None
    clock.advance(days=3 * 366 - 90)
    assert await sweeps.forget_polls_and_fallbacks(office) == 2
    async with office.desk() as desk:
        # What is still to be sent is never dropped for its age.
        assert list(await desk.session.scalars(select(FallbackRecord.key))) == ["1"]


async def test_pictures_nobody_names_are_removed_but_not_fresh_ones(office: Office, clock: SetClock) -> None:
    clock.set(datetime.now(UTC))  # files bear the time of the machine
    named, orphan, fresh, again = (picture(word) for word in ("named", "orphan", "fresh", "again"))
    for each in (named, orphan, fresh, again):
        office.photos.save(each)
    for each in (named, orphan, again):
        age(office, each.sha256, 1.5)
    # Somebody sends the same picture again: it is wanted from now on, though no row says so yet.
    office.photos.save(again)
    async with office.desk() as desk:
        contact = await enrolling.agree(desk, 1, 1, "王芳", "zh-CN", 1)
        desk.session.add(
            PhotoRecord(
                contact_id=contact.id, answer_id=1, file_id="f", file_unique_id="u", state="stored",
                sha256=named.sha256, next_look_at=desk.now, sent_at=desk.now,
            )
        )  # fmt: skip
    assert await sweeps.remove_unneeded_photos(office) == 1
    assert [office.photos.exists(each.sha256) for each in (named, orphan, fresh, again)] == [True, False, True, True]


async def test_a_backup_is_made_when_the_last_is_old_enough(office: Office, clock: SetClock, tmp_path: Path) -> None:
    if office.engine.dialect.name != "sqlite":
        pytest.skip("needs no client tools")
    folder, every = tmp_path / "backups", timedelta(hours=6)
    assert await sweeps.back_up(office, folder, every) == 1
    clock.advance(hours=5)
    assert await sweeps.back_up(office, folder, every) == 0
    clock.advance(hours=1)
    assert await sweeps.back_up(office, folder, every) == 1
    assert backing_up.newest(folder) == clock.now
    clock.advance(days=-3)
    assert await sweeps.back_up(office, folder, every) == 1  # a clock set back stops nothing
    assert len(list(folder.glob("anshao-*.tar"))) == 3


async def test_a_fault_stays_inside_the_sweep(office: Office, tmp_path: Path) -> None:
    async with office.desk() as desk:
        for table in ("deliveries", "seen_updates", "quarantine", "photos"):
            await desk.session.execute(text(f"DROP TABLE {table}"))
    office.photos.save(picture("orphan"))
    age(office, picture("orphan").sha256, 2)
    (tmp_path / "file").write_text("in the way")
    assert await sweeps.rescue_notices(office) == 0
    assert await sweeps.forget_update_ids(office) == 0
    assert await sweeps.forget_quarantine(office) == 0
    assert await sweeps.remove_unneeded_photos(office) == 0
    assert await sweeps.back_up(office, tmp_path / "file" / "backups", timedelta(hours=6)) == 0
    assert office.photos.exists(picture("orphan").sha256)


async def test_the_clockwork_ticks_in_the_offices_zone_and_stores_nothing(office: Office, tmp_path: Path) -> None:
    clockwork = Clockwork(office, tmp_path, 6)
    clockwork.start()
    jobs = {job.id: job for job in clockwork._scheduler.get_jobs()}
    assert set(jobs) == {
        "rescue_notices", "ask_daily_questions", "tell_campaign_day", "remind", "search_for_losses", "draft_roundups",
        "close_journal", "forget_reporters", "forget_update_ids", "forget_quarantine",
         "forget_polls_and_fallbacks", "remove_unneeded_photos", "back_up",
    }  # fmt: skip
    night = jobs["forget_update_ids"].next_run_time
    assert (night.hour, night.minute, night.utcoffset()) == (3, 10, timedelta(hours=8))
    await clockwork.stop()
    await clockwork.stop()
    await asyncio.sleep(0)
    assert "back_up" not in {job.id for job in Clockwork(office, tmp_path, 0)._scheduler.get_jobs()}
