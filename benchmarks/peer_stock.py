"""A minimal python-telegram-bot bot on its default transport: the durable work, one edit or answer, nothing else."""

from __future__ import annotations

import asyncio
import sys

from aiohttp import web
from durable import judge, open_database, remember
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes

ROWS = InlineKeyboardMarkup([[InlineKeyboardButton(word, callback_data=f"in:v:1:1:{word}")] for word in "pfa"])


async def main(port: int, api: str, where: str) -> None:
    engine = await open_database(where)
    application = Application.builder().token("123456:BENCH-TOKEN-0000").base_url(f"{api}/bot").updater(None).build()

    async def answer(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message is not None
        await remember(engine, update.update_id)
        await update.message.reply_text("ok")

    async def press(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        query = update.callback_query
        assert query is not None and query.data is not None
        text = await judge(engine, update.update_id, query.from_user.id, query.data)
        await query.answer()
        await query.edit_message_text(text, parse_mode="HTML", reply_markup=ROWS)

    application.add_handler(CommandHandler("help", answer))
    application.add_handler(CallbackQueryHandler(press))
    await application.initialize()
    await application.start()

    async def telegram(request: web.Request) -> web.Response:
        # Processed before it is acknowledged, as a bot must that may not lose an update.
        await application.process_update(Update.de_json(await request.json(), application.bot))
        return web.Response()

    app = web.Application()
    app.router.add_post("/telegram", telegram)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3]))
