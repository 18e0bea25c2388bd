"""专线 — answers in any pieces, connections used again only when that is safe, nobody given another's answer."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram.error import NetworkError, TimedOut

from outreach.delivery.telegram.line import Line
from outreach.delivery.telegram.mishaps import AnswerBroken, AnswerTooLarge, NeverSent
from outreach.delivery.telegram.reading import HEAD_LIMIT, Answer

LIMIT = 1000
BODY = b'{"ok":true}'


def head(*fields: str, status: str = "HTTP/1.1 200 OK") -> bytes:
    return "\r\n".join([status, *fields, "", ""]).encode()


SIZED = f"Content-Length: {len(BODY)}"
PACKED = gzip.compress(BODY)
IN_PARTS = b'5\r\n{"ok"\r\n6;x=y\r\n:true}\r\n0\r\n\r\n'
WHOLE: dict[str, tuple[bytes, bool]] = {
    "by length": (head("content-length:11") + BODY, True),
    "an interim answer first": (b"HTTP/1.1 100 Continue\r\n\r\n" + head(SIZED) + BODY, True),
    "a length said twice alike": (head(SIZED, SIZED) + BODY, True),
    "to be closed": (head(SIZED, "Connection: Close") + BODY, False),
    "of old": (head(SIZED, status="HTTP/1.0 200 OK") + BODY, False),
    "of old, to be kept": (head(SIZED, "Connection: keep-alive", status="HTTP/1.0 200 OK") + BODY, True),
    "in parts": (head("Transfer-Encoding: chunked") + IN_PARTS, True),
    "in parts, with a length beside": (head("Transfer-Encoding: chunked", "Content-Length: 3") + IN_PARTS, False),
    "compressed": (head(f"Content-Length: {len(PACKED)}", "Content-Encoding: gzip") + PACKED, True),
}
BROKEN: dict[str, bytes] = {
    "two lengths": head(SIZED, "Content-Length: 12") + BODY,
    "no number": head("Content-Length: +11") + BODY,
    "transferred somehow": head("Transfer-Encoding: gzip, chunked") + IN_PARTS,
    "a part without a length": head("Transfer-Encoding: chunked") + b"zz" * 40,
    "a part longer than it says": head("Transfer-Encoding: chunked") + b"1\r\n{}\r\n",
    "another protocol": b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n",
    "a head without end": head("X: " + "a" * HEAD_LIMIT),
    "no gzip": head(SIZED, "Content-Encoding: gzip") + BODY,
    "gzip cut short": head("Content-Length: 20", "Content-Encoding: gzip") + PACKED[:20],
}
OVER: dict[str, bytes] = {
    "by length": head(f"Content-Length: {LIMIT + 1}"),
    "in parts": head("Transfer-Encoding: chunked") + b"300\r\n" + bytes(0x300) + b"\r\n300\r\n",
    "until it ends": head() + bytes(LIMIT + 1),
    "a bomb": head(f"Content-Length: {len(gzip.compress(bytes(LIMIT + 1)))}", "Content-Encoding: gzip")
    + gzip.compress(bytes(LIMIT + 1)),
}


def read(said: bytes, cuts: list[int]) -> Answer:
    """An answer that comes in pieces, cut at these places."""
    answer, at = Answer(LIMIT), 0
    for cut in [*sorted({cut % len(said) for cut in cuts}), len(said)]:
        is_whole = answer.feed(said[at:cut]) if cut > at else False
        assert is_whole == (cut == len(said)), said[:cut]
        at = cut
    return answer


@pytest.mark.parametrize("name", WHOLE)
@given(st.lists(st.integers(0, 10_000), max_size=12))
@settings(max_examples=40, deadline=None)
def test_an_answer_is_whole_with_its_last_byte_however_it_is_cut(name: str, cuts: list[int]) -> None:
    said, keeps = WHOLE[name]
    answer = read(said, cuts)
    assert (answer.status, answer.body, answer.keeps) == (200, BODY, keeps)


def test_an_answer_without_a_length_is_whole_when_the_other_side_has_ended() -> None:
    answer = Answer(LIMIT)
    assert not answer.feed(head() + BODY[:3]) and not answer.feed(BODY[3:]) and answer.end()
    assert answer.body == BODY and not answer.keeps
    assert not Answer(LIMIT).end()


def test_what_follows_an_answer_costs_the_connection() -> None:
    answer = Answer(LIMIT)
    assert answer.feed(head(SIZED) + BODY + b"HTTP") and answer.body == BODY and not answer.keeps


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_whole_answer_is_none(name: str) -> None:
    with pytest.raises(AnswerBroken):
        Answer(LIMIT).feed(BROKEN[name])


@pytest.mark.parametrize("name", OVER)
def test_an_answer_over_the_bound_is_given_up(name: str) -> None:
    with pytest.raises(AnswerTooLarge):
        Answer(LIMIT).feed(OVER[name])


Serve = Callable[[int, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def other_side(serve: Serve, connections: int = 5) -> AsyncIterator[tuple[Line, str]]:
    """A line and somebody at its other end, who is told the number of each connection, from 1."""
    opened = 0
    under_way: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal opened
        opened += 1
        task = asyncio.current_task()
        assert task is not None
        under_way.add(task)
        try:
            await serve(opened, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    line = Line(connections, 1.0, LIMIT, None)
    try:
        yield line, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/botTOKEN/sendMessage"
    finally:
        await line.close()
        server.close()
        await asyncio.gather(*under_way)


async def asked(reader: asyncio.StreamReader) -> bytes:
    top = await reader.readuntil(b"\r\n\r\n")
    length = next(int(row[15:]) for row in top.split(b"\r\n") if row.startswith(b"Content-Length:"))
    return await reader.readexactly(length)


async def echo(_: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        body = await asked(reader)
        writer.write(head(f"Content-Length: {len(body)}") + body)


async def test_each_is_given_the_answer_to_what_it_asked_over_few_connections() -> None:
    seen: set[int] = set()

    async def serve(number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.add(number)
        await echo(number, reader, writer)

    async with other_side(serve) as (line, url):
        bodies = [b"%d" % number for number in range(60)]
        answers = await asyncio.gather(*(line.post(url, body, 5) for body in bodies))
    assert answers == [(200, body) for body in bodies] and len(seen) <= 5


async def test_whoever_is_cancelled_leaves_no_answer_for_the_next() -> None:
    gate = asyncio.Event()

    async def serve(number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        body = await asked(reader)
        await gate.wait()
        writer.write(head(f"Content-Length: {len(body)}") + body)
        await echo(number, reader, writer)

    async with other_side(serve) as (line, url):
        first = asyncio.create_task(line.post(url, b"first", 5))
        await asyncio.sleep(0.05)
        first.cancel()
        gate.set()
        assert await line.post(url, b"second", 5) == (200, b"second")
        with pytest.raises(asyncio.CancelledError):
            await first


async def test_an_answer_that_comes_too_late_is_nobodys() -> None:
    async def serve(number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if number == 1:
            await asked(reader)
            await asyncio.sleep(0.3)
            writer.write(head("Content-Length: 4") + b"late")
        await echo(number, reader, writer)

    async with other_side(serve) as (line, url):
        with pytest.raises(TimedOut):
            await line.post(url, b"first", 0.1)
        assert await line.post(url, b"second", 5) == (200, b"second")
        await asyncio.sleep(0.3)
        assert await line.post(url, b"third", 5) == (200, b"third")


async def test_what_is_said_unasked_costs_the_connection_and_is_not_taken_for_an_answer() -> None:
    async def serve(number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        body = await asked(reader)
        writer.write(head(f"Content-Length: {len(body)}") + body)
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.write(head("Content-Length: 5") + b"wrong")
        await reader.read()

    async with other_side(serve) as (line, url):
        assert await line.post(url, b"one", 5) == (200, b"one")
        await asyncio.sleep(0.1)
        assert await line.post(url, b"two", 5) == (200, b"two")


async def test_a_connection_that_was_ended_meanwhile_is_not_used_again() -> None:
    async def serve(_: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        body = await asked(reader)
        writer.write(head(f"Content-Length: {len(body)}") + body)

    async with other_side(serve) as (line, url):
        for body in (b"one", b"two", b"three"):
            assert await line.post(url, body, 5) == (200, body)
            await asyncio.sleep(0.05)


async def test_lost_before_the_answer_is_not_the_same_as_never_sent() -> None:
    async def serve(_: int, reader: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        await asked(reader)

    async with other_side(serve) as (line, url):
        with pytest.raises(NetworkError) as lost:
            await line.post(url, b"one", 5)
        assert not isinstance(lost.value, NeverSent) and "TOKEN" not in repr(lost.value)
    with pytest.raises(NeverSent):
        await Line(1, 1.0, LIMIT, None).post(url, b"two", 5)
