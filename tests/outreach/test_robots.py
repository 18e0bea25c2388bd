"""群机器人 — one message, one address: what the other side did and what is made of it, over a real socket."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from importlib.machinery import PathFinder

import pytest
import structlog
from aiohttp import web

from bot.faults import set_up_logging
from outreach.delivery import robot, robot_answers
from outreach.delivery.outcomes import Kind
from outreach.delivery.robot import AddressUnread, Robot, RobotsMissing, robot_at
from outreach.delivery.robot_answers import group_robot, post, read_answer

TOKEN = "q1w2e3r4t5y6SECRETq1w2e3r4t5y6"
LIMITS = (2.0, 2.0)


@dataclass
class OtherSide:
    """A robot's server that behaves as told."""

    port: int = 0
    behaviour: str = "200"
    body: bytes = b"{}"
    got: list[tuple[str, bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"json://127.0.0.1:{self.port}/{TOKEN}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.got.append((request.path_qs, await request.read()))
        if self.behaviour == "silent":
            await asyncio.sleep(30)
        if self.behaviour == "drop":
            assert request.transport is not None
            request.transport.abort()
        if self.behaviour == "302":
            raise web.HTTPFound(f"http://127.0.0.1:{self.port}/elsewhere")
        return web.Response(status=int(self.behaviour) if self.behaviour.isdigit() else 200, body=self.body)


@pytest.fixture
async def other() -> AsyncIterator[OtherSide]:
    side = OtherSide()
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", side.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    side.port = runner.addresses[0][1]
    yield side
    await runner.cleanup()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robot, "READ_SECONDS", 0.3)


async def test_a_message_arrives_once_with_its_words(other: OtherSide) -> None:
    outcome = await (await robot_at(other.address)).send("消防通道堵了，请今天清开。", "安哨")
    assert outcome.kind is Kind.SENT
    ((path, body),) = other.got
    assert TOKEN in path
    assert json.loads(body)["message"] == "消防通道堵了，请今天清开。"
    assert json.loads(body)["title"] == "安哨"


@pytest.mark.parametrize(
    ("behaviour", "kind", "reason"),
    [
        ("200", Kind.SENT, ""),
        ("204", Kind.SENT, ""),
        ("302", Kind.CONTENT_REFUSED, "robot_refused"),
        ("400", Kind.CONTENT_REFUSED, "robot_refused"),
        ("401", Kind.CONTENT_REFUSED, "robot_refused"),
        ("403", Kind.CONTENT_REFUSED, "robot_refused"),
        ("404", Kind.CONTENT_REFUSED, "robot_refused"),
        ("429", Kind.NOT_SENT, "robot_busy"),
        ("500", Kind.AMBIGUOUS, "no_answer"),
        ("502", Kind.AMBIGUOUS, "no_answer"),
        ("503", Kind.AMBIGUOUS, "no_answer"),
        ("drop", Kind.AMBIGUOUS, "no_answer"),
        ("silent", Kind.AMBIGUOUS, "no_answer"),
    ],
)
async def test_an_answer_is_read(other: OtherSide, quick: None, behaviour: str, kind: Kind, reason: str) -> None:
    other.behaviour = behaviour
    outcome = await Robot(f"{other.address}?retry=3&rto=60&redirect=yes").send("x")
    assert (outcome.kind, outcome.reason) == (kind, reason)
    assert len(other.got) == 1, "a message goes out once, whatever the address asks for"


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


async def test_what_never_left_is_not_sent() -> None:
    outcome = await Robot(f"json://127.0.0.1:{_free_port()}/{TOKEN}").send("x")
    assert (outcome.kind, outcome.reason) == (Kind.NOT_SENT, "not_connected")
    address = f"mailto://u:p@127.0.0.1:{_free_port()}?from=b@example.com&to=a@example.com&mode=insecure"
    mail = await Robot(address).send("x")
    assert (mail.kind, mail.reason) == (Kind.NOT_SENT, "not_connected")


async def test_the_whole_is_bounded_and_the_loop_goes_on(other: OtherSide, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robot, "LONGEST_SECONDS", 0.2)
    monkeypatch.setattr(robot, "READ_SECONDS", 1.0)
    other.behaviour = "silent"
    loop = asyncio.get_running_loop()
    began, ticks = loop.time(), 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticking = asyncio.create_task(tick())
    outcome = await Robot(other.address).send("x")
    took = loop.time() - began
    ticking.cancel()
    assert (outcome.kind, outcome.reason) == (Kind.AMBIGUOUS, "no_answer")
    assert took < 1.0 and ticks >= 3
    await asyncio.sleep(1.2)  # Its thread ends by itself.


async def test_a_hung_address_takes_no_more_than_its_share(
    other: OtherSide, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    other.behaviour = "silent"
    outcomes = await asyncio.gather(*(Robot(other.address).send("x") for _ in range(robot.AT_ONCE + 4)))
    assert [outcome.reason for outcome in outcomes].count("robot_busy") == 4
    other.behaviour = "200"
    assert (await Robot(other.address).send("x")).kind is Kind.SENT


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"errcode":0,"errmsg":"ok"}', Kind.SENT),
        (b'{"code":0,"msg":"success","data":{}}', Kind.SENT),
        (b'{"StatusCode":0,"StatusMessage":"success"}', Kind.SENT),
        (b'{"errcode":310000,"errmsg":"keywords not in content"}', Kind.CONTENT_REFUSED),
        (b'{"errcode":93000,"errmsg":"invalid webhook url"}', Kind.CONTENT_REFUSED),
        (b'{"code":19021,"msg":"sign match fail"}', Kind.CONTENT_REFUSED),
        (b'{"errcode":130101,"errmsg":"send too fast"}', Kind.NOT_SENT),
        (b'{"errcode":45009,"errmsg":"api freq out of limit"}', Kind.NOT_SENT),
        (b"<html>ok</html>", Kind.AMBIGUOUS),
        (b"", Kind.AMBIGUOUS),
        (b"[1]", Kind.AMBIGUOUS),
        (b'{"ok":true}', Kind.AMBIGUOUS),
    ],
)
async def test_a_group_robot_that_says_no_with_status_200_is_not_believed(
    other: OtherSide, body: bytes, kind: Kind
) -> None:
    other.body = body
    outcome = await asyncio.to_thread(post, f"http://127.0.0.1:{other.port}/robot", {}, {"msgtype": "text"}, LIMITS)
    assert outcome.kind is kind
    assert read_answer(body).kind is kind


@pytest.mark.parametrize(
    ("address", "attribute", "expected"),
    [
        (f"dingtalk://{TOKEN.lower()}", "notify_url", {"msgtype": "text", "text": {"content": "标题\n话"}}),
        (f"wecombot://{TOKEN}", "api_url", {"msgtype": "text", "text": {"content": "标题\n话"}}),
        (f"feishu://{TOKEN}", "notify_url", {"msg_type": "text", "content": {"text": "标题\n话"}}),
        ("lark://01234567-89ab-cdef-0123-456789abcdef", "webhook_url",
         {"msg_type": "text", "content": {"text": "标题\n话"}}),
    ],
)  # fmt: skip
async def test_the_three_group_robots_are_spoken_to_as_their_makers_say(
    other: OtherSide, address: str, attribute: str, expected: dict[str, object]
) -> None:
    other.body = b'{"errcode":0,"code":0}'
    plugin = Robot(address)._open()
    setattr(plugin, attribute, f"http://127.0.0.1:{other.port}/hook")
    send = group_robot(plugin, LIMITS)
    assert send is not None
    assert (await asyncio.to_thread(send, "标题\n话")).kind is Kind.SENT
    assert json.loads(other.got[0][1]) == expected


async def test_a_signed_robot_gets_its_signature_quoted_once(other: OtherSide) -> None:
    other.body = b'{"errcode":0}'
    plugin = Robot(f"dingtalk://SECsecret@{TOKEN.lower()}")._open()
    plugin.notify_url = f"http://127.0.0.1:{other.port}/robot/send?access_token={{token}}"
    send = group_robot(plugin, LIMITS)
    assert send is not None
    assert (await asyncio.to_thread(send, "x")).kind is Kind.SENT
    path = other.got[0][0]
    assert "timestamp=" in path and "sign=" in path and "%25" not in path


@pytest.mark.parametrize("address", ["", "x", "nonsense://x", "dingtalk://", "syslog://", "dbus://", "ftp://a/b"])
def test_what_is_no_address_is_refused_at_once(address: str) -> None:
    with pytest.raises(AddressUnread) as refused:
        Robot(address)
    assert not str(refused.value)


def test_a_missing_extra_is_said_clearly(monkeypatch: pytest.MonkeyPatch) -> None:
    class NoApprise:
        @staticmethod
        def find_spec(name: str, path: object = None, target: object = None) -> object:
            return None if name == "apprise" else PathFinder.find_spec(name, path)  # type: ignore[arg-type]

    for name in [name for name in sys.modules if name.split(".")[0] == "apprise"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [NoApprise])
    with pytest.raises(RobotsMissing, match="apprise"):
        Robot("json://127.0.0.1/x")


async def test_no_address_in_a_log_a_repr_or_a_trace(
    other: OtherSide, quick: None, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    said = io.StringIO()
    monkeypatch.setattr(sys, "stderr", said)
    set_up_logging("DEBUG")
    logging.getLogger().setLevel(logging.DEBUG)
    shown = []
    try:
        for behaviour in ("200", "404", "500", "drop", "silent"):
            other.behaviour = behaviour
            speaker = Robot(other.address)
            shown += [repr(speaker), str(speaker), repr(await speaker.send("x"))]
        gone = Robot(f"json://127.0.0.1:{_free_port()}/{TOKEN}")
        shown += [repr(await gone.send("x"))]
        for unread in (f"dingtalk://{TOKEN}!/", f"nonsense://{TOKEN}"):
            with pytest.raises(AddressUnread) as refused:
                Robot(unread)
            shown += [repr(refused.value)]
    finally:
        logging.basicConfig(level=logging.WARNING, force=True)
        structlog.reset_defaults()
    out, err = capfd.readouterr()
    assert TOKEN not in said.getvalue() + out + err + "".join(shown)
    assert robot_answers.STATUS.search("error=404.")
