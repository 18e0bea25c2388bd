"""The fallback channel against a robot's server on this machine: once, never twice, never after 已阅, and visible."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from click.testing import Result
from sqlalchemy import delete, select, update
from typer.testing import CliRunner

from bot.command_line import app_for
from domain.contact import Contact, Jurisdiction, Official, Role
from domain.fallback import Address, Service
from outreach.broadcasts import broadcasting, tallying
from outreach.delivery.robot import Robot, robot_at
from outreach.desk import Desk, Office
from outreach.fallback import addressing, falling_back, forwarding
from outreach.fallback.forwarding import Forwarder
from outreach.people import enrolling
from outreach.storage.broadcasts import BroadcastRecord, RecipientRecord
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.fallbacks import FallbackAddressRecord, FallbackRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import OfficialRecord
from outreach.upkeep import releasing
from tests.conftest import SetClock

TOKEN = "t0ken" * 6


@dataclass
class Group:
    """An enterprise's group, as its robot's server sees it."""

    port: int = 0
    status: int = 200
    is_silent: bool = False
    got: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        said = json.loads(await request.read())
        self.got.append(f"{said['title']}\n{said['message']}")
        if self.is_silent:
            assert request.transport is not None
            request.transport.abort()
        return web.Response(status=self.status)

    async def open(self, address: str) -> Robot:
        """The robot at any address, which in this test lies on this machine."""
        assert address == f"dingtalk://{TOKEN}"
        return await robot_at(f"json://127.0.0.1:{self.port}/{TOKEN}")


@pytest.fixture
async def group() -> AsyncIterator[Group]:
    made = Group()
    app = web.Application()
    app.router.add_post("/{rest:.*}", made.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.port = runner.addresses[0][1]
    yield made
    await runner.cleanup()


class District:
    """One enterprise with two people and an address, and one notice to both."""

    def __init__(self, office: Office, group: Group) -> None:
        self.office = office
        self.group = group
        self.forwarder = Forwarder(office, group.open)
        self.people: list[Contact] = []

    async def settle(self) -> None:
        while await self.forwarder.turn():
            pass

    async def look(self) -> None:
        """The next look of another process, so that nothing is remembered."""
        self.forwarder = Forwarder(self.office, self.group.open)
        await self.settle()

    async def row(self) -> FallbackRecord:
        async with self.office.desk() as desk:
            return (await desk.session.scalars(select(FallbackRecord))).one()

    async def deliveries(self, **values: object) -> None:
        async with self.office.desk() as desk:
            await desk.session.execute(update(DeliveryRecord).values(**values))

    async def forwarded(self) -> falling_back.Forwarded:
        async with self.office.desk() as desk:
            return (await tallying.tally(desk, 1)).forwarded


async def _notice(desk: Desk, people: list[Contact], *, is_urgent: bool = False) -> None:
    desk.session.add(
        OfficialRecord(name="周科", street="", grid="", role="head", industries=[], from_on=desk.today)
    )  # fmt: skip
    await desk.session.flush()
    desk.session.add(
        BroadcastRecord(
            number="TZ1", contact_id=people[0].id, official_id=1, state="approved", text="今晚大风 <b>&",
            is_urgent=is_urgent, due_at=desk.now, drafted_at=desk.now, approved_at=desk.now,
            expires_at=desk.now + timedelta(days=7), vacancies=[], audience={},
        )
    )  # fmt: skip
    await desk.session.flush()
    for one in people:
        desk.session.add(RecipientRecord(broadcast_id=1, contact_id=one.id, enterprise_id=1, role="employee"))
        desk.session.add(
            DeliveryRecord(
                key=f"broadcast:1:{one.id}", contact_id=one.id, kind="broadcast", text="…", broadcast_id=1,
                state="queued", created_at=desk.now, due_at=desk.now,
            )
        )  # fmt: skip


@pytest.fixture
async def district(office: Office, group: Group) -> District:
    made = District(office, group)
    async with office.desk() as desk:
        desk.session.add(
            EnterpriseRecord(
                credit_code="9" * 18, name="好邻居", industries=["catering"], created_at=desk.now, updated_at=desk.now
            )
        )  # fmt: skip
        await desk.session.flush()
        for n, name in enumerate(("王芳", "赵敏")):
            contact = await enrolling.agree(desk, 1002 + n, 1002 + n, name, "zh-CN", 1)
            await enrolling.give_post(desk, contact, 1, (Role.SAFETY_OFFICER, Role.EMPLOYEE)[n], "test")
            made.people.append(contact)
        await addressing.put(desk, 1, Address(Service.DINGTALK, f"dingtalk://{TOKEN}"), contact.id)
    await made.settle()
    group.got.clear()
    return made


async def test_an_address_is_kept_once_a_test_message_has_arrived_and_is_never_in_the_open(
    office: Office, group: Group, district: District
) -> None:
    async with office.desk() as desk:
        kept = (await desk.session.scalars(select(FallbackAddressRecord))).one()
        assert (kept.state, kept.service) == ("kept", "dingtalk") and TOKEN not in kept.sealed
        told = (
            await desk.session.scalars(select(DeliveryRecord).where(DeliveryRecord.kind == "fallback_tested"))
        ).all()
        assert [TOKEN in row.text for row in told] == [False] and "已保存" in told[0].text
        await addressing.put(desk, 1, Address(Service.DINGTALK, f"dingtalk://{TOKEN}"), district.people[0].id)
    group.status = 403
    await district.settle()
    async with office.desk() as desk:
        # A new address that does not work leaves the old one in place.
        rows = (await desk.session.scalars(select(FallbackAddressRecord))).all()
        assert [(row.id, row.state) for row in rows] == [(kept.id, "kept")]
        told = (
            await desk.session.scalars(select(DeliveryRecord).where(DeliveryRecord.kind == "fallback_tested"))
        ).all()
        assert "没有保存" in told[-1].text and "拒绝" in told[-1].text


async def test_nobody_reached_goes_the_other_way_once(
    office: Office, group: Group, district: District, clock: SetClock
) -> None:
    async with office.desk() as desk:
        await _notice(desk, district.people)
    await district.look()
    assert group.got == []
    await district.deliveries(state="refused", reason="blocked", settled_at=clock.now)
    for _ in range(3):
        await district.look()
        clock.advance(minutes=2)
    assert len(group.got) == 1
    for part in ("安哨通知 TZ1", "【通知】TZ1", "今晚大风 <b>&", "按“已阅”", "@anshao_sandbox_bot"):
        assert part in group.got[0]
    for name in ("王芳", "赵敏"):
        assert name not in group.got[0]
    row = await district.row()
    assert (row.state, row.why, row.attempts) == ("sent", "unreached", 1)
    assert await district.forwarded() == falling_back.Forwarded(sent=1)
    # Somebody comes back on Telegram and reads it there: nothing is sent anew.
    await district.deliveries(state="sent", reason="", acknowledged_at=clock.now)
    await district.look()
    assert len(group.got) == 1


@pytest.mark.parametrize(("is_urgent", "patience"), [(False, timedelta(hours=24)), (True, timedelta(hours=1))])
async def test_unread_past_its_time_goes_the_other_way(
    office: Office, group: Group, district: District, clock: SetClock, is_urgent: bool, patience: timedelta
) -> None:
    async with office.desk() as desk:
        await _notice(desk, district.people, is_urgent=is_urgent)
    await district.deliveries(state="sent", settled_at=clock.now)
    clock.advance(seconds=patience.total_seconds() - 61)
    await district.look()
    assert group.got == []
    clock.advance(seconds=61)
    await district.look()
    assert len(group.got) == 1 and (await district.row()).why == "silent"


@pytest.mark.parametrize(
    ("change", "state", "reason"),
    [
        ("recalled", "skipped", "recalled"), ("expired", "refused", "expired"), ("answered", "skipped", "answered"),
        ("removed", "refused", "no_address"), ("other key", "refused", "no_address"),
    ],
)  # fmt: skip
async def test_read_by_one_recalled_over_or_without_address_is_not_sent(
    office: Office, group: Group, district: District, clock: SetClock, change: str, state: str, reason: str
) -> None:
    async with office.desk() as desk:
        await _notice(desk, district.people)
    await district.deliveries(state="refused", reason="blocked", settled_at=clock.now)
    async with office.desk() as desk:
        await falling_back.look(desk)
        match change:
            case "recalled":
                (await desk.session.get_one(BroadcastRecord, 1)).state = "recalled"
            case "expired":
                (await desk.session.scalars(select(FallbackRecord))).one().expires_at = clock.now
            case "answered":
                await desk.session.execute(update(DeliveryRecord).values(acknowledged_at=clock.now))
            case "removed":
                await desk.session.execute(delete(FallbackAddressRecord))
            case "other key":
                await desk.session.execute(update(FallbackAddressRecord).values(sealed="opens to nobody"))
    await district.settle()
    row = await district.row()
    assert (row.state, row.reason, group.got) == (state, reason, [])


@pytest.mark.parametrize(("role", "audience", "told"), [
    (Role.PRINCIPAL, {}, 1), (Role.PRINCIPAL, {"posts": "employee"}, 0), (Role.PRINCIPAL, {"street": "西街道"}, 0),
])  # fmt: skip
async def test_an_enterprise_whose_owner_got_it_for_another_one_is_told_too(
    office: Office, group: Group, district: District, clock: SetClock, role: Role, audience: dict[str, str], told: int
) -> None:
    async with office.desk() as desk:
        second = EnterpriseRecord(
            credit_code="8" * 18, name="好邻居二店", industries=["catering"], created_at=desk.now, updated_at=desk.now
        )
        desk.session.add(second)
        await desk.session.flush()
        await enrolling.give_post(desk, district.people[0], second.id, role, "test")
        await addressing.put(desk, second.id, Address(Service.DINGTALK, f"dingtalk://{TOKEN}"), None)
        await desk.session.execute(delete(FallbackAddressRecord).where(FallbackAddressRecord.enterprise_id == 1))
        await _notice(desk, district.people)
        await desk.session.execute(update(BroadcastRecord).values(audience=audience))
    await district.settle()
    group.got.clear()
    await district.deliveries(state="sent", settled_at=clock.now)
    await district.look()
    assert group.got == []
    clock.advance(hours=24)
    await district.look()
    await district.look()
    assert len(group.got) == told


async def test_who_was_told_in_their_group_is_told_there_that_it_is_over(
    office: Office, group: Group, district: District, clock: SetClock
) -> None:
    async with office.desk() as desk:
        await _notice(desk, district.people)
    await district.deliveries(state="refused", reason="blocked", settled_at=clock.now)
    await district.look()
    assert len(group.got) == 1
    async with office.desk() as desk:
        who = Official(1, "周科", Jurisdiction(), desk.today, None)
        await broadcasting.recall(desk, district.people[0], who, 1)
    await district.look()
    await district.look()
    assert len(group.got) == 2 and "撤回" in group.got[1] and "TZ1" in group.got[1]
    # The card counts enterprises that were told, not messages.
    assert (await district.forwarded()).sent == 1


@pytest.mark.parametrize(("service", "most"), [("wecom", 2048), ("dingtalk", 20_000)])
async def test_no_message_is_longer_than_the_group_takes(
    office: Office, group: Group, district: District, clock: SetClock, service: str, most: int
) -> None:
    async with office.desk() as desk:
        await _notice(desk, district.people)
        words = "🔥检查燃气软管&<接头>" * 200
        await desk.session.execute(update(BroadcastRecord).values(text=words))
        await desk.session.execute(update(FallbackAddressRecord).values(service=service))
    await district.deliveries(state="refused", reason="blocked", settled_at=clock.now)
    await district.look()
    (told,) = group.got
    assert most - 200 < len(told.encode()) <= most or most > 10_000
    assert "全文请到机器人里看" in told and told.rstrip().endswith("@anshao_sandbox_bot")


async def test_the_night_is_quiet_but_for_what_is_urgent(
    office: Office, group: Group, district: District, clock: SetClock
) -> None:
    async with office.desk() as desk:
        await _notice(desk, district.people)
    await district.deliveries(state="refused", reason="blocked", settled_at=clock.now)
    clock.advance(hours=12)  # 21:30
    await district.look()
    row = await district.row()
    assert (group.got, row.state, row.reason) == ([], "queued", "quiet")
    clock.advance(hours=10, minutes=30)
    await district.look()
    assert len(group.got) == 1


@pytest.mark.parametrize(("is_urgent", "sends"), [(False, 1), (True, 2)])
async def test_killed_between_claim_and_settle_is_unknown_and_only_what_is_urgent_goes_once_more(
    office: Office, group: Group, district: District, clock: SetClock, is_urgent: bool, sends: int
) -> None:
    async with office.desk() as desk:
        await _notice(desk, district.people, is_urgent=is_urgent)
    await district.deliveries(state="refused", reason="blocked", settled_at=clock.now)

    async def killed(desk: Desk, claim: object, outcome: object) -> None:
        raise asyncio.CancelledError

    for _ in range(3):
        dying = Forwarder(office, group.open)
        dying._settle = killed  # type: ignore[method-assign]
        with pytest.raises(asyncio.CancelledError):
            while await dying.turn():
                pass
            raise asyncio.CancelledError
        assert (await district.row()).state in ("claimed", "unknown")
        clock.advance(seconds=121)
        await district.look()
        clock.advance(seconds=61)
    row = await district.row()
    assert row.state == "unknown" or (is_urgent and row.state == "sent")
    assert len(group.got) == sends
    assert (await district.forwarded()).total == 1


async def test_a_zombie_settles_nothing(office: Office, group: Group, district: District, clock: SetClock) -> None:
    async with office.desk() as desk:
        await _notice(desk, district.people)
    await district.deliveries(state="refused", reason="blocked", settled_at=clock.now)
    async with office.desk() as desk:
        await falling_back.look(desk)
        (claim,) = await district.forwarder._take(desk)
    clock.advance(seconds=121)
    await Forwarder(office, group.open).turn()
    async with office.desk() as desk:
        await district.forwarder._settle(desk, claim, forwarding.Outcome(forwarding.Kind.SENT))
    assert (await district.row()).state == "unknown" and group.got == []


async def test_what_may_have_arrived_is_unknown_and_what_did_not_is_tried_again(
    office: Office, group: Group, district: District, clock: SetClock
) -> None:
    async with office.desk() as desk:
        await _notice(desk, district.people)
    await district.deliveries(state="refused", reason="blocked", settled_at=clock.now)
    group.status = 429
    await district.look()
    row = await district.row()
    assert (row.state, row.reason, row.attempts) == ("retry", "robot_busy", 1)
    group.status, group.is_silent = 200, True
    clock.advance(seconds=5)
    await district.settle()
    row = await district.row()
    assert (row.state, row.reason) == ("unknown", "no_answer") and len(group.got) == 2
    assert await district.forwarded() == falling_back.Forwarded(unknown=1)
    assert TOKEN not in repr(row.__dict__)


async def test_an_enterprise_with_nobody_to_be_told_is_told_there(
    office: Office, group: Group, district: District
) -> None:
    async with office.desk() as desk:
        await _notice(desk, district.people)
        await desk.session.execute(delete(RecipientRecord))
        (await desk.session.get_one(BroadcastRecord, 1)).vacancies = [1]
    await district.look()
    assert len(group.got) == 1 and (await district.row()).why == "vacant"


async def test_a_hold_holds_this_channel_too(office: Office, group: Group, district: District, clock: SetClock) -> None:
    async with office.desk() as desk:
        await _notice(desk, district.people)
    await district.deliveries(state="refused", reason="blocked", settled_at=clock.now)
    async with office.desk() as desk:
        await falling_back.look(desk)
        assert await releasing.hold(desk, desk.now) == 1
    await district.look()
    assert group.got == [] and (await district.row()).state == "unknown"
    async with office.desk() as desk:
        await releasing.decide(desk, None, "fallbacks", 1, again=True)
        await releasing.release(desk, None, 0)
    await district.settle()
    assert len(group.got) == 1 and (await district.row()).state == "sent"


async def test_the_operator_sets_any_address_that_a_test_message_reaches(
    office: Office, group: Group, district: District, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if office.engine.dialect.name != "sqlite":
        pytest.skip("one kind of database is enough")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ANSHAO_BOT_TOKEN", "123456:abcdefghijkl")
    monkeypatch.setenv("ANSHAO_DATA_DIR", str(tmp_path))
    address = f"json://127.0.0.1:{group.port}/{TOKEN}"

    async def run(*arguments: str, typed: str = "") -> Result:
        return await asyncio.to_thread(CliRunner().invoke, app_for(), ["fallback", *arguments], input=typed)

    kept = await run("set", "9" * 18, typed=f"{address}\n")
    assert kept.exit_code == 0 and "has arrived" in kept.output, kept.output
    assert len(group.got) == 1 and TOKEN not in kept.output
    group.status = 403
    refused = await run("set", "9" * 18, "--address", address)
    assert refused.exit_code == 2 and "robot_refused" in refused.output
    assert (await run("set", "9" * 18, "--address", "nonsense")).exit_code == 2
    assert (await run("set", "1" * 18, "--address", address)).exit_code == 2
    async with office.desk() as desk:
        rows = (await desk.session.scalars(select(FallbackAddressRecord))).all()
        assert [(row.service, row.state) for row in rows] == [("other", "kept")]
    assert (await run("remove", "9" * 18)).exit_code == 0
    async with office.desk() as desk:
        assert (await desk.session.scalars(select(FallbackAddressRecord))).all() == []
