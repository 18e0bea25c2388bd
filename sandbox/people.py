"""人物的手 — /sandbox/people/*: the page, a test or a journey acts for somebody."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from sandbox import acts, ballots, talk
from sandbox.cast import Person
from sandbox.exchange import Exchange
from sandbox.parameters import Upload

JSON = dict[str, Any]
_QUOTED = re.compile(r"(?:%[0-9A-F]{2}){2}")
Verb = Callable[[int, web.Request], Awaitable[JSON]]


class BadAsk(ValueError):
    """The request to the sandbox is not what its description says."""


async def read_json(request: web.Request) -> JSON:
    """The JSON object of a request, {} for an empty body; raises BadAsk."""
    try:
        body = json.loads(await request.read() or b"{}")
    except (ValueError, RecursionError):
        raise BadAsk("the body is not JSON") from None
    if not isinstance(body, dict):
        raise BadAsk("the body is not a JSON object")
    return body


def needed(body: JSON, name: str, kind: type) -> Any:
    """A field that must be there and of that kind; raises BadAsk."""
    value = body.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise BadAsk(f"{name} must be given, a {kind.__name__}")
    return value


def _plain(name: str) -> str:
    """A file name as the person sees it: some HTTP clients percent-encode it, browsers do not."""
    return unquote(name) if name.isascii() and _QUOTED.search(name) else name


async def _uploads(request: web.Request) -> tuple[list[Upload], str]:
    if not request.content_type.startswith("multipart/"):
        raise BadAsk("files come as multipart/form-data")
    fields = await request.post()
    uploads = [
        Upload(_plain(value.filename), value.content_type, value.file.read())
        for value in fields.values()
        if isinstance(value, web.FileField)
    ]
    caption = fields.get("caption", "")
    return uploads, caption if isinstance(caption, str) else ""


class People:
    """Routes of people; each answers JSON, an impossible act is 409, an unknown person 404."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange

    async def text(self, person: int, request: web.Request) -> JSON:
        body = await read_json(request)
        return acts.say(self.exchange, person, needed(body, "text", str), body.get("reply_to"))

    async def start(self, person: int, request: web.Request) -> JSON:
        return acts.start(self.exchange, person, str((await read_json(request)).get("payload") or ""))

    async def press(self, person: int, request: web.Request) -> JSON:
        return acts.press(self.exchange, person, await read_json(request))

    async def photo(self, person: int, request: web.Request) -> JSON:
        uploads, caption = await _uploads(request)
        return acts.photo(self.exchange, person, uploads, caption)

    async def document(self, person: int, request: web.Request) -> JSON:
        uploads, caption = await _uploads(request)
        if not uploads:
            raise BadAsk("there is no file")
        return acts.document(self.exchange, person, uploads[0], caption)

    async def location(self, person: int, request: web.Request) -> JSON:
        body = await read_json(request)
        return acts.location(self.exchange, person, body.get("latitude"), body.get("longitude"))

    async def contact(self, person: int, request: web.Request) -> JSON:
        return acts.contact(self.exchange, person, await read_json(request))

    async def vote(self, person: int, request: web.Request) -> JSON:
        body = await read_json(request)
        acts.person_of(self.exchange, person)
        message_id, options = needed(body, "message_id", int), needed(body, "options", list)
        return {"update_id": ballots.vote(self.exchange, person, message_id, options)}

    async def edit(self, person: int, request: web.Request) -> JSON:
        body = await read_json(request)
        return acts.edit(self.exchange, person, needed(body, "message_id", int), needed(body, "text", str))

    async def block(self, person: int, request: web.Request) -> JSON:
        return acts.block(self.exchange, person, True)

    async def unblock(self, person: int, request: web.Request) -> JSON:
        return acts.block(self.exchange, person, False)

    async def read(self, person: int, request: web.Request) -> JSON:
        return acts.read(self.exchange, person)

    async def talk(self, request: web.Request) -> web.Response:
        """GET: the golden transcript of one chat."""
        person, chat = acts.person_of(self.exchange, int(request.match_info["person"]))
        return transcript(talk.write(self.exchange.world, [chat]), person.username or str(person.id))

    async def all_talk(self, request: web.Request) -> web.Response:
        """GET: the golden transcripts of all chats in which something was said."""
        chats = [chat for chat in self.exchange.world.chats.values() if chat.talk]
        return transcript(talk.write(self.exchange.world, chats), "all")

    async def meet(self, request: web.Request) -> web.Response:
        """POST /sandbox/people {people: [...]}: make more people known, as tables of the cast file."""
        listed = needed(await read_json(request), "people", list)
        people = [Person.read(table) for table in listed]
        for person in people:
            self.exchange.commit({"t": "person", "person": person.as_table()})
        return web.json_response({"people": [person.id for person in people]})

    def act(self, verb: Verb) -> Callable[[web.Request], Awaitable[web.Response]]:
        """A handler of POST /sandbox/people/{person}/<verb>."""

        async def handler(request: web.Request) -> web.Response:
            return web.json_response(await verb(int(request.match_info["person"]), request))

        return handler


def transcript(text: str, name: str) -> web.Response:
    """A transcript as a download."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.talk"'}
    return web.Response(text=text, content_type="text/plain", charset="utf-8", headers=headers)


def routes(people: People) -> list[web.RouteDef]:
    """What to add to the application."""
    verbs = (
        people.text,
        people.start,
        people.press,
        people.photo,
        people.document,
        people.location,
        people.contact,
        people.vote,
        people.edit,
        people.block,
        people.unblock,
        people.read,
    )
    return [
        *(web.post(f"/sandbox/people/{{person:\\d+}}/{verb.__name__}", people.act(verb)) for verb in verbs),
        web.get(r"/sandbox/people/{person:\d+}/talk", people.talk),
        web.get("/sandbox/talk", people.all_talk),
        web.post("/sandbox/people", people.meet),
    ]
