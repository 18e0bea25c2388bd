"""What people do, what the bot hears of it, and what the page gets."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from pictures import png
from telegram import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    KeyboardButton,
    MenuButtonCommands,
    ReplyKeyboardMarkup,
)

OFFICIAL, OFFICER, PRINCIPAL, BLOCKING = 1001, 1002, 1003, 1005


async def test_text_is_recognised_as_telegram_does(sandbox: Any) -> None:
    await sandbox.act(
        OFFICER, "text", text="/check@anshao_sandbox_bot 电话 13800001002,见 https://example.com/a?b=1 😀"
    )
    message = (await sandbox.bot.get_updates())[0].message
    assert {message.parse_entity(entity): entity.type for entity in message.entities} == {
        "/check@anshao_sandbox_bot": "bot_command",
        "13800001002": "phone_number",
        "https://example.com/a?b=1": "url",
    }
    assert (message.from_user.first_name, message.from_user.language_code) == ("王芳", "zh-hans")


async def test_a_deep_link_is_a_start_with_its_payload(sandbox: Any) -> None:
    await sandbox.act(OFFICER, "start", payload="inv-AbC_123")
    assert (await sandbox.bot.get_updates())[0].message.text == "/start inv-AbC_123"
    assert (await sandbox.refused(OFFICER, "start", payload="长"))[0] == 409
    assert await sandbox.refused(7, "start") == (404, "there is no person 7")


async def test_long_text_goes_out_in_pieces(sandbox: Any) -> None:
    answer = await sandbox.act(OFFICER, "text", text="😀" * 5000)
    assert len(answer["parts"]) == 3
    texts = [update["message"]["text"] for update in await sandbox.drained()]
    assert "".join(texts) == "😀" * 5000


async def test_blocking_and_coming_back(sandbox: Any) -> None:
    await sandbox.started()
    await sandbox.act(OFFICER, "block")
    change = (await sandbox.bot.get_updates())[-1].my_chat_member
    assert (change.old_chat_member.status, change.new_chat_member.status) == ("member", "kicked")
    assert (await sandbox.refused(OFFICER, "text", text="x"))[0] == 409
    await sandbox.act(OFFICER, "start")
    back, start = (await sandbox.drained())[-2:]
    assert back["my_chat_member"]["new_chat_member"]["status"] == "member"
    assert start["message"]["text"] == "/start"
    assert (await sandbox.said(text="欢迎回来")).text == "欢迎回来"


async def test_somebody_who_always_blocks_can_still_be_heard(sandbox: Any) -> None:
    await sandbox.act(BLOCKING, "start")
    assert (await sandbox.bot.get_updates())[0].message.chat.id == BLOCKING


async def test_places_cards_edits_and_answers(sandbox: Any) -> None:
    told = await sandbox.said(
        text="请分享",
        reply_markup=ReplyKeyboardMarkup(
            [[KeyboardButton("分享手机号", request_contact=True)]], one_time_keyboard=True
        ),
    )
    await sandbox.act(OFFICER, "contact")
    await sandbox.act(OFFICER, "contact", user_id=PRINCIPAL)
    await sandbox.act(OFFICER, "contact", phone="13900000000", name="某人")
    await sandbox.act(OFFICER, "location", latitude=29.8, longitude=121.5)
    said = await sandbox.act(OFFICER, "text", text="原话", reply_to=told.message_id)
    await sandbox.act(OFFICER, "edit", message_id=said["message_id"], text="改话")
    own, other, free, place, reply, edited = await sandbox.bot.get_updates()
    assert (own.message.contact.phone_number, own.message.contact.user_id) == ("8613800001002", OFFICER)
    assert (other.message.contact.user_id, other.message.contact.first_name) == (PRINCIPAL, "李强")
    assert (free.message.contact.phone_number, free.message.contact.user_id) == ("13900000000", None)
    assert place.message.location.longitude == 121.5
    assert reply.message.reply_to_message.text == "请分享"
    assert (edited.edited_message.text, edited.edited_message.message_id) == ("改话", said["message_id"])
    assert (await sandbox.ask("GET", "state"))["chats"][str(OFFICER)]["reply_keyboard"] is None
    assert (await sandbox.refused(OFFICER, "edit", message_id=told.message_id, text="x"))[0] == 409


async def test_commands_by_scope(sandbox: Any) -> None:
    bot = sandbox.bot
    await bot.set_my_commands([BotCommand("start", "开始")])
    await bot.set_my_commands([BotCommand("check", "自查")], BotCommandScopeAllPrivateChats())
    await bot.set_my_commands([BotCommand("import", "导入名录")], BotCommandScopeChat(OFFICIAL))
    chats = (await sandbox.ask("GET", "state"))["chats"]
    assert chats[str(OFFICIAL)]["commands"] == [{"command": "import", "description": "导入名录"}]
    assert chats[str(OFFICER)]["commands"] == [{"command": "check", "description": "自查"}]
    await bot.delete_my_commands(BotCommandScopeAllPrivateChats())
    assert await bot.get_my_commands(BotCommandScopeAllPrivateChats()) == ()
    assert (await sandbox.ask("GET", "state"))["chats"][str(OFFICER)]["commands"][0]["command"] == "start"
    assert (await sandbox.call("setMyCommands", commands=[{"command": "自查", "description": "x"}]))[1][
        "description"
    ] == "Bad Request: BOT_COMMAND_INVALID"
    await bot.set_chat_menu_button(OFFICER, MenuButtonCommands())
    assert (await bot.get_chat_menu_button(OFFICER)).type == "commands"
    await bot.set_my_description("长" * 512)
    assert (await sandbox.call("setMyDescription", description="长" * 513))[0] == 400
    await bot.set_my_short_description("安全生产助手")
    assert (await bot.get_my_short_description()).short_description == "安全生产助手"
    assert (await bot.get_my_name()).name == "安哨"


async def test_the_page_gets_safe_html_and_unread_marks(sandbox: Any) -> None:
    text = (
        '<b>甲</b>&lt;img src=x onerror=alert(1)&gt;\n<a href="https://t.me/anshao_sandbox_bot?start=inv_1">加入</a>'
        ' <a href="javascript:alert(1)">坏</a> /check'
    )
    await sandbox.said(text=text, parse_mode="HTML")
    chat = (await sandbox.ask("GET", "state"))["chats"][str(OFFICER)]
    assert chat["messages"][-1]["html"] == (
        '<b>甲</b>&lt;img src=x onerror=alert(1)&gt;<br><a href="https://t.me/anshao_sandbox_bot?start=inv_1" '
        'target="_blank" rel="noopener noreferrer" data-start="inv_1">加入</a> 坏 '
        '<a class="command" data-command="/check">/check</a>'
    )
    assert chat["unread"] == 1
    await sandbox.act(OFFICER, "read")
    assert (await sandbox.ask("GET", "state"))["chats"][str(OFFICER)]["unread"] == 0
    async with sandbox.http.get("/") as response:
        assert response.content_type == "text/html"


async def test_events_are_told_and_resumed(sandbox: Any) -> None:
    seq = (await sandbox.ask("GET", "state"))["seq"]
    await sandbox.act(OFFICER, "start")
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("好", callback_data="y")]])
    told = await sandbox.said(text="甲", reply_markup=markup)
    press = await sandbox.act(OFFICER, "press", message_id=told.message_id, row=0, column=0)
    await sandbox.bot.answer_callback_query(press["query_id"], "收到")
    await sandbox.bot.edit_message_text("乙", OFFICER, told.message_id)
    await sandbox.bot.send_chat_action(OFFICER, "typing")
    await sandbox.bot.delete_message(OFFICER, told.message_id)
    await sandbox.act(OFFICER, "block")

    async def kinds(headers: dict[str, str], count: int) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = []
        async with sandbox.http.get("/sandbox/events", headers=headers) as response, asyncio.timeout(3):
            async for line in response.content:
                if line.startswith(b"data: "):
                    events.append(json.loads(line[6:]))
                    if len(events) == count:
                        break
        return events

    events = await kinds({"Last-Event-ID": str(seq)}, 7)
    assert [event["kind"] for event in events] == ["message", "message", "toast", "edit", "action", "delete", "blocked"]
    edits = [event for event in events if event["kind"] == "edit"]
    assert (edits[0]["message"]["text"], edits[0]["chat_id"]) == ("乙", OFFICER)
    assert await kinds({"Last-Event-ID": str(events[-2]["seq"])}, 1) == [events[-1]]
    await sandbox.drained()
    [seen] = await kinds({"Last-Event-ID": str(events[-1]["seq"])}, 1)
    assert (seen["kind"], seen["message_ids"]) == ("seen", [1])


async def test_the_golden_transcript(sandbox: Any) -> None:
    await sandbox.act(OFFICER, "text", text="/check")
    board = InlineKeyboardMarkup([[InlineKeyboardButton("餐饮场所自查表", callback_data="c")]])
    told = await sandbox.said(text="选一张表\n\n共 1 张", reply_markup=board)
    press = await sandbox.act(OFFICER, "press", message_id=told.message_id, data="c")
    await sandbox.bot.answer_callback_query(press["query_id"], "已选")
    marks = [[InlineKeyboardButton("符合", callback_data="p"), InlineKeyboardButton("不符合", callback_data="f")]]
    await sandbox.bot.edit_message_text("第 1 项", OFFICER, told.message_id, reply_markup=InlineKeyboardMarkup(marks))
    await sandbox.upload(
        OFFICER, "photo", ("a.jpg", png(9, 9), "image/jpeg"), ("b.jpg", png(9, 9), "image/jpeg"), caption="过期了"
    )
    await sandbox.upload(OFFICER, "document", ("register.xlsx", b"x", "application/octet-stream"))
    await sandbox.said(text="下一步", reply_markup=ReplyKeyboardMarkup([["跳过", "拍照"], ["返回"]]))
    await sandbox.act(OFFICER, "text", text="跳过")
    await sandbox.act(OFFICER, "location", latitude=29.8, longitude=121.5)
    await sandbox.act(OFFICER, "contact")
    document = await sandbox.bot.send_document(OFFICER, b"%PDF", caption="记录\n共 1 页", filename="自查记录.pdf")
    await sandbox.bot.send_media_group(OFFICER, [InputMediaPhoto(png(9, 9), filename=f"{n}.png") for n in "12"])
    quiz = await sandbox.bot.send_poll(
        OFFICER, "哪些对?", ["甲", "乙", "丙"], type="quiz", correct_option_ids=[0, 2], allows_multiple_answers=True
    )
    await sandbox.act(OFFICER, "vote", message_id=quiz.message_id, options=[0, 2])
    await sandbox.bot.delete_message(OFFICER, document.message_id)
    press = await sandbox.act(OFFICER, "press", message_id=told.message_id, data="p")
    await sandbox.bot.answer_callback_query(press["query_id"], "注意!", show_alert=True)
    assert (
        await sandbox.talk()
        == """\
# 王芳
王芳 ▸ /check
安哨 → 王芳
  选一张表

  共 1 张
  [餐饮场所自查表]
王芳 ▸ [餐饮场所自查表]
安哨 ☁ 王芳 已选
安哨 ✎ 王芳
  第 1 项
  [符合] [不符合]
王芳 ▸ 📷 a.jpg, b.jpg · 过期了
王芳 ▸ 📎 register.xlsx
安哨 → 王芳
  下一步
  ⌨ [跳过] [拍照]
  ⌨ [返回]
王芳 ▸ [跳过]
王芳 ▸ 📍 29.80000,121.50000
王芳 ▸ ☎ 13800001002
安哨 📄 王芳 自查记录.pdf · 记录
  共 1 页
安哨 🖼 王芳 1.png
安哨 🖼 王芳 2.png
安哨 ☑ 王芳
  哪些对?
  - 甲
  - 乙
  - 丙
王芳 ▸ ☑ 1, 3
安哨 ✗ 王芳
王芳 ▸ [符合]
安哨 ☁! 王芳 注意!
"""
    )
    async with sandbox.http.get("/sandbox/talk") as response:
        assert "attachment" in response.headers["Content-Disposition"]
        assert await response.text() == await sandbox.talk()
