"""线路 — /bot<token>/<method> and /file/bot<token>/<path>: what python-telegram-bot talks to."""

from __future__ import annotations

import inspect
import json
import logging
from typing import Any

from aiohttp import web

from sandbox.apierror import ApiError, bad_request, not_found
from sandbox.exchange import Exchange
from sandbox.faults import Fault
from sandbox.methods import METHODS
from sandbox.methods.receiving import RawResult
from sandbox.parameters import Parameters, Upload

JSON = dict[str, Any]
LARGEST_BODY = 64 * 1024 * 1024
_dumps = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode
_log = logging.getLogger(__name__)


async def read_parameters(request: web.Request) -> Parameters:
    """Query string and body together, whichever way the client sent them; raises 400 or 413."""
    values: JSON = dict(request.query)
    uploads: dict[str, Upload] = {}
    kind = request.content_type
    if request.method != "POST" or not request.can_read_body:
        return Parameters(values)
    try:
        if kind == "application/json":
            body = json.loads(await request.read() or b"{}")
            if not isinstance(body, dict):
                raise bad_request("can't parse JSON object")
            values.update(body)
        else:
            for name, value in (await request.post()).items():
                if isinstance(value, web.FileField):
                    uploads[name] = Upload(value.filename, value.content_type, value.file.read())
                elif isinstance(value, (bytes, bytearray)):
                    values[name] = value.decode("utf-8", "surrogateescape")
                else:
                    values[name] = value
    except web.HTTPRequestEntityTooLarge:
        raise ApiError(413, "Request Entity Too Large") from None
    except (ValueError, RecursionError):
        raise bad_request("can't parse request body") from None
    return Parameters(values, uploads)


class Wire:
    """The Bot API of one exchange over HTTP."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One call, answered as the Bot API answers, unless a fault says otherwise."""
        try:
            name, parameters = await self._admit(request)
        except ApiError as refusal:
            return self._respond(refusal.code, _dumps(refusal.as_answer()).encode())
        fault = self.exchange.faults.match(name, parameters.integer("chat_id") or None)
        if fault is not None and not fault.is_after:
            injected = fault.refusal()
            if injected is not None:
                self._refused(name, parameters, injected)
                return self._respond(injected.code, _dumps(injected.as_answer()).encode())
            if fault.plain != "slow":
                return await self.exchange.faults.answer(fault, request, b"{}")
            await self.exchange.faults.answer(fault, request, b"")
        status, body = await self.call(name, parameters)
        if fault is not None and fault.is_after:
            return await self._spoil(fault, request, body)
        return self._respond(status, body)

    async def _admit(self, request: web.Request) -> tuple[str, Parameters]:
        if request.match_info["token"] != self.exchange.token:
            raise ApiError(401, "Unauthorized")
        if request.method not in ("GET", "POST"):
            raise ApiError(405, "Method Not Allowed")
        entry = METHODS.get(request.match_info["method"].lower())
        if entry is None:
            raise not_found()
        return entry[0], await read_parameters(request)

    async def _spoil(self, fault: Fault, request: web.Request, body: bytes) -> web.Response:
        refusal = fault.refusal()
        if refusal is not None:
            return self._respond(refusal.code, _dumps(refusal.as_answer()).encode())
        return await self.exchange.faults.answer(fault, request, body)

    async def call(self, name: str, parameters: Parameters) -> tuple[int, bytes]:
        """Carry out a method and note it in the ledger; the HTTP status and the body of the answer."""
        try:
            result = METHODS[name.lower()][1](self.exchange, parameters)
            if inspect.iscoroutine(result):
                result = await result
        except ApiError as refusal:
            self._refused(name, parameters, refusal)
            return refusal.code, _dumps(refusal.as_answer()).encode()
        except Exception:
            _log.exception("the sandbox failed in %s", name)
            return 500, b'{"ok":false,"error_code":500,"description":"Internal Server Error"}'
        if name != "getUpdates":
            self._accepted(name, parameters, result)
        text = result.text if isinstance(result, RawResult) else _dumps(result)
        return 200, f'{{"ok":true,"result":{text}}}'.encode()

    async def execute(self, asked: JSON) -> None:
        """Carry out a method that a webhook answered with; nobody hears the result."""
        entry = METHODS.get(str(asked["method"]).lower())
        if entry is not None:
            await self.call(entry[0], Parameters({key: value for key, value in asked.items() if key != "method"}))

    def _accepted(self, name: str, parameters: Parameters, result: Any) -> None:
        first = result[0] if isinstance(result, list) and result else result
        self.exchange.commit(
            {
                "t": "call",
                "call": {
                    "n": len(self.exchange.world.ledger) + 1,
                    "method": name,
                    "chat_id": parameters.integer("chat_id") or None,
                    "parameters": parameters.for_ledger(),
                    "at": self.exchange.clock().isoformat(timespec="milliseconds"),
                    "message_id": first.get("message_id") if isinstance(first, dict) else None,
                },
            }
        )

    def _refused(self, name: str, parameters: Parameters, refusal: ApiError) -> None:
        self.exchange.refused.append(
            {
                "method": name,
                "chat_id": parameters.integer("chat_id") or None,
                "error_code": refusal.code,
                "description": refusal.description,
                "parameters": parameters.for_ledger(),
                "at": self.exchange.clock().isoformat(timespec="milliseconds"),
            }
        )

    @staticmethod
    def _respond(status: int, body: bytes) -> web.Response:
        return web.Response(status=status, body=body, content_type="application/json")

    async def file(self, request: web.Request) -> web.StreamResponse:
        """A download; the fault method for it is "downloadFile"."""
        if request.match_info["token"] != self.exchange.token:
            return self._respond(401, _dumps(ApiError(401, "Unauthorized").as_answer()).encode())
        file_id = self.exchange.files.behind(request.match_info["path"], self.exchange.now())
        fault = self.exchange.faults.match("downloadFile", None)
        refusal = fault.refusal() if fault is not None else None
        if file_id is None:
            refusal = not_found()
        if refusal is not None or file_id is None:
            refusal = refusal or not_found()
            return self._respond(refusal.code, _dumps(refusal.as_answer()).encode())
        content = await self.exchange.files.read(file_id)
        if fault is not None:
            return await self.exchange.faults.answer(fault, request, content)
        return web.Response(body=content, content_type="application/octet-stream")


def routes(wire: Wire) -> list[web.RouteDef]:
    """What to add to the application."""
    return [
        web.route("*", "/bot{token}/{method}", wire.handle),
        web.get("/file/bot{token}/{path:.+}", wire.file),
    ]
