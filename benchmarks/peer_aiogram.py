"""A minimal aiogram bot behind its own aiohttp webhook: the durable work, one edit or answer, nothing else."""

from __future__ import annotations

import asyncio
import sys

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web
from durable import judge, open_database, remember

ROWS = InlineKeyboardMarkup(
    inline_keyboard=[[InlineKeyboardButton(text=word, callback_data=f"in:v:1:1:{word}")] for word in "pfa"]
)


async def main(port: int, api: str, where: str) -> None:
    engine = await open_database(where)
    bot = Bot("123456:BENCH-TOKEN-0000", session=AiohttpSession(api=TelegramAPIServer.from_base(api)))
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def answer(message: Message, event_update: Update) -> None:
        await remember(engine, event_update.update_id)
        await message.answer("ok")

    @dispatcher.callback_query()
    async def press(query: CallbackQuery, event_update: Update) -> None:
        text = await judge(engine, event_update.update_id, query.from_user.id, query.data or "")
        await query.answer()
        assert isinstance(query.message, Message)
        await query.message.edit_text(text, parse_mode="HTML", reply_markup=ROWS)

    app = web.Application()
    # Handled before it is acknowledged, as a bot must that may not lose an update.
    SimpleRequestHandler(dispatcher, bot, handle_in_background=False).register(app, path="/telegram")
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3]))
