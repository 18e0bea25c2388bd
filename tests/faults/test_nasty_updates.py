"""Updates that have been seen to hurt, each by itself: ignored, set aside or answered, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.faults.test_hostile_updates import Route, route  # noqa: F401  the fixture
from tests.stage import CAST

WHO = CAST["王芳"]
FACE = {"id": WHO, "first_name": "王芳", "is_bot": False}
CHAT = {"id": WHO, "type": "private", "first_name": "王芳"}
GROUP = {"id": -1001, "type": "supergroup", "title": "厂区"}
CHANNEL = {"id": -1002, "type": "channel", "title": "频道"}
SAID = {"message_id": 5, "date": 1780277400, "from": FACE, "chat": CHAT, "text": "/hotline"}


def said(**more: Any) -> dict[str, Any]:
    return {"update_id": 7, "message": {key: value for key, value in (SAID | more).items() if value is not None}}


def kind(name: str, **more: Any) -> dict[str, Any]:
    return {"update_id": 7, name: SAID | more}


FORWARDED = {"type": "hidden_user", "date": 1, "sender_user_name": "x"}
# What asks nothing of this bot leaves no row and gets no word.
IGNORED: dict[str, Any] = {
    "a kind of tomorrow": {"update_id": 7, "novelty": {"id": 1}},
    "a post in a channel": kind("channel_post", chat=CHANNEL),
    "an edited post": kind("edited_channel_post", chat=CHANNEL, edit_date=1780277401),
    "an edited message": kind("edited_message", edit_date=1780277401),
    "a business message": kind("business_message", business_connection_id="b"),
    "talk in a group": said(chat=GROUP, text="大家好"),
    "a command for another bot": said(text="/start@another_bot"),
    "a bot as the sender": said(**{"from": FACE | {"is_bot": True}}),
    "nobody as the sender": said(**{"from": None}),
    "a channel speaking in a group": said(**{"from": None}, sender_chat=CHANNEL, chat=GROUP),
    "an inline query": {"update_id": 7, "inline_query": {"id": "1", "from": FACE, "query": "q", "offset": ""}},
    "nothing but an id": {"update_id": 7},
}
# What is no update is kept for an operator.
SET_ASIDE: dict[str, bytes] = {
    "no JSON": b"update_id=7",
    "nothing": b"",
    "an array": b"[" + json.dumps(said()).encode() + b"]",
    "nested beyond reason": b'{"update_id":7,"message":' + b"[" * 100_000,
    "an id of 5,000 digits": b'{"update_id":' + b"9" * 5000 + b"}",
    "an id that is no number": b'{"update_id":NaN,"message":{}}',
    "an id of text": b'{"update_id":"7"}',
    "an id below nothing": b'{"update_id":-7}',
    "an id past what a database holds": b'{"update_id":9223372036854775808}',
    "an id said twice, the last one wrong": b'{"update_id":7,"update_id":"7"}',
    "a person of another type": json.dumps(said(**{"from": [WHO]})).encode(),
    "a chat without a kind": json.dumps(said(chat={"id": WHO}) | {"update_id": 9}).encode(),
    "a person past what a database holds": json.dumps(
        said(**{"from": FACE | {"id": 2**63}}) | {"update_id": 10}
    ).encode(),
}
# What a person may well write is answered, whatever it is made of.
TEXTS = {
    "as long as it gets": "字" * 4096,
    "longer than it gets": "字" * 100_000,
    "right to left": "\u202egpj.exe",
    "nothing to be seen": "\u200b\u200d\ufeff",
    "a family": "👩‍👩‍👧‍👦" * 50,
    "two hundred accents": "e" + "\u0301" * 200,
    "half a pair": "a\ud83d",
    "a NUL": "a\x00b",
    "no character": "\ufffe",
    "full-width formula": "＝ｃｍｄ｜",
    "markup": "<b>&lt;{{ 7*7 }}%s",
}


@pytest.mark.parametrize("name", IGNORED)
async def test_what_asks_nothing_leaves_nothing(route: Route, name: str) -> None:  # noqa: F811
    before = route.wire.calls.copy()
    assert await route.post(json.dumps(IGNORED[name]).encode()) == 200
    assert not await route.quarantined() and route.wire.calls == before
    assert not route.ground.rows("SELECT update_id FROM seen_updates WHERE update_id = 7")


async def test_what_is_no_update_is_set_aside_and_holds_nobody_up(route: Route) -> None:  # noqa: F811
    for at, (name, body) in enumerate(SET_ASIDE.items(), 1):
        assert await route.post(body) == 200
        assert len(await route.quarantined()) == at, name
    route.wire.said.clear()
    assert await route.post(json.dumps(said() | {"update_id": 8}).encode()) == 200
    assert route.wire.said[WHO] == 1


async def test_what_a_person_may_write_is_answered_whatever_it_is_made_of(route: Route) -> None:  # noqa: F811
    odd = [{"type": "bold", "offset": 0, "length": 99_999}, {"type": "text_link", "offset": 1, "length": 1, "url": "x"}]
    for number, (name, text) in enumerate(TEXTS.items(), 100):
        for more in (
            {},
            {"entities": odd},
            {"forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "x"}},
        ):
            route.wire.said.clear()
            update = said(text=text, **more) | {"update_id": number * 10 + len(str(more))}
            assert await route.post(json.dumps(update).encode()) == 200
            assert route.wire.said[WHO] >= 1, (name, more)
    assert not await route.quarantined()
