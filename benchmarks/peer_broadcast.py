"""Peers that send one text to many chats and remember nothing of it: `peer_broadcast.py KIND API COUNT AT_ONCE [POOL]`.

Prints one JSON line: seconds, seconds of processor time, and how many were handed back unsent.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

TOKEN = "123456:BENCH-TOKEN-0000"
TEXT = "<b>安全提示</b>今天下午有雷阵雨和大风，请检查脚手架、临时用电和户外广告牌，人员不要在高处作业。" * 2
BUTTON = ("已阅", "bc:ack:777777")
Send = Callable[[int], Awaitable[object]]


@asynccontextmanager
async def bare(api: str, at_once: int, _: int) -> AsyncIterator[Send]:
    """The floor: what aiohttp itself takes for a POST with a JSON body, the answer read and parsed."""
    import aiohttp

    url = f"{api}/bot{TOKEN}/sendMessage"
    markup = {"inline_keyboard": [[{"text": BUTTON[0], "callback_data": BUTTON[1]}]]}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=at_once)) as session:

        async def send(chat_id: int) -> object:
            body = {"chat_id": chat_id, "text": TEXT, "parse_mode": "HTML", "reply_markup": markup}
            async with session.post(url, json=body) as response:
                told = await response.json()
                return told["result"]["message_id"]

        yield send


@asynccontextmanager
async def aiogram(api: str, at_once: int, _: int) -> AsyncIterator[Send]:
    from aiogram import Bot
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

    session = AiohttpSession(api=TelegramAPIServer.from_base(api), limit=at_once)
    markup = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text=BUTTON[0], callback_data=BUTTON[1])]])
    async with Bot(TOKEN, session=session) as bot:
        yield lambda chat_id: bot.send_message(chat_id, TEXT, parse_mode="HTML", reply_markup=markup)


@asynccontextmanager
async def stock(api: str, at_once: int, pool: int) -> AsyncIterator[Send]:
    """python-telegram-bot, as it comes (pool 0) or with a pool of that size; its own limiter with a negative one."""
    from telegram import InlineKeyboardButton, InlineKeyboardMarkup
    from telegram.ext import AIORateLimiter, Application

    builder = Application.builder().token(TOKEN).base_url(f"{api}/bot").updater(None)
    if pool > 0:
        builder = builder.connection_pool_size(pool).pool_timeout(120)
    elif pool < 0:
        # What a diligent operator would set: Telegram's limit for everybody, and retries.
        builder = builder.rate_limiter(AIORateLimiter(-pool, 1, max_retries=3))
    markup = InlineKeyboardMarkup([[InlineKeyboardButton(BUTTON[0], callback_data=BUTTON[1])]])
    async with builder.build() as application:
        bot = application.bot
        yield lambda chat_id: bot.send_message(chat_id, TEXT, parse_mode="HTML", reply_markup=markup)


KINDS = {"bare": bare, "aiogram": aiogram, "stock": stock}


async def main(kind: str, api: str, count: int, at_once: int, pool: int = 0) -> None:
    lost = 0
    async with KINDS[kind](api, at_once, pool) as send:
        await send(1)
        chats = iter(range(2, count + 2))

        async def worker() -> None:
            nonlocal lost
            for chat_id in chats:
                try:
                    await send(chat_id)
                except Exception:
                    lost += 1

        began, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(worker() for _ in range(at_once)))
        told = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu, "lost": lost}
        sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], *(int(word) for word in sys.argv[3:])))
