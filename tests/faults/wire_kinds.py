"""线路故障 — every way in which a call can come back, and what each means by the table of RELIABILITY, as data."""

from __future__ import annotations

import asyncio
import gzip
import json
from dataclasses import dataclass
from enum import StrEnum

from tests.faults.scripted_wire import CRLF, Exchange, Script, head

LARGE = 50_000_000
PAGE = b"<html><head><title>Not what you asked for</title></head><body><h1>Go away</h1></body></html>"
BOMB = gzip.compress(bytes(LARGE), 1)
DAY = 86_400
DRIP_SECONDS = 0.05


class Meaning(StrEnum):
    """The lines of the classification table; a page refused by somebody on the way never reached Telegram."""

    SENT = "sent"
    NOT_SENT = "not sent"
    AMBIGUOUS = "ambiguous"
    FLOOD = "not sent, pause"
    MIGRATED = "not sent, moved"
    GONE = "permanent, contact"
    CONTENT = "permanent, content"
    TOKEN = "configuration"
    CONFLICT = "two pollers"


@dataclass(frozen=True, slots=True)
class WireKind:
    """One fault. seconds: how long the pause of a flood must be; is_slow: it lasts until the caller gives up."""

    name: str
    meaning: Meaning
    script: Script
    seconds: float = 0.0
    is_slow: bool = False


def says(status: int, description: str, **parameters: object) -> Script:
    """An answer of the Bot API in its own words."""
    told: dict[str, object] = {"ok": False, "error_code": status, "description": description}
    if parameters:
        told["parameters"] = parameters
    return page(status, json.dumps(told).encode(), "application/json")


def page(status: int, body: bytes = PAGE, kind: str = "text/html", *more: str) -> Script:
    """A whole answer with any body; the call is not carried out."""

    async def script(on: Exchange) -> None:
        await on.answer(status, body, kind, *more)

    return script


def raw(data: bytes) -> Script:
    """These bytes, then the end of the connection; the call is not carried out."""

    async def script(on: Exchange) -> None:
        await on.write(data)
        on.hang_up()

    return script


def flood(asked: object) -> Script:
    return says(429, f"Too Many Requests: retry after {asked}", retry_after=asked)


async def refused(on: Exchange) -> None:
    """Reached only by a connection that was open before."""
    on.reset()


async def reset_at_once(on: Exchange) -> None:
    on.reset()


async def hung_up_at_once(on: Exchange) -> None:
    on.hang_up()


async def silent(on: Exchange) -> None:
    await on.stand_still()


async def taken_and_silent(on: Exchange) -> None:
    await on.forward()
    await on.stand_still()


async def taken_and_hung_up(on: Exchange) -> None:
    await on.forward()
    on.hang_up()


async def taken_and_reset(on: Exchange) -> None:
    await on.forward()
    on.reset()


async def taken_and_reset_after_head(on: Exchange) -> None:
    top, _ = await on.forward()
    await on.write(top)
    await asyncio.sleep(DRIP_SECONDS)
    on.reset()


async def taken_and_cut(on: Exchange) -> None:
    top, body = await on.forward()
    await on.write(top + body[: len(body) // 2])
    on.hang_up()


async def taken_and_shortened(on: Exchange) -> None:
    _, body = await on.forward()
    await on.answer(200, body[: len(body) // 2])


async def taken_and_failed(on: Exchange) -> None:
    await on.forward()
    await on.answer(
        500, b'{"ok":false,"error_code":500,"description":"Internal Server Error: sent message was deleted"}'
    )


async def dripping(on: Exchange) -> None:
    top, body = await on.forward()
    on.is_over = True
    for byte in top + body:
        await on.write(bytes([byte]))
        await asyncio.sleep(DRIP_SECONDS)


async def vast(on: Exchange) -> None:
    await on.forward()
    await on.write(head(200, LARGE))
    on.is_over = True
    for _ in range(LARGE // 65_536):
        await on.write(bytes(65_536))


async def bomb(on: Exchange) -> None:
    await on.forward()
    await on.answer(200, BOMB, "application/json", "Content-Encoding: gzip")


async def no_gzip(on: Exchange) -> None:
    _, body = await on.forward()
    await on.answer(200, body, "application/json", "Content-Encoding: gzip")


async def wrong_type(on: Exchange) -> None:
    _, body = await on.forward()
    await on.answer(200, body, "text/html; charset=gb2312")


async def zipped(on: Exchange) -> None:
    _, body = await on.forward()
    await on.answer(200, gzip.compress(body), "application/json", "Content-Encoding: gzip")


async def endless_head(on: Exchange) -> None:
    await on.forward()
    await on.write(b"HTTP/1.1 200 OK\r\n" + b"X-Pad: " + b"a" * 100_000 + CRLF * 2)
    on.hang_up()


async def bad_chunk(on: Exchange) -> None:
    await on.forward()
    await on.write(head(200, None, "application/json", "Transfer-Encoding: chunked") + b"zz\r\n{}\r\n0\r\n\r\n")
    on.hang_up()


_A, _N, _F, _G, _C = Meaning.AMBIGUOUS, Meaning.NOT_SENT, Meaning.FLOOD, Meaning.GONE, Meaning.CONTENT
_OK = b'{"ok":true,"result":'

KINDS: tuple[WireKind, ...] = (
    WireKind("good answer in a wrong content type", Meaning.SENT, wrong_type),
    WireKind("good answer in gzip", Meaning.SENT, zipped),
    *(
        WireKind(f"429 for {asked!r}", _F, flood(asked), seconds)
        for asked, seconds in (
            (1, 1), (30, 30), (3_600, 3_600), (36_000, 36_000), (86_400, DAY), (0, 30), (-1, 30), ("7", 7),
            (10**12, DAY), (10**30, DAY), ("soon", 30), (None, 30), ([], 30),
        )
    ),
    WireKind("429 without parameters", _F, says(429, "Too Many Requests"), 30),
    WireKind("429 with odd parameters", _F, page(429, b'{"ok":false,"parameters":[7]}'), 30),
    WireKind("429 HTML", _F, page(429), 30),
    WireKind("429 empty", _F, page(429, b""), 30),
    *(WireKind(f"{status} JSON", _A, says(status, "Internal Server Error")) for status in (500, 502, 503, 504)),
    *(WireKind(f"{status} HTML", _A, page(status)) for status in (500, 502, 503, 504)),
    WireKind("599", _A, page(599, b"")),
    WireKind("500 empty", _A, page(500, b"")),
    WireKind("taken, then 500", _A, taken_and_failed),
    WireKind("200 empty", _A, page(200, b"")),
    WireKind("204", _A, page(204, b"")),
    WireKind("200 HTML", _A, page(200)),
    WireKind("200 ok:false", _A, page(200, b'{"ok":false,"description":"Internal Server Error"}')),
    WireKind("200 without a result", _A, page(200, b'{"ok":true}')),
    WireKind("200 of another shape", _A, page(200, _OK + b"[[7]]}")),
    WireKind("200 nested beyond reason", _A, page(200, _OK + b'{"a":' * 50_000)),
    WireKind("200 in no encoding", _A, page(200, b"\xff\xfe" * 40)),
    WireKind("302", _A, page(302, PAGE, "text/html", "Location: http://127.0.0.1:9/")),
    WireKind("taken, then cut by length", _A, taken_and_shortened),
    WireKind("taken, then cut in the body", _A, taken_and_cut),
    WireKind("taken, then 50 MB", _A, vast),
    WireKind("taken, then a gzip bomb", _A, bomb),
    WireKind("taken, then no gzip at all", _A, no_gzip),
    WireKind("taken, then an endless head", _A, endless_head),
    WireKind("taken, then a bad chunk", _A, bad_chunk),
    WireKind("not HTTP", _A, raw(b"220 mail.example ESMTP ready\r\n")),
    WireKind("RST before the head", _A, reset_at_once),
    WireKind("taken, then RST", _A, taken_and_reset),
    WireKind("taken, then RST after the head", _A, taken_and_reset_after_head),
    WireKind("hung up before the head", _A, hung_up_at_once),
    WireKind("taken, then hung up", _A, taken_and_hung_up),
    WireKind("half-open", _A, silent, is_slow=True),
    WireKind("taken, then no answer", _A, taken_and_silent, is_slow=True),
    WireKind("taken, then a slow drip", _A, dripping, is_slow=True),
    WireKind("connection refused", _N, refused),
    *(WireKind(f"a proxy's {status}", _N, page(status)) for status in (400, 403, 404, 407, 451)),
    WireKind("403 blocked", _G, says(403, "Forbidden: bot was blocked by the user")),
    WireKind("403 deactivated", _G, says(403, "Forbidden: user is deactivated")),
    WireKind("403 never started", _G, says(403, "Forbidden: bot can't initiate conversation with a user")),
    WireKind("403 kicked", _G, says(403, "Forbidden: bot was kicked from the supergroup chat")),
    WireKind("400 chat not found", _G, says(400, "Bad Request: chat not found")),
    WireKind("400 PEER_ID_INVALID", _G, says(400, "Bad Request: PEER_ID_INVALID")),
    WireKind("400 can't parse", _C, says(400, "Bad Request: can't parse entities: unsupported start tag")),
    WireKind("400 too long", _C, says(400, "Bad Request: message is too long")),
    WireKind("400 wrong file", _C, says(400, "Bad Request: wrong file identifier/HTTP URL specified")),
    WireKind("400 button", _C, says(400, "Bad Request: BUTTON_DATA_INVALID")),
    WireKind("400 thread", _C, says(400, "Bad Request: message thread not found")),
    WireKind("400 migrated", Meaning.MIGRATED,
             says(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=1004)),
    WireKind("401", Meaning.TOKEN, says(401, "Unauthorized")),
    WireKind("404", Meaning.TOKEN, says(404, "Not Found")),
    WireKind("409", Meaning.CONFLICT, says(409, "Conflict: terminated by other getUpdates request")),
)  # fmt: skip
REFUSED = "connection refused"
