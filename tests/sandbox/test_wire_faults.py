"""Faults on demand: refusals, broken answers, lost answers."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut

OFFICIAL, OFFICER = 1001, 1002


async def inject(sandbox: Any, kind: str, **more: Any) -> None:
    await sandbox.ask("POST", "faults", {"method": "sendMessage", "kind": kind, **more})


@pytest.mark.parametrize(
    ("kind", "error", "words"),
    [
        ("403", Forbidden, "Forbidden: bot was blocked by the user"),
        ("403:user is deactivated", Forbidden, "Forbidden: user is deactivated"),
        ("400:chat not found", BadRequest, "Chat not found"),
        ("401", InvalidToken, "Unauthorized"),
        ("409", Conflict, "terminated by other getUpdates request"),
        ("500", NetworkError, "Internal Server Error"),
        ("503", NetworkError, "Service Unavailable"),
        ("502html", NetworkError, "Bad Gateway"),
        ("429html", NetworkError, "Too Many Requests"),
        ("200html", Exception, "Invalid server response"),
        ("200notok", KeyError, "result"),
        ("empty", Exception, "Invalid server response"),
        ("reset", NetworkError, "."),
        ("drop", NetworkError, "."),
    ],
)
async def test_a_fault_happens_once_and_nothing_is_sent(sandbox: Any, kind: str, error: type, words: str) -> None:
    await sandbox.started()
    await inject(sandbox, kind, times=1)
    with pytest.raises(error, match=words):
        await sandbox.said(text="没送到")
    assert (await sandbox.said(text="送到了")).message_id == 2
    assert "没送到" not in await sandbox.talk()


async def test_429_asks_to_wait(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    await sandbox.started()
    await inject(sandbox, "429", retry_after=36_000, chat_id=OFFICER, times=1)
    await sandbox.started(OFFICIAL)
    await sandbox.said(OFFICIAL)
    with pytest.raises(RetryAfter) as asked:
        await sandbox.said()
    assert asked.value.retry_after.total_seconds() == 36_000


@pytest.mark.parametrize("kind", ["drop", "reset", "500", "502html", "truncated"])
async def test_accepted_but_the_answer_is_lost(sandbox: Any, kind: str) -> None:
    await sandbox.started()
    await inject(sandbox, f"accept-then-{kind}", times=1)
    with pytest.raises(Exception):  # noqa: B017 - each kind of loss has its own exception
        await sandbox.said(text="其实送到了")
    assert "其实送到了" in await sandbox.talk()
    calls = [call for call in await sandbox.ask("GET", "ledger") if call["method"] == "sendMessage"]
    assert [(call["chat_id"], call["message_id"], call["parameters"]["text"]) for call in calls] == [
        (OFFICER, 2, "其实送到了")
    ]


async def test_a_timeout_hangs_until_the_client_gives_up(sandbox: Any) -> None:
    await sandbox.started()
    await inject(sandbox, "timeout", times=1)
    with pytest.raises(TimedOut):
        await sandbox.bot.send_message(OFFICER, "x", read_timeout=0.2)
    await inject(sandbox, "accept-then-timeout", times=1)
    with pytest.raises(TimedOut):
        await sandbox.bot.send_message(OFFICER, "慢", read_timeout=0.2)
    await inject(sandbox, "slow", seconds=0.2, times=1)
    began = asyncio.get_running_loop().time()
    await sandbox.said(text="迟到")
    assert asyncio.get_running_loop().time() - began >= 0.2
    assert [message["text"] for message in (await sandbox.ask("GET", "state"))["chats"][str(OFFICER)]["messages"]] == [
        "/start",
        "慢",
        "迟到",
    ]


async def test_every_third_call_after_the_first_fails_until_cleared(sandbox: Any) -> None:
    await sandbox.started()
    await inject(sandbox, "500", after=1, every=3)
    statuses = [(await sandbox.call("sendMessage", chat_id=OFFICER, text="x"))[0] for _ in range(6)]
    assert statuses == [200, 500, 200, 200, 500, 200]
    async with sandbox.http.delete("/sandbox/faults") as response:
        assert await response.json() == {"faults": []}
    assert (await sandbox.call("sendMessage", chat_id=OFFICER, text="x"))[0] == 200


async def test_a_download_can_fail_too(sandbox: Any) -> None:
    await sandbox.upload(OFFICER, "document", ("a.txt", b"hello world", "text/plain"))
    document = (await sandbox.bot.get_updates())[-1].message.document
    file = await sandbox.bot.get_file(document.file_id)
    await sandbox.ask("POST", "faults", {"method": "downloadFile", "kind": "truncated", "times": 1})
    assert bytes(await file.download_as_bytearray()) == b"hello"
    assert bytes(await file.download_as_bytearray()) == b"hello world"


async def test_an_unknown_fault_is_refused(sandbox: Any) -> None:
    async with sandbox.http.post("/sandbox/faults", json={"kind": "gremlin"}) as response:
        assert response.status == 400
    async with sandbox.http.post("/sandbox/faults", json={"knd": "500"}) as response:
        assert (await response.json())["error"] == "unknown: knd"


async def test_the_server_stops_while_somebody_hangs(run: Any) -> None:
    async with run() as sandbox:
        await sandbox.started()
        await inject(sandbox, "timeout")

        async def hang(path: str) -> None:
            async with aiohttp.ClientSession(sandbox.base) as http, http.get(path) as response:
                await response.read()

        tasks = [
            asyncio.create_task(hang(path))
            for path in (
                f"/bot123456:SANDBOX-TOKEN/sendMessage?chat_id={OFFICER}&text=x",
                "/bot123456:SANDBOX-TOKEN/getUpdates?timeout=50",
                "/sandbox/events",
            )
        ]
        await asyncio.sleep(0.2)
        stopping = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - stopping < 3
    await asyncio.gather(*tasks, return_exceptions=True)
