"""收件 — one effect per update however often and in whatever order it comes, one lane per chat, and quarantine."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import event, select
from typer.testing import CliRunner

from bot.command_line import app_for
from bot.intake import Intake, Taken
from bot.telling_apart import Twins
from content.texts import Texts
from outreach import receiving
from outreach.desk import Office
from outreach.people import enrolling
from outreach.storage.database import open_engine
from outreach.storage.inspections import AnswerRecord
from outreach.storage.intake import QuarantineRecord, SeenUpdateRecord
from outreach.storage.people import ContactRecord, JournalRecord
from outreach.storage.pulses import PulseRecord
from sandbox.server import DEFAULT_TOKEN
from tests.bot.updates import pressed, update
from tests.conftest import SetClock
from tests.stage import Stage, open_stage


@pytest.fixture
async def stage(sqlite_url: str, tmp_path: Path, clock: SetClock) -> AsyncIterator[Stage]:
    async with open_stage(sqlite_url, tmp_path, clock) as opened:
        yield opened


async def happened(stage: Stage) -> list[str]:
    async with stage.house.office.desk() as desk:
        return list(await desk.session.scalars(select(JournalRecord.happened).order_by(JournalRecord.id)))


async def kept(stage: Stage) -> list[QuarantineRecord]:
    """What waits in quarantine."""
    async with stage.house.office.desk() as desk:
        query = select(QuarantineRecord).where(QuarantineRecord.replayed_at.is_(None)).order_by(QuarantineRecord.id)
        return list(await desk.session.scalars(query))


async def heard(stage: Stage, who: str) -> list[str]:
    """The first lines of what the bot has said to somebody."""
    return [str(m["text"]).partition("\n")[0] for m in await stage.messages(who) if m["from"] == "bot"]


@pytest.mark.parametrize("instances", [1, 2])
async def test_the_same_update_twenty_times_at_once_has_one_effect(
    database_url: str, tmp_path: Path, clock: SetClock, instances: int
) -> None:
    if instances > 1 and database_url.startswith("sqlite"):
        pytest.skip("one process on SQLite")
    async with open_stage(database_url, tmp_path, clock) as stage:
        await stage.post("people/1002/start")
        house, others = stage.house, []
        if instances > 1:
            engine = open_engine(database_url)
            first = house.office
            office = Office(engine, first.catalogue, first.texts, first.photos, first.privacy, clock=clock)
            others.append(Intake(office, house.bot, house.gateway.fetch))
        intakes = [house.intake, *others]
        agreed = pressed(1002, 1, "en:abroad:")
        taken = await asyncio.gather(*(intakes[at % len(intakes)].take(agreed) for at in range(20)))
        assert set(taken) == {Taken.ACKNOWLEDGE}
        assert await happened(stage) == ["ConsentGiven"] and await kept(stage) == []
        if instances > 1:
            await engine.dispose()


async def test_ids_count_by_membership_and_may_jump_anywhere(stage: Stage) -> None:
    for person, update_id in ((1002, 900), (1003, 5), (1004, 700), (1007, 5), (1007, 899), (1001, 2**62)):
        assert await stage.house.intake.take(pressed(person, 1, "en:abroad:", update_id=update_id)) is Taken.ACKNOWLEDGE
    async with stage.house.office.desk() as desk:
        agreed = set(await desk.session.scalars(select(ContactRecord.person_id)))
        seen = set(await desk.session.scalars(select(SeenUpdateRecord.update_id)))
    assert agreed == {1002, 1003, 1004, 1007, 1001} and seen == {900, 5, 700, 899, 2**62}


async def test_another_update_under_a_number_seen_before_is_taken_once_and_told_of(stage: Stage) -> None:
    await stage.post("people/1002/start")
    await stage.post("people/1003/start")
    intake = stage.house.intake
    first, second = (pressed(who, 1, "en:abroad:", update_id=41) for who in (1002, 1003))
    for _ in range(3):
        assert await intake.take(first) is Taken.ACKNOWLEDGE
    async with stage.house.office.desk() as desk:
        assert await desk.session.get(PulseRecord, "same_id") is None
    for raw in (second, first, second):
        assert await intake.take(raw) is Taken.ACKNOWLEDGE
    async with stage.house.office.desk() as desk:
        assert set(await desk.session.scalars(select(ContactRecord.person_id))) == {1002, 1003}
        assert (await desk.session.get_one(PulseRecord, "same_id")).at <= desk.now
    assert await happened(stage) == ["ConsentGiven", "ConsentGiven"]
    # What cannot be understood is not passed over for its number either.
    odd = {"update_id": 41, "message": {"message_id": "x", "date": []}}
    for _ in range(2):
        await intake.take(odd)
    assert len(await kept(stage)) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"from": {"id": 1002, "first_name": "芳"}},
        {"message": None},
        {"data": "x"},
        {"extra": 10**5000},
    ],
)
def test_what_telegram_may_change_of_an_update_makes_it_no_other(changed: dict[str, object]) -> None:
    twins, raw = Twins(), cast(dict[str, Any], pressed(1002, 1, "en:abroad:", update_id=41))
    assert not twins.is_other(raw)
    twins.remember(raw)
    again = raw | {"callback_query": raw["callback_query"] | changed}
    assert not twins.is_other(again)
    assert twins.is_other(raw | {"callback_query": raw["callback_query"] | {"id": "another"}})
    assert twins.is_other({"update_id": 41, "message": raw["callback_query"]["message"]})


def test_only_so_many_numbers_are_held_in_memory() -> None:
    twins = Twins(most=100)
    for number in range(1000):
        twins.remember({"update_id": number, "message": {"message_id": number}})
    held = [n for n in range(1000) if twins.is_other({"update_id": n, "message": {"message_id": -1}})]
    assert held == list(range(900, 1000))


async def test_ids_are_remembered_for_a_week_and_hold_nothing_but_a_day(stage: Stage, clock: SetClock) -> None:
    agreed = pressed(1002, 1, "en:abroad:", update_id=41)
    await stage.house.intake.take(agreed)
    for days, left in ((6.9, {41}), (1.2, set())):
        clock.advance(days=days)
        async with stage.house.office.desk() as desk:
            await receiving.forget_old_ids(desk)
            assert set(await desk.session.scalars(select(SeenUpdateRecord.update_id))) == left
    assert {column.name for column in SeenUpdateRecord.__table__.columns} == {"update_id", "seen_on"}


async def test_one_chats_updates_are_taken_in_their_order(stage: Stage) -> None:
    await stage.post("people/1002/start")
    said = ["/help", "/hotline", "/nonsense", "/cards", "/help", "/cancel"]
    await asyncio.gather(*(stage.house.intake.take(update(1002, text)) for text in said))
    once = await heard(stage, "王芳")
    for text in said:
        await stage.house.intake.take(update(1002, text))
    assert len(once) == len(said) and await heard(stage, "王芳") == once * 2


async def test_a_chat_that_waits_for_telegram_holds_up_its_own_lane_only(stage: Stage) -> None:
    for person in (1002, 1003):
        await stage.post(f"people/{person}/start")
    await stage.post("faults", kind="slow", method="sendMessage", chat_id=1002, seconds=1.0)
    slow = [asyncio.create_task(stage.house.intake.take(update(1002, text))) for text in ("/help", "/hotline")]
    async with asyncio.timeout(0.9):
        await stage.house.intake.take(update(1003))
    assert not any(task.done() for task in slow)
    for task in slow:
        task.cancel()
    await asyncio.gather(*slow, return_exceptions=True)
    # A lane exists while somebody is in it: a million strangers leave none behind.
    assert stage.house.intake._lanes == {}


async def test_redelivered_after_its_effect_it_is_answered_with_where_the_person_stands(stage: Stage) -> None:
    await stage.fill_register()
    await stage.enrol("王芳", "云泊区好邻居餐饮店", "safety_officer")
    await stage.say("王芳", "/check")
    await stage.press("王芳", "餐饮场所安全自查表")
    card = (await stage.messages("王芳"))[-1]["message_id"]
    async with stage.house.office.desk() as desk:
        contact = await enrolling.contact_of(desk, 1002)
    assert contact is not None and isinstance(card, int)
    judged = pressed(1002, card, "in:v:1:1:p")
    await stage.house.intake.take(judged)
    await stage.press("王芳", "❌ 不符合")
    for _ in range(2):
        before = await heard(stage, "王芳")
        assert await stage.house.intake.take(judged) is Taken.ACKNOWLEDGE
        # The press is old, the place is today's: item 2 asks what is wrong.
        assert (await heard(stage, "王芳"))[-1] == "第 2 项 · 燃气管和灶具：不符合" and before
    async with stage.house.office.desk() as desk:
        answers = await desk.session.scalars(select(AnswerRecord.verdict).order_by(AnswerRecord.id))
    assert list(answers) == ["pass", "fail"]


@pytest.mark.parametrize(
    "odd",
    [
        {"edited_message": {"message_id": 1, "date": 1, "chat": {"id": 1002, "type": "private"}, "text": "x"}},
        {"channel_post": {"message_id": 1, "date": 1, "chat": {"id": -100, "type": "channel"}, "text": "x"}},
        {"something_new": {"from": {"id": 1002}}},
    ],
    ids=lambda odd: next(iter(odd)),
)  # fmt: skip
async def test_what_asks_nothing_of_this_bot_is_acknowledged_in_silence(stage: Stage, odd: dict[str, object]) -> None:
    assert await stage.house.intake.take({"update_id": 9} | odd) is Taken.ACKNOWLEDGE
    assert await kept(stage) == [] and await heard(stage, "王芳") == []


async def test_talk_in_a_group_is_left_alone_and_a_command_there_is_shown_the_way(stage: Stage) -> None:
    group = {"id": -200, "type": "group", "title": "望潮街道安全员"}
    sender = {"id": 1002, "first_name": "王芳", "is_bot": False}
    for text in ("大家好", "/check", "/check@other_bot", "/help@anshao_sandbox_bot"):
        raw = {"message": {"message_id": 3, "date": 1780277400, "chat": group, "from": sender, "text": text}}
        await stage.post("raw", update=raw)
    await stage.settle()
    ledger = await stage.get("ledger")
    assert isinstance(ledger, list)
    said = [call["parameters"]["text"] for call in ledger if call["method"] == "sendMessage"]
    assert len(said) == 2 and all("私聊" in text for text in said) and await kept(stage) == []


def broken(tmp_path: Path) -> Texts:
    """Words from which somebody lost the help page."""
    folder = tmp_path / "locales"
    shutil.copytree(Texts().folder, folder)
    (folder / "zh-CN/replies/home/help.j2").unlink()
    return Texts(folder)


async def replay(stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str, *words: str) -> str:
    """`python -m bot quarantine …`, against the same sandbox and database."""
    for name, value in {
        "BOT_TOKEN": DEFAULT_TOKEN, "BOT_API_URL": stage.base, "DATABASE_URL": url, "DATA_DIR": str(tmp_path),
    }.items():  # fmt: skip
        monkeypatch.setenv(f"ANSHAO_{name}", value)
    stage.house.only.let_go()
    done = await asyncio.to_thread(CliRunner().invoke, app_for(), ["quarantine", *words])
    assert done.exit_code == 0, done.output
    return done.output.splitlines()[-1] if words == ("replay",) else done.output


async def test_what_the_bot_stumbles_over_is_quarantined_told_and_replayed_once_mended(
    stage: Stage, tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, mended = stage.house.office, stage.house.office.texts
    office.texts = broken(tmp_path)
    await stage.post("people/1002/start")
    await stage.settle()
    await stage.say("王芳", "/help")
    (row,) = await kept(stage)
    assert "no words for replies/home/help" in row.fault and json.loads(row.body)["message"]["text"] == "/help"
    # The person is given the number that the operator finds; the chat goes on.
    told = str((await stage.messages("王芳"))[-1]["text"])
    assert row.reference in told and re.fullmatch(r"0601-[0-9A-F]{6}", row.reference)
    await stage.say("王芳", "/hotline")
    assert (await heard(stage, "王芳"))[-1] == "现在就出事了，先打这些电话"
    # Delivered again, it is neither handled nor kept a second time.
    assert await stage.house.intake.take(json.loads(row.body)) is Taken.ACKNOWLEDGE
    assert len(await kept(stage)) == 1
    office.texts = mended
    await stage.house.intake.take("no JSON")
    listed = await replay(stage, monkeypatch, tmp_path, sqlite_url, "list")
    assert row.reference in listed and len(listed.splitlines()) == 2
    assert (await replay(stage, monkeypatch, tmp_path, sqlite_url, "replay")).startswith("1 handled, 0 back")
    assert (await heard(stage, "王芳"))[-1] == "怎么用"
    # Replayed again, only what is no JSON is left, as it came.
    assert (await replay(stage, monkeypatch, tmp_path, sqlite_url, "replay")).startswith("0 handled, 0 back")
    (left,) = await kept(stage)
    assert left.body == "no JSON"


async def test_a_replay_that_fails_puts_the_update_back(
    stage: Stage, tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.house.intake.take({"update_id": 77, "message": {"chat": {"id": 1002}}})
    (before,) = await kept(stage)
    assert (await replay(stage, monkeypatch, tmp_path, sqlite_url, "replay")).startswith("0 handled, 1 back")
    (after,) = await kept(stage)
    assert (after.body, after.update_id) == (before.body, 77) and after.reference != before.reference


async def test_killed_between_release_and_effect_or_after_it_a_replay_has_one_effect(stage: Stage) -> None:
    office = stage.house.office
    await stage.post("people/1002/start")
    agreed = pressed(1002, 1, "en:abroad:", update_id=77)
    async with office.desk() as desk:
        await receiving.is_first_time(desk, 77)
        reference = await receiving.quarantine(desk, 77, json.dumps(agreed), "Bug")
    for _ in range(3):  # killed after the first two lines, then after the third, then not at all
        async with office.desk() as desk:
            await receiving.release(desk, reference)
    for _ in range(2):
        await stage.house.intake.take(agreed)
        async with office.desk() as desk:
            await receiving.release(desk, reference)
    async with office.desk() as desk:
        await receiving.mark_replayed(desk, reference)
    assert await happened(stage) == ["ConsentGiven"] and await kept(stage) == []


async def test_an_outage_writes_nothing_that_a_person_said_into_the_log(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    await stage.post("people/1002/start")
    await stage.house.intake.take(pressed(1002, 1, "en:abroad:"))

    def lock(_: object, cursor: object, statement: str, *__: object) -> None:
        if "UPDATE contacts" in statement or "INSERT INTO contacts" in statement:
            cursor.execute("SELECT * FROM no_such_table")  # type: ignore[attr-defined]

    engine = stage.house.office.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lock)
    face = {"id": 1003, "first_name": "李强", "is_bot": False, "language_code": "zh-hans"}
    raw = pressed(1003, 1, "en:abroad:")
    raw["callback_query"]["from"] = face  # type: ignore[index]
    assert await stage.house.intake.take(raw) is Taken.COME_AGAIN
    event.remove(engine, "before_cursor_execute", lock)
    out = "".join(capsys.readouterr())
    assert "not_persisted" in out and "李强" not in out and "1003" not in out
    assert await stage.house.intake.take(raw) is Taken.ACKNOWLEDGE
