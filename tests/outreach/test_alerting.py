"""告警 — each begins and ends by what is really in the database, on the disk and on the clock; said by two paths."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update

from bot.settings import Settings, SettingsWrong
from bot.watching import Watch, open_robots
from content.texts import Texts
from domain.alert import NAMED, RULES
from domain.notice import Notice
from outreach import receiving
from outreach.delivery.alarms import Alarms
from outreach.delivery.outcomes import Kind, Outcome
from outreach.delivery.robot import Robot
from outreach.desk import Desk, Office
from outreach.people import enrolling
from outreach.storage.alerts import AlertRecord, AlertWordRecord
from outreach.storage.intake import QuarantineRecord
from outreach.storage.notices import DeliveryRecord, PauseRecord
from outreach.upkeep import alerting, pulses
from tests.conftest import SetClock

KEEPER, STRANGER = 1002, 9999


class Listening(Robot):
    """An address that keeps what it is told, and answers as told."""

    def __init__(self, kind: Kind = Kind.SENT) -> None:
        self.service = "listening"
        self.kind = kind
        self.heard: list[tuple[str, str]] = []

    async def send(self, text: str, title: str = "") -> Outcome:
        self.heard.append((title, text))
        return Outcome(self.kind, "" if self.kind is Kind.SENT else "said_so")


class Duty:
    """An operator's day: a process that watches, two addresses, one operator in chat and one who never was."""

    def __init__(self, office: Office, clock: SetClock, folder: Path, watch: type[Watch] = Watch) -> None:
        self.office, self.clock, self.folder = office, clock, folder
        self.robots = [Listening(), Listening()]
        self.seconds = 0.0
        settings = Settings(
            bot_token="123456:AAnobody-Token_0123456789", data_dir=folder, backup_every_hours=6,
            operators=f"{KEEPER}, {STRANGER}", _env_file=None,
        )  # fmt: skip
        self.settings = settings
        self.watch = watch(office, settings, list(self.robots), lambda: self.seconds)

    async def open(self) -> None:
        (self.folder / "backups").mkdir()
        async with self.office.desk() as desk:
            await enrolling.agree(desk, KEEPER, KEEPER, "周科", "zh-CN", self.office.privacy.version)
        await self.beat()

    async def beat(self) -> None:
        async with self.office.desk() as desk:
            await pulses.beat(desk, pulses.RESCUE)

    async def pass_(self, minutes: float, *, is_swept: bool = True, every_minutes: float = 0.5) -> None:
        """Time passes and the watch looks, each half minute."""
        for _ in range(round(minutes / every_minutes)):
            self.clock.advance(minutes=every_minutes)
            self.seconds += 60 * every_minutes
            if is_swept:
                await self.beat()
            await self.watch.turn()

    async def do(self, work: Callable[[Desk], Awaitable[Any]]) -> None:
        async with self.office.desk() as desk:
            await work(desk)

    async def run(self, statement: Any) -> None:
        await self.do(lambda desk: desk.session.execute(statement))

    async def notices(self) -> list[tuple[str, str]]:
        """What operators are told in chat, oldest first: begun or over, and the words."""
        async with self.office.desk() as desk:
            found = await desk.session.execute(
                select(DeliveryRecord.kind, DeliveryRecord.text)
                .where(DeliveryRecord.kind.in_(("alert", "alert_over")))
                .order_by(DeliveryRecord.id)
            )
            return [(kind, words) for kind, words in found]

    async def raised(self) -> list[str]:
        async with self.office.desk() as desk:
            return [name for name, _, _ in await alerting.raised(desk)]

    def title(self, name: str) -> str:
        return self.office.texts.words("zh-CN").label(f"alert.{name}.title")

    async def must_have_said(self, name: str, *, over: bool) -> None:
        """Said once by each path, and nothing else."""
        title = self.title(name)
        told = await self.notices()
        assert [kind for kind, _ in told] == ["alert", "alert_over"][: 1 + over]
        assert all(title in words for _, words in told)
        for robot in self.robots:
            assert [said for said, _ in robot.heard] == [title, f"✅ 好了：{title}"][: 1 + over]
        assert await self.raised() == ([] if over else [name])


@pytest.fixture
async def duty(office: Office, clock: SetClock, tmp_path: Path) -> Duty:
    (tmp_path / "data").mkdir()
    duty = Duty(office, clock, tmp_path / "data")
    await duty.open()
    return duty


async def told(duty: Duty, key: str, *, is_urgent: bool = False) -> None:
    async with duty.office.desk() as desk:
        contact = await enrolling.agree(desk, 1, 1, "王芳", "zh-CN", 1)
        await desk.tell(contact, Notice("enrolment_declined", {"enterprise": "店"}, key, is_urgent=is_urgent))


def settled(state: str, duty: Duty, key: str) -> Any:
    return update(DeliveryRecord).where(DeliveryRecord.key == key).values(state=state, settled_at=duty.clock.now)


async def test_a_quiet_day_says_nothing_and_writes_nothing(duty: Duty) -> None:
    await duty.pass_(minutes=30)
    assert await duty.notices() == [] and await duty.raised() == []
    async with duty.office.desk() as desk:
        assert list(await desk.session.scalars(select(AlertRecord))) == []
        assert list(await desk.session.scalars(select(AlertWordRecord))) == []


async def test_updates_that_telegram_holds_back(duty: Duty) -> None:
    await duty.do(lambda desk: pulses.wait(desk, pulses.INBOX, 40))
    await duty.pass_(10)
    assert await duty.raised() == []
    await duty.do(lambda desk: pulses.wait(desk, pulses.INBOX, 60))
    await duty.pass_(1)
    await duty.must_have_said("inbox", over=False)
    await duty.do(lambda desk: pulses.wait(desk, pulses.INBOX, 0))
    await duty.pass_(1)
    await duty.must_have_said("inbox", over=True)


async def test_a_webhook_that_is_not_ours(duty: Duty) -> None:
    await duty.do(lambda desk: pulses.wait(desk, pulses.WEBHOOK_LOST, 1))
    await duty.pass_(0.5)
    await duty.must_have_said("webhook", over=False)
    await duty.do(lambda desk: pulses.wait(desk, pulses.WEBHOOK_LOST, 0))
    await duty.pass_(0.5)
    await duty.must_have_said("webhook", over=True)


async def test_a_webhook_that_telegram_cannot_reach(duty: Duty) -> None:
    async def failing(desk: Desk) -> None:
        await pulses.wait(desk, pulses.INBOX, 1)
        await pulses.beat(desk, pulses.INBOX_FAULT, at=desk.now)

    await duty.do(failing)
    await duty.pass_(0.5)
    await duty.must_have_said("webhook_failing", over=False)
    await duty.do(lambda desk: pulses.wait(desk, pulses.INBOX, 0))
    await duty.pass_(6)
    await duty.must_have_said("webhook_failing", over=True)


async def test_an_urgent_notice_that_does_not_leave(duty: Duty) -> None:
    await told(duty, "urgent", is_urgent=True)
    await duty.pass_(2)
    assert await duty.raised() == []
    await duty.pass_(1)
    # The alert is itself an urgent notice that does not leave, and is not told of.
    await duty.must_have_said("urgent", over=False)
    await duty.run(settled("sent", duty, "urgent"))
    await duty.pass_(1)
    await duty.must_have_said("urgent", over=True)


async def test_an_outbox_that_stands_still(duty: Duty) -> None:
    await told(duty, "routine")
    await duty.pass_(12)
    assert await duty.raised() == []
    await duty.pass_(0.5)
    await duty.must_have_said("stalled", over=False)
    await duty.run(settled("sent", duty, "routine"))
    await duty.pass_(1)
    await duty.must_have_said("stalled", over=True)


async def test_a_long_pause_and_a_short_one(duty: Duty) -> None:
    pause = PauseRecord(name="flood", until_at=duty.clock.now + timedelta(minutes=15), reason="telegram")
    await duty.do(lambda desk: _add(desk, pause))
    await duty.pass_(1)
    assert await duty.raised() == []
    await duty.run(update(PauseRecord).values(until_at=duty.clock.now + timedelta(minutes=30)))
    await duty.pass_(20)
    await duty.must_have_said("pause", over=False)
    await duty.pass_(11)
    await duty.must_have_said("pause", over=True)


async def test_a_refused_token(duty: Duty) -> None:
    pause = PauseRecord(name="token", until_at=duty.clock.now + timedelta(days=3650), reason="bad_token")
    await duty.do(lambda desk: _add(desk, pause))
    await duty.pass_(1)
    await duty.must_have_said("token", over=False)
    await duty.run(delete(PauseRecord))
    await duty.pass_(1)
    await duty.must_have_said("token", over=True)


async def test_a_hold_after_a_restore(duty: Duty) -> None:
    pause = PauseRecord(name="hold", until_at=duty.clock.now + timedelta(days=3650), reason="restored")
    await duty.do(lambda desk: _add(desk, pause))
    await duty.pass_(1)
    await duty.must_have_said("held", over=False)
    await duty.run(delete(PauseRecord))
    await duty.pass_(1)
    await duty.must_have_said("held", over=True)


async def test_somebody_else_who_polls_with_the_token(duty: Duty) -> None:
    await duty.watch.conflict()
    await duty.pass_(0.5)
    await duty.must_have_said("conflict", over=False)
    for _ in range(10):
        await duty.pass_(1)
        await duty.watch.conflict()
    await duty.must_have_said("conflict", over=False)
    await duty.pass_(8)
    await duty.must_have_said("conflict", over=True)


async def test_two_updates_under_one_number(duty: Duty) -> None:
    await duty.do(lambda desk: receiving.is_first_time(desk, 7))
    await duty.do(lambda desk: receiving.is_first_time(desk, 7))
    await duty.pass_(1)
    assert await duty.raised() == []
    await duty.do(lambda desk: receiving.is_first_time(desk, 7, is_other=True))
    await duty.pass_(1)
    await duty.must_have_said("same_id", over=False)
    await duty.pass_(125, every_minutes=5)
    await duty.pass_(6)
    await duty.must_have_said("same_id", over=True)


async def test_a_full_quarantine(duty: Duty) -> None:
    for number in range(10):
        await duty.do(lambda desk, number=number: receiving.quarantine(desk, number, "{}", "KeyError"))
    await duty.pass_(1)
    assert await duty.raised() == []
    await duty.do(lambda desk: receiving.quarantine(desk, 11, "{}", "KeyError"))
    await duty.pass_(1)
    await duty.must_have_said("quarantine", over=False)
    await duty.run(update(QuarantineRecord).values(replayed_at=duty.clock.now))
    await duty.pass_(1)
    await duty.must_have_said("quarantine", over=True)


async def test_a_disk_that_fills(duty: Duty, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = 1_000_000_000_000

    def usage(free: int) -> Callable[[object], Any]:
        return lambda _: shutil._ntuple_diskusage(whole, whole - free, free)  # type: ignore[attr-defined]

    for free, over in ((whole // 9, None), (whole // 11, False), (whole // 9, False), (whole // 5, True)):
        monkeypatch.setattr("outreach.upkeep.vitals.shutil.disk_usage", usage(free))
        await duty.pass_(1)
        if over is None:
            assert await duty.raised() == []
        else:
            await duty.must_have_said("disk", over=over)


async def test_a_backup_that_is_not_made(duty: Duty) -> None:
    newest = duty.folder / "backups" / f"anshao-{duty.clock.now:%Y%m%dT%H%M%SZ}.tar"
    newest.touch()
    duty.clock.advance(hours=7)
    duty.seconds += 7 * 3600
    await duty.beat()
    await duty.watch.turn()
    assert await duty.raised() == []
    await duty.pass_(1)
    await duty.must_have_said("backup", over=False)
    (duty.folder / "backups" / f"anshao-{duty.clock.now:%Y%m%dT%H%M%SZ}.tar").touch()
    await duty.pass_(1)
    await duty.must_have_said("backup", over=True)


async def test_a_clock_that_jumps(duty: Duty) -> None:
    await duty.pass_(1)
    duty.clock.advance(seconds=61)
    await duty.pass_(0.5)
    await duty.must_have_said("clock", over=False)
    await duty.pass_(6)
    await duty.must_have_said("clock", over=True)
    duty.clock.advance(seconds=-3600)
    await duty.pass_(0.5)
    assert await duty.raised() == ["clock"]


async def test_many_notices_of_unknown_fate(duty: Duty) -> None:
    for number in range(300):
        await told(duty, f"n{number}")
    await duty.run(update(DeliveryRecord).values(state="sent", settled_at=duty.clock.now))
    for number in range(3):
        await duty.run(settled("unknown", duty, f"n{number}"))
    await duty.pass_(1)
    assert await duty.raised() == []
    await duty.run(settled("unknown", duty, "n3"))
    await duty.pass_(1)
    await duty.must_have_said("unknown", over=False)
    await duty.pass_(16)
    await duty.must_have_said("unknown", over=True)


async def test_a_lease_sweep_that_no_longer_runs(duty: Duty) -> None:
    await duty.pass_(1.5, is_swept=False)
    assert await duty.raised() == []
    await duty.pass_(0.5, is_swept=False)
    await duty.must_have_said("sweep", over=False)
    await duty.pass_(0.5)
    await duty.must_have_said("sweep", over=True)


@pytest.mark.parametrize("search", [name for name in NAMED if name.startswith("found_")])
async def test_a_repair_sweep_that_found_something(duty: Duty, search: str) -> None:
    await duty.do(lambda desk: pulses.beat(desk, search, 3))
    await duty.pass_(1)
    await duty.must_have_said(search, over=False)
    await duty.pass_(12)
    await duty.must_have_said(search, over=True)


async def test_a_database_that_does_not_answer_is_said_past_it(duty: Duty) -> None:
    if duty.office.engine.dialect.name != "sqlite":
        pytest.skip("one kind of fault is enough")
    async with duty.office.desk() as desk:
        await desk.session.execute(text("ALTER TABLE pulses RENAME TO hidden"))
    await duty.pass_(0.5, is_swept=False)
    assert duty.robots[0].heard == []
    await duty.pass_(5, is_swept=False)
    title = duty.title("database")
    assert [[said for said, _ in robot.heard] for robot in duty.robots] == [[title], [title]]
    async with duty.office.desk() as desk:
        await desk.session.execute(text("ALTER TABLE hidden RENAME TO pulses"))
    await duty.pass_(2)
    assert [said for said, _ in duty.robots[1].heard] == [title, f"✅ 好了：{title}"]
    assert await duty.notices() == []


def test_every_rule_stands_on_the_operators_page_with_the_title_it_is_told_by() -> None:
    page = (Path(__file__).parents[2] / "docs" / "running" / "alerts.md").read_text(encoding="utf-8")
    words = Texts().words("zh-CN")
    lacking = [r.name for r in RULES if f"| `{r.name}` | {words.label(f'alert.{r.name}.title')} |" not in page]
    assert lacking == []


def test_every_rule_has_a_test_of_its_own() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    lacking = [rule.name for rule in RULES if not rule.name.startswith("found_") and f'"{rule.name}"' not in source]
    assert lacking == []


async def test_two_processes_and_a_restart_say_it_once(
    duty: Duty, office: Office, clock: SetClock, tmp_path: Path
) -> None:
    others = [Duty(office, clock, duty.folder) for _ in range(3)]
    for other in others:
        other.watch._alarms = duty.watch._alarms
    pause = PauseRecord(name="token", until_at=clock.now + timedelta(days=3650), reason="bad_token")
    await duty.do(lambda desk: _add(desk, pause))
    for _ in range(3):
        await asyncio.gather(duty.watch.turn(), *(other.watch.turn() for other in others))
        clock.advance(seconds=30)
    await duty.must_have_said("token", over=False)
    await duty.run(delete(PauseRecord))
    again = Duty(office, clock, duty.folder)
    again.watch._alarms = duty.watch._alarms
    await asyncio.gather(duty.watch.turn(), again.watch.turn())
    await again.pass_(1)
    await duty.must_have_said("token", over=True)


async def test_whoever_cannot_be_told_is_named_and_the_rest_get_a_test(duty: Duty) -> None:
    async with duty.office.desk() as desk:
        assert await alerting.tell_test(desk, duty.settings.operator_chats) == [STRANGER]
    async with duty.office.desk() as desk:
        assert list(await desk.session.scalars(select(DeliveryRecord.kind))) == ["alert_test"]


async def word(duty: Duty, way: int = 1) -> None:
    now = duty.clock.now
    said = {"name": "token", "way": way, "title": "t", "text": "x", "said_at": now, "due_at": now}
    await duty.run(insert(AlertWordRecord).values(said))


async def word_state(duty: Duty) -> tuple[str, str, int]:
    async with duty.office.desk() as desk:
        row = (await desk.session.scalars(select(AlertWordRecord))).one()
        return row.state, row.reason, row.attempts


@pytest.mark.parametrize(
    ("kind", "state", "heard"),
    [(Kind.SENT, "sent", 1), (Kind.AMBIGUOUS, "unknown", 2), (Kind.CONTENT_REFUSED, "refused", 1)],
)
async def test_a_word_of_the_second_path_is_settled_by_the_one_table(
    duty: Duty, kind: Kind, state: str, heard: int
) -> None:
    robot, alarms = Listening(kind), None
    alarms = Alarms(duty.office.engine, [robot])
    await word(duty)
    for _ in range(10):
        await alarms.turn(duty.clock.now)
        duty.clock.advance(minutes=5)
    assert (await word_state(duty))[0] == state
    assert len(robot.heard) == heard


async def test_what_was_not_said_is_said_later_but_not_the_day_after(duty: Duty) -> None:
    robot = Listening(Kind.NOT_SENT)
    alarms = Alarms(duty.office.engine, [robot])
    await word(duty)
    for _ in range(3):
        await alarms.turn(duty.clock.now)
        duty.clock.advance(minutes=5)
    robot.kind = Kind.SENT
    await alarms.turn(duty.clock.now)
    assert (await word_state(duty))[0] == "sent" and len(robot.heard) == 4
    await duty.run(delete(AlertWordRecord))
    await word(duty)
    duty.clock.advance(hours=25)
    await alarms.turn(duty.clock.now)
    assert (await word_state(duty))[:2] == ("skipped", "expired") and len(robot.heard) == 4


async def test_a_word_that_a_killed_process_held_is_said_once_more(duty: Duty) -> None:
    robot = Listening()
    alarms = Alarms(duty.office.engine, [robot])
    await word(duty)
    await alarms._take(duty.clock.now)
    assert await alarms.turn(duty.clock.now) == 0
    duty.clock.advance(seconds=121)
    assert await alarms.turn(duty.clock.now) == 1
    assert (await word_state(duty))[0] == "sent" and len(robot.heard) == 1
    await duty.run(delete(AlertWordRecord))
    await word(duty)
    for _ in range(2):
        await alarms._take(duty.clock.now)
        duty.clock.advance(seconds=121)
    assert await alarms.turn(duty.clock.now) == 0
    assert (await word_state(duty))[:2] == ("unknown", "killed")


async def test_an_address_taken_out_of_the_settings_is_passed_over(duty: Duty) -> None:
    await word(duty, way=3)
    await Alarms(duty.office.engine, [Listening()]).turn(duty.clock.now)
    assert (await word_state(duty))[:2] == ("skipped", "no_way")


async def test_a_wrong_address_stops_the_start_without_being_shown(duty: Duty) -> None:
    wrong = duty.settings.model_copy(update={"alert_urls": type(duty.settings.alert_urls)("dingtalk://canary!/ x://y")})
    with pytest.raises(SettingsWrong) as stopped:
        await open_robots(wrong)
    assert "number 1" in str(stopped.value) and "canary" not in str(stopped.value) + repr(wrong)


async def _add(desk: Desk, row: PauseRecord) -> None:
    desk.session.add(row)
