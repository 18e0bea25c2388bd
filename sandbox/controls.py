"""操纵台 — /sandbox/*: state and ledger to look at, faults, redelivery, injected updates, limits, hints."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from sandbox import shown
from sandbox.exchange import Exchange
from sandbox.faults import Fault
from sandbox.people import BadAsk, needed, read_json

JSON = dict[str, Any]


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def _chat_in(update: Any) -> JSON | None:
    """The first chat an injected update speaks of, if any."""
    if not isinstance(update, dict):
        return None
    for content in update.values():
        if isinstance(content, dict):
            for holder in (content, content.get("message")):
                if isinstance(holder, dict) and isinstance(holder.get("chat"), dict):
                    chat: JSON = holder["chat"]
                    return chat
    return None


class Controls:
    """Routes that no real Telegram has."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange

    async def state(self, request: web.Request) -> web.Response:
        return web.json_response(shown.state(self.exchange.world, self.exchange.events.seq), dumps=_dumps)

    async def file(self, request: web.Request) -> web.Response:
        file_id = request.match_info["file_id"]
        record = self.exchange.files.find(file_id)
        if record is None:
            raise web.HTTPNotFound(text='{"error":"there is no such file"}', content_type="application/json")
        content = await self.exchange.files.read(file_id)
        is_picture = record["kind"] == "photo" and record["width"]
        mime = record["mime"] if is_picture and record["mime"].startswith("image/") else "application/octet-stream"
        if record["mime"] in ("application/pdf", "image/png", "image/jpeg", "image/webp"):
            mime = record["mime"]
        response = web.Response(body=content, content_type=mime if mime != "image/svg+xml" else "text/plain")
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "private, max-age=86400"
        if not is_picture:
            name = record["name"].encode("ascii", "replace").decode().replace('"', "'").replace("\n", " ")
            response.headers["Content-Disposition"] = f'inline; filename="{name}"'
        return response

    async def ledger(self, request: web.Request) -> web.Response:
        """Accepted calls after number `after`; `?refused=1` gives the last thousand refused ones."""
        if request.query.get("refused"):
            return web.json_response(list(self.exchange.refused), dumps=_dumps)
        after = int(request.query["after"]) if request.query.get("after", "").isdecimal() else 0
        return web.json_response(self.exchange.world.ledger[after:], dumps=_dumps)

    async def pending(self, request: web.Request) -> web.Response:
        webhook = {key: value for key, value in self.exchange.world.webhook.items() if key != "secret"}
        pusher = self.exchange.pusher
        if webhook and pusher is not None and pusher.last_error:
            webhook["last_error_date"], webhook["last_error_message"] = pusher.last_error
        waiting = self.exchange.updates.pending
        first = [pending.update_id for _, pending in zip(range(100), waiting.values(), strict=False)]
        return web.json_response({"count": len(waiting), "webhook": webhook, "update_ids": first}, dumps=_dumps)

    async def faults(self, request: web.Request) -> web.Response:
        return web.json_response({"faults": [fault.as_table() for fault in self.exchange.faults.rules]})

    async def add_fault(self, request: web.Request) -> web.Response:
        try:
            fault = Fault.read(await read_json(request))
        except TypeError as wrong:
            raise BadAsk(str(wrong)) from None
        self.exchange.faults.rules.append(fault)
        return web.json_response(fault.as_table())

    async def clear_faults(self, request: web.Request) -> web.Response:
        self.exchange.faults.rules.clear()
        return web.json_response({"faults": []})

    async def redeliver(self, request: web.Request) -> web.Response:
        update_id = needed(await read_json(request), "update_id", int)
        past = self.exchange.updates.past.get(update_id)
        if past is None:
            raise web.HTTPNotFound(text='{"error":"no such acknowledged update"}', content_type="application/json")
        lane, raw = past
        self.exchange.inject(json.loads(raw), lane, is_odd=True)
        return web.json_response({"update_id": update_id})

    async def raw(self, request: web.Request) -> web.Response:
        """Inject anything; an object without update_id gets the next one, a new chat becomes known."""
        body = await read_json(request)
        if "update" not in body:
            raise BadAsk("update must be given")
        update, is_odd = body["update"], True
        if isinstance(update, dict) and "update_id" not in update:
            update, is_odd = {"update_id": self.exchange.updates.next_id, **update}, False
        chat = _chat_in(update)
        lane = str(chat.get("id")) if chat else "raw"
        if chat and isinstance(chat.get("id"), int) and chat["id"] not in self.exchange.world.chats:
            self.exchange.commit({"t": "group", "face": chat})
        self.exchange.inject(update, lane, is_odd=is_odd)
        return web.json_response({"update_id": update.get("update_id") if isinstance(update, dict) else None})

    async def hints(self, request: web.Request) -> web.Response:
        hints = needed(await read_json(request), "hints", list)
        self.exchange.commit({"t": "hints", "hints": hints})
        self.exchange.events.emit("hints", None, hints=hints)
        return web.json_response({"hints": hints})

    async def limits(self, request: web.Request) -> web.Response:
        """POST {"on": true}: keep Telegram's real pace from now on."""
        self.exchange.limits.is_on = bool((await read_json(request)).get("on"))
        return web.json_response({"on": self.exchange.limits.is_on})


def routes(controls: Controls) -> list[web.RouteDef]:
    """What to add to the application."""
    return [
        web.get("/sandbox/state", controls.state),
        web.get("/sandbox/events", controls.exchange.events.stream),
        web.get("/sandbox/files/{file_id}", controls.file),
        web.get("/sandbox/ledger", controls.ledger),
        web.get("/sandbox/pending", controls.pending),
        web.get("/sandbox/faults", controls.faults),
        web.post("/sandbox/faults", controls.add_fault),
        web.delete("/sandbox/faults", controls.clear_faults),
        web.post("/sandbox/redeliver", controls.redeliver),
        web.post("/sandbox/raw", controls.raw),
        web.put("/sandbox/hints", controls.hints),
        web.post("/sandbox/limits", controls.limits),
    ]
