"""传输 — bounded in every phase, sure of what was never sent, silent about the token; by hand or by the framework."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import socket
import time
import traceback
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from telegram import Bot
from telegram.error import RetryAfter

from bot.settings import read_settings
from bot.wiring import make_bot
from outreach.delivery.outcomes import Kind, Outcome
from outreach.delivery.pacing import Pacer
from outreach.delivery.refusals import REFUSALS
from outreach.delivery.telegram.gateway import Attachment, Gateway, classify
from outreach.delivery.telegram.mishaps import NeverSent
from outreach.delivery.telegram.transport import AiohttpRequest

CANARY = "987654321:CANARY-TOKEN-do-not-say-this"
Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def _asked(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    return head + await reader.readexactly(length)


def _says(status: int, body: bytes, *more: str, length: int | None = None) -> Answer:
    lines = [f"HTTP/1.1 {status} X", "Content-Type: application/json", "Connection: close", *more]
    lines.append(f"Content-Length: {len(body) if length is None else length}")

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _asked(reader)
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await writer.drain()

    return answer


async def _closes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _asked(reader)


async def _hangs(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _asked(reader)
    await reader.read()


async def _drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _asked(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        writer.write(b" ")
        await asyncio.sleep(0.05)


async def _floods(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _asked(reader)
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(800):
        writer.write(b" " * 65_536)
        await writer.drain()


async def _resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _asked(reader)
    writer.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    writer.transport.abort()


# Three hundred megabytes of nothing.
BOMB = gzip.compress(bytes(300_000_000), 1)


@asynccontextmanager
async def _side(answer: Answer, total_seconds: float = 0.8) -> AsyncIterator[Bot]:
    """A bot, and somebody at Telegram's address who answers like that and then closes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    request = AiohttpRequest(total_seconds=total_seconds, connect_seconds=total_seconds)
    base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield Bot(CANARY, base_url=f"{base}/bot", base_file_url=f"{base}/file/bot", request=request)
    finally:
        await request.shutdown()
        server.close()


async def _both_ways(bot: Bot) -> tuple[Outcome, Outcome]:
    by_hand = await Gateway(bot).send(7, "one", "[]", None)
    try:
        message = await bot.send_message(7, "one")
    except Exception as fault:
        return by_hand, classify(fault)
    return by_hand, Outcome(Kind.SENT, message_id=message.message_id)


def _refusal(code: int, words: str, **parameters: object) -> Answer:
    body = {"ok": False, "error_code": code, "description": words}
    return _says(code, json.dumps(body | ({"parameters": parameters} if parameters else {})).encode())


MESSAGE = {"message_id": 5, "date": 0, "chat": {"id": 7, "type": "private", "first_name": "x"}, "text": "one"}
SENT = json.dumps({"ok": True, "result": MESSAGE}).encode()
ANSWERS: dict[str, tuple[Answer, Outcome]] = {
    **{
        f"{line.code} {line.sign}": (
            _refusal(line.code, line.sign.capitalize() or "No"),
            Outcome(line.kind, line.reason),
        )
        for line in REFUSALS
    },
    "sent": (_says(200, SENT), Outcome(Kind.SENT, message_id=5)),
    "sent, packed": (_says(200, gzip.compress(SENT), "Content-Encoding: gzip"), Outcome(Kind.SENT, message_id=5)),
    "429": (_refusal(429, "Too Many Requests", retry_after=7), Outcome(Kind.FLOOD, seconds=7.0)),
    "429 in words": (_refusal(429, "Too Many Requests", retry_after="7"), Outcome(Kind.FLOOD, seconds=7.0)),
    "429 of nothing": (
        _refusal(429, "Too Many Requests", retry_after=-1),
        Outcome(Kind.FLOOD, seconds=30.0, is_untold=True),
    ),
    "429 alone": (_refusal(429, "Too Many Requests"), Outcome(Kind.FLOOD, seconds=30.0, is_untold=True)),
    "429 page": (_says(429, b"<html>slow down</html>"), Outcome(Kind.FLOOD, seconds=30.0, is_untold=True)),
    "moved": (_refusal(400, "upgraded", migrate_to_chat_id=-100), Outcome(Kind.MIGRATED, chat_id=-100)),
    **{f"{code}": (_refusal(code, "Oh"), Outcome(Kind.AMBIGUOUS, "no_answer")) for code in (500, 502, 503, 504)},
    "502 page": (_says(502, b"<html>"), Outcome(Kind.AMBIGUOUS, "no_answer")),
    "403 page": (_says(403, b"<html>"), Outcome(Kind.NOT_SENT, "not_connected")),
    "200 page": (_says(200, b"<html>"), Outcome(Kind.AMBIGUOUS, "unreadable_answer")),
    "200 empty": (_says(200, b""), Outcome(Kind.AMBIGUOUS, "unreadable_answer")),
    "200 array": (_says(200, b"[]"), Outcome(Kind.AMBIGUOUS, "unreadable_answer")),
    "200 half": (_says(200, SENT[:40]), Outcome(Kind.AMBIGUOUS, "unreadable_answer")),
    "200 not ok": (_says(200, b'{"ok":false}'), Outcome(Kind.AMBIGUOUS, "unreadable_answer")),
    "200 cut short": (_says(200, SENT, length=len(SENT) + 9), Outcome(Kind.AMBIGUOUS, "no_answer")),
    "closes": (_closes, Outcome(Kind.AMBIGUOUS, "no_answer")),
    "resets": (_resets, Outcome(Kind.AMBIGUOUS, "no_answer")),
    "hangs": (_hangs, Outcome(Kind.AMBIGUOUS, "no_answer")),
    "drips": (_drips, Outcome(Kind.AMBIGUOUS, "no_answer")),
    "50 MB": (_floods, Outcome(Kind.AMBIGUOUS, "no_answer")),
    "says 50 MB": (_says(200, b"{", length=50_000_000), Outcome(Kind.AMBIGUOUS, "no_answer")),
    "bomb": (_says(200, BOMB, "Content-Encoding: gzip"), Outcome(Kind.AMBIGUOUS, "no_answer")),
    "no packing": (_says(200, b"{}", "Content-Encoding: gzip"), Outcome(Kind.AMBIGUOUS, "no_answer")),
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_every_line_means_the_same_by_hand_and_by_the_framework(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer, outcome = ANSWERS[name]
    began = time.monotonic()
    async with _side(answer) as bot:
        # Made before, since the framework itself tells its debug log where it calls.
        caplog.set_level(logging.DEBUG)
        assert await _both_ways(bot) == (outcome, outcome)
        said = await _everything_said(bot)
    # Each of three sends was over when its time was.
    assert time.monotonic() - began < 8
    assert "CANARY" not in said + caplog.text


async def _everything_said(bot: Bot) -> str:
    """Whatever could be printed of a fault: its words, its causes, its traceback, and of who held the token."""
    words = [repr(Gateway(bot)), repr(bot.request), repr(Gateway(bot)._bot.request.__dict__)]
    try:
        await bot.send_message(7, "one")
    except Exception as fault:
        words.extend(traceback.format_exception(fault))
        at: BaseException | None = fault
        while at is not None:
            words += [repr(at), str(at), repr(at.__dict__)]
            at = at.__cause__ or at.__context__
    return "\n".join(words)


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_what_never_had_a_connection_was_never_sent(scheme: str) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        base = f"{scheme}://127.0.0.1:{nobody.getsockname()[1]}/bot"
    request = AiohttpRequest(total_seconds=1)
    bot = Bot(CANARY, base_url=base, request=request)
    assert await _both_ways(bot) == (Outcome(Kind.NOT_SENT, "not_connected"),) * 2
    assert "CANARY" not in await _everything_said(bot)
    await request.shutdown()


async def test_encryption_that_cannot_be_agreed_on_sent_nothing() -> None:
    async with _side(_hangs) as bot:
        # The other side speaks plainly, or not at all: no handshake, no send.
        bot._base_url = bot.base_url.replace("http://", "https://")
        assert await Gateway(bot).send(7, "one", "[]", None) == Outcome(Kind.NOT_SENT, "not_connected")


async def test_who_waited_in_vain_for_a_free_connection_sent_nothing() -> None:
    async with _side(_hangs) as held:
        request = AiohttpRequest(1, total_seconds=1.0, connect_seconds=0.3)
        gateway = Gateway(Bot(CANARY, base_url=held.base_url.removesuffix(CANARY), request=request))
        first, second = await asyncio.gather(*(gateway.send(chat, "one", "[]", None) for chat in (1, 2)))
        assert first == Outcome(Kind.AMBIGUOUS, "no_answer")
        assert second == Outcome(Kind.NOT_SENT, "not_connected")
        await request.shutdown()


@pytest.mark.parametrize("name", ["bomb", "50 MB"])
async def test_an_answer_without_end_takes_little_memory(name: str) -> None:
    async with _side(ANSWERS[name][0], 5) as bot:
        tracemalloc.start()
        outcome = await Gateway(bot).send(7, "one", "[]", None)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert outcome == Outcome(Kind.AMBIGUOUS, "no_answer") and peak < 8_000_000


@pytest.mark.parametrize("text", ['say "no" \\ \n\x07', "安全 😀 <b>x</b>", "half \ud83d"])
async def test_a_body_made_by_hand_says_what_was_meant(text: str) -> None:
    bodies: list[dict[str, object]] = []

    async def keeps(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        bodies.append(json.loads((await _asked(reader)).partition(b"\r\n\r\n")[2].decode("utf-8", "surrogatepass")))
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(SENT) + SENT)
        await writer.drain()

    buttons = json.dumps([[["知道了", "ack:1"], ['"', "x"]], [["b", "y"]]])
    markup = {"inline_keyboard": [
        [{"text": "知道了", "callback_data": "ack:1"}, {"text": '"', "callback_data": "x"}],
        [{"text": "b", "callback_data": "y"}],
    ]}  # fmt: skip
    async with _side(keeps) as bot:
        gateway = Gateway(bot)
        await gateway.send(-7, text, buttons, None)
        await gateway.send(7, text, "[]", None, "photo", 'a"b')
        await gateway.edit(7, 9, text, buttons, is_caption=False)
        await gateway.edit(7, 9, text, "[]", is_caption=True)
    html = {"parse_mode": "HTML"}
    plain = {"link_preview_options": {"is_disabled": True}}
    assert bodies == [
        {"chat_id": -7, "text": text, "reply_markup": markup} | html | plain,
        {"chat_id": 7, "photo": 'a"b', "caption": text} | html,
        {"chat_id": 7, "message_id": 9, "text": text, "reply_markup": markup} | html | plain,
        {"chat_id": 7, "message_id": 9, "caption": text} | html,
    ]


async def test_a_file_goes_as_a_form() -> None:
    asked: list[bytes] = []

    async def keeps(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        asked.append(head + await reader.readuntil(b"--\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(SENT) + SENT)
        await writer.drain()

    async with _side(keeps) as bot:
        outcome = await Gateway(bot).send(7, "看", '[[["b","y"]]]', Attachment("记录.pdf", b"%PDF-1"))
    assert outcome == Outcome(Kind.SENT, message_id=5)
    form = asked[0]
    assert b"multipart/form-data" in form and b"%PDF-1" in form and 'filename="记录.pdf"'.encode() in form
    assert b'{"inline_keyboard":[[{"text":"b","callback_data":"y"}]]}' in form and b"application/pdf" in form


async def test_a_reply_has_its_turn_and_a_chat_that_was_slowed_down_is_left_alone() -> None:
    turns: list[tuple[int, bool, bool]] = []

    class Counting(Pacer):
        async def wait(self, chat_id: int = 0, *, is_reply: bool = False, is_edit: bool = False) -> None:
            turns.append((chat_id, is_reply, is_edit))

    async with _side(_refusal(429, "Too Many Requests", retry_after=60)) as held:
        request = AiohttpRequest(total_seconds=1, pacer=Counting(30))
        bot = Bot(CANARY, base_url=held.base_url.removesuffix(CANARY), request=request)
        asks: tuple[Callable[[], Awaitable[object]], ...] = (
            lambda: bot.send_message(7, "a"), lambda: bot.edit_message_text("a", 8, 9), lambda: bot.get_chat(7),
        )  # fmt: skip
        for ask in asks:
            with pytest.raises(RetryAfter):
                await ask()
        with pytest.raises(NeverSent):
            await bot.send_message(7, "b")
        await Gateway(bot).send(9, "by hand", "[]", None)
        await request.shutdown()
    # What is no message has no turn; nobody waits a minute for an answer, so the last was not even tried.
    assert turns == [(7, True, False), (8, True, True)]


async def test_the_bot_does_not_say_its_token_when_printed() -> None:
    assert "CANARY" not in repr(make_bot(read_settings(bot_token=CANARY, _env_file=None)))
