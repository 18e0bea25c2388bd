"""Nonsense in, a refusal out: no call and no act makes the sandbox fail."""

from __future__ import annotations

import json
import random
from typing import Any

from sandbox.methods import METHODS
from sandbox.server import DEFAULT_TOKEN

OFFICER = 1002
VALUES: list[Any] = [
    None,
    "",
    " ",
    "x",
    "<b>",
    "<b>x</b>",
    "&#x110000;&#xD800;",
    "1",
    "-1",
    0,
    1,
    2,
    -5,
    1.5,
    10**30,
    float("inf"),
    True,
    False,
    [],
    {},
    [[]],
    [{}],
    [None],
    {"a": 1},
    "[",
    "[]",
    "{}",
    "null",
    "attach://nothing",
    "https://x",
    "\ud800",
    "😀",
    {"type": "chat", "chat_id": OFFICER},
    {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]},
    {"inline_keyboard": {}},
    {"inline_keyboard": [[1]]},
    {"keyboard": [["a"]]},
    {"keyboard": [[{}]]},
    "HTML",
    OFFICER,
    [{"type": "photo", "media": "attach://x"}] * 2,
    [{"type": "bold", "offset": 0, "length": 1}],
    ["甲", "乙"],
    [{"type": "bold", "offset": "a", "length": None}],
    {"message_id": 1},
    {"type": []},
    [1, "2", None],
    "a" * 5000,
]
NAMES = [
    "chat_id",
    "text",
    "parse_mode",
    "entities",
    "reply_markup",
    "message_id",
    "message_ids",
    "photo",
    "document",
    "media",
    "caption",
    "question",
    "options",
    "correct_option_ids",
    "type",
    "explanation",
    "open_period",
    "scope",
    "commands",
    "language_code",
    "menu_button",
    "file_id",
    "user_id",
    "from_chat_id",
    "latitude",
    "longitude",
    "phone_number",
    "first_name",
    "action",
    "url",
    "offset",
    "limit",
    "allowed_updates",
    "reply_parameters",
    "callback_query_id",
    "description",
    "name",
    "secret_token",
    "close_date",
    "data",
    "row",
    "column",
    "payload",
]


async def test_no_call_makes_the_sandbox_fail(sandbox: Any) -> None:
    chance = random.Random(20261102)
    told = await sandbox.said()
    for _ in range(3000):
        method = chance.choice(sorted(METHODS))
        values = {name: chance.choice(VALUES) for name in chance.sample(NAMES, chance.randrange(0, 12))}
        if chance.random() < 0.7:
            values["chat_id"] = OFFICER
        if chance.random() < 0.5:
            values["message_id"] = told.message_id
        if method == "getupdates":
            values.pop("offset", None)
        body = json.dumps(values)
        async with sandbox.http.post(
            f"/bot{DEFAULT_TOKEN}/{method}", data=body, headers={"Content-Type": "application/json"}
        ) as response:
            answer = await response.json()
            assert response.status != 500, (method, values)
            assert answer["ok"] or answer["description"]
    await sandbox.ask("GET", "state")
    await sandbox.talk()


async def test_no_act_makes_the_sandbox_fail(sandbox: Any) -> None:
    chance = random.Random(20261103)
    await sandbox.said(reply_markup={"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]})
    await sandbox.bot.send_poll(OFFICER, "问", ["一", "二"])
    verbs = ["text", "start", "press", "location", "contact", "vote", "edit", "block", "unblock", "read", "photo"]
    names = [
        "text",
        "payload",
        "message_id",
        "row",
        "column",
        "data",
        "forge",
        "latitude",
        "longitude",
        "user_id",
        "phone",
        "name",
        "options",
        "reply_to",
    ]
    for _ in range(1500):
        body = {name: chance.choice(VALUES) for name in chance.sample(names, chance.randrange(0, 6))}
        if chance.random() < 0.5:
            body["message_id"] = chance.randrange(1, 5)
        path = f"/sandbox/people/{OFFICER}/{chance.choice(verbs)}"
        async with sandbox.http.post(path, data=json.dumps(body)) as response:
            assert response.status < 500, (path, body, await response.text())
    for path in ("faults", "redeliver", "raw", "limits", "people"):
        for value in VALUES:
            body = {"kind": value, "update": value, "update_id": value, "people": value, "on": False}
            for sent in (body, value):
                async with sandbox.http.post(f"/sandbox/{path}", data=json.dumps(sent)) as response:
                    assert response.status < 500, (path, sent)
        async with sandbox.http.delete("/sandbox/faults"):
            pass
    await sandbox.ask("GET", "state")
    await sandbox.talk()
    assert (await sandbox.call("getUpdates"))[0] == 200
