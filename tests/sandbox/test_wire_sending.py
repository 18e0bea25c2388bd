"""What the bot may send, and Telegram's own words when it may not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    MessageEntity,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
)
from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter

OFFICER, BLOCKING, THROTTLED, SILENT = 1002, 1005, 1006, 1007


async def refusal(answer: Any) -> str:
    with pytest.raises(BadRequest) as caught:
        await answer
    return caught.value.message


def keyboard(*rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"inline_keyboard": list(rows)}


async def test_the_bot_knows_itself(sandbox: Any) -> None:
    me = await sandbox.bot.get_me()
    assert (me.id, me.first_name, me.username) == (123456, "安哨", "anshao_sandbox_bot")
    assert await sandbox.bot.log_out()


async def test_a_wrong_token_and_an_unknown_method(sandbox: Any) -> None:
    with pytest.raises(InvalidToken):
        async with Bot("123456:WRONG", base_url=f"{sandbox.base}/bot"):
            pass
    assert await sandbox.call("sendUnicorn") == (404, {"ok": False, "error_code": 404, "description": "Not Found"})


async def test_a_message_carries_its_text_entities_and_keyboard(sandbox: Any) -> None:
    markup = InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton("符合", callback_data="v:pass"),
                InlineKeyboardButton("法规", url="https://example.com/a"),
            ]
        ]
    )
    message = await sandbox.said(
        text="😀 <b>自查</b> 见 https://example.com 或 /help",
        parse_mode="HTML",
        reply_markup=markup,
        protect_content=True,
    )
    assert message.text == "😀 自查 见 https://example.com 或 /help"
    assert [(entity.type, message.parse_entity(entity)) for entity in message.entities] == [
        ("bold", "自查"),
        ("url", "https://example.com"),
        ("bot_command", "/help"),
    ]
    assert message.reply_markup == markup
    assert message.has_protected_content
    assert message.chat.id == OFFICER
    assert message.from_user.is_bot


async def test_explicit_entities_and_form_get_calls_work(sandbox: Any) -> None:
    message = await sandbox.said(
        text="粗体", entities=[MessageEntity("bold", 0, 2)], link_preview_options=LinkPreviewOptions(is_disabled=True)
    )
    assert message.entities[0].type == "bold"
    async with sandbox.http.get(
        "/bot123456:SANDBOX-TOKEN/sendMessage", params={"chat_id": str(OFFICER), "text": "从网址来"}
    ) as response:
        assert (await response.json())["result"]["text"] == "从网址来"


async def test_text_limits_count_utf16_after_parsing(sandbox: Any) -> None:
    await sandbox.started()
    bot = sandbox.bot
    assert (await bot.send_message(OFFICER, "<b>" + "😀" * 2048 + "</b>", parse_mode="HTML")).text == "😀" * 2048
    assert await refusal(bot.send_message(OFFICER, "😀" * 2048 + "a")) == "Message is too long"
    assert await refusal(bot.send_message(OFFICER, " \n ")) == "Message text is empty"
    assert await refusal(bot.send_message(OFFICER, "")) == "Message text is empty"
    status, body = await sandbox.call("sendMessage", chat_id=OFFICER, text="半个\ud83d")
    assert (status, body["description"]) == (400, "Bad Request: strings must be encoded in UTF-8")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("<p>段</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("3 <5", "Unclosed start tag at byte offset 2"),
        ("风险 < 一般", 'Unsupported start tag "" at byte offset 7'),
        ("<b>没有结尾", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b>错</i>", 'Unmatched end tag at byte offset 6, expected "</b>", found "</i>"'),
        ("完</b>", "Unexpected end tag at byte offset 3"),
        ('<span class="red">x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<br>", 'Unsupported start tag "br" at byte offset 0'),
    ],
)
async def test_html_that_telegram_refuses(sandbox: Any, text: str, complaint: str) -> None:
    await sandbox.started()
    status, body = await sandbox.call("sendMessage", chat_id=OFFICER, text=text, parse_mode="HTML")
    assert (status, body["description"]) == (400, f"Bad Request: can't parse entities: {complaint}")


async def test_html_that_telegram_takes(sandbox: Any) -> None:
    text = (
        "<strong>甲</strong><em>乙</em><ins>丙</ins><strike>丁</strike><tg-spoiler>戊</tg-spoiler>"
        '<a href="https://example.com/?a=1&amp;b=2">己</a><code>庚</code>'
        '<pre><code class="language-python">辛</code></pre><blockquote expandable>壬</blockquote>'
        '<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji> A&B &lt;x&gt; &nbsp; &#9731;'
    )
    message = await sandbox.said(text=text, parse_mode="HTML")
    assert message.text == "甲乙丙丁戊己庚辛壬👍 A&B <x> &nbsp; ☃"
    assert [entity.type for entity in message.entities] == [
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "text_link",
        "code",
        "pre",
        "expandable_blockquote",
        "custom_emoji",
    ]
    assert message.entities[5].url == "https://example.com/?a=1&b=2"
    assert message.entities[7].language == "python"


async def test_who_may_be_written_to(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    bot = sandbox.bot
    assert await refusal(bot.send_message(999, "x")) == "Chat not found"
    assert await refusal(bot.send_message("", "x")) == "Chat_id is empty"
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(OFFICER, "x")
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(BLOCKING, "x")
    with pytest.raises(RetryAfter) as throttled:
        await bot.send_message(THROTTLED, "x")
    assert throttled.value.retry_after == timedelta(seconds=30)
    assert (await bot.send_message(SILENT, "在吗")).message_id == 1


@pytest.mark.parametrize(
    ("markup", "complaint"),
    [
        (keyboard([{"text": "a", "callback_data": "长" * 22}]), "BUTTON_DATA_INVALID"),
        (keyboard([{"text": "a", "callback_data": ""}]), "BUTTON_DATA_INVALID"),
        (
            keyboard([{"text": "a"}]),
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            keyboard([{"text": "a", "url": "不是网址"}]),
            "inline keyboard button URL '不是网址' is invalid: Wrong HTTP URL",
        ),
        (keyboard([{"text": " ", "callback_data": "a"}]), "BUTTON_TEXT_INVALID"),
        (keyboard([{"text": "a", "callback_data": "a"}] * 9), "reply markup is too long"),
        (keyboard(*([{"text": "a", "callback_data": "a"}] * 8 for _ in range(13))), "reply markup is too long"),
        ("{", "can't parse reply_markup JSON object"),
        ([1], "object expected as reply markup"),
    ],
)
async def test_keyboards_that_telegram_refuses(sandbox: Any, markup: Any, complaint: str) -> None:
    await sandbox.started()
    status, body = await sandbox.call("sendMessage", chat_id=OFFICER, text="x", reply_markup=markup)
    assert (status, body["description"]) == (400, f"Bad Request: {complaint}")


async def test_a_button_of_64_bytes_and_a_full_keyboard_are_taken(sandbox: Any) -> None:
    full = InlineKeyboardMarkup(
        [[InlineKeyboardButton("a", callback_data="x" * 64)] * 8] * 12
        + [[InlineKeyboardButton("a", callback_data="长" * 21)] * 4]
    )
    assert (await sandbox.said(reply_markup=full)).reply_markup == full


async def test_reply_keyboards_come_and_go(sandbox: Any) -> None:
    markup = ReplyKeyboardMarkup([["自查", KeyboardButton("分享手机号", request_contact=True)]], resize_keyboard=True)
    message = await sandbox.said(reply_markup=markup)
    assert message.reply_markup is None
    chats = (await sandbox.ask("GET", "state"))["chats"]
    assert chats[str(OFFICER)]["reply_keyboard"]["keyboard"] == [
        [{"text": "自查"}, {"text": "分享手机号", "request_contact": True}]
    ]
    assert await refusal(sandbox.bot.edit_message_text("改", OFFICER, message.message_id)) == "Message can't be edited"
    await sandbox.said(reply_markup=ReplyKeyboardRemove())
    assert (await sandbox.ask("GET", "state"))["chats"][str(OFFICER)]["reply_keyboard"] is None


async def test_answering_a_message(sandbox: Any) -> None:
    first = await sandbox.said(text="一")
    second = await sandbox.said(text="二", reply_to_message_id=first.message_id)
    assert second.reply_to_message.text == "一"
    assert await refusal(sandbox.said(text="三", reply_to_message_id=77)) == "Message to be replied not found"
    lenient = ReplyParameters(77, allow_sending_without_reply=True)
    assert (await sandbox.said(text="四", reply_parameters=lenient)).reply_to_message is None


async def test_places_cards_and_typing(sandbox: Any) -> None:
    await sandbox.started()
    bot = sandbox.bot
    assert (await bot.send_location(OFFICER, 29.8, 121.5)).location.latitude == 29.8
    assert await refusal(bot.send_location(OFFICER, 129.8, 121.5)) == "Wrong location specified"
    assert (await bot.send_contact(OFFICER, "12350", "举报电话")).contact.phone_number == "12350"
    assert await bot.send_chat_action(OFFICER, "upload_document")
    assert await refusal(bot.send_chat_action(OFFICER, "dancing")) == "Wrong parameter action in request"


async def test_passing_a_message_on(sandbox: Any) -> None:
    await sandbox.started(1001)
    told = await sandbox.said(text="原文")
    forwarded = await sandbox.bot.forward_message(1001, OFFICER, told.message_id)
    assert (forwarded.text, forwarded.forward_origin.sender_user.id) == ("原文", 123456)
    assert (await sandbox.bot.copy_message(1001, OFFICER, told.message_id)).message_id == forwarded.message_id + 1
    secret = await sandbox.said(text="内部", protect_content=True)
    assert await refusal(sandbox.bot.forward_message(1001, OFFICER, secret.message_id)) == "Message can't be forwarded"
    assert await refusal(sandbox.bot.copy_message(1001, OFFICER, 99)) == "Message to copy not found"


async def test_chats_and_members(sandbox: Any) -> None:
    chat = await sandbox.bot.get_chat(OFFICER)
    assert (chat.first_name, chat.type) == ("王芳", "private")
    assert (await sandbox.bot.get_chat_member(OFFICER, OFFICER)).status == "member"
    assert await refusal(sandbox.bot.get_chat(5)) == "Chat not found"


async def test_real_rate_limits_when_switched_on(run: Any) -> None:
    async with run(has_rate_limits=True) as sandbox:
        await sandbox.started()
        for _ in range(5):
            await sandbox.said()
        assert await sandbox.call("sendMessage", chat_id=OFFICER, text="x") == (
            429,
            {
                "ok": False,
                "error_code": 429,
                "description": "Too Many Requests: retry after 1",
                "parameters": {"retry_after": 1},
            },
        )
        sandbox.clock.pass_by(timedelta(seconds=1))
        await sandbox.ask(
            "POST",
            "people",
            {
                "people": [
                    {"id": number, "name": f"企业{number}", "behaviour": "silent"} for number in range(2000, 2030)
                ]
            },
        )
        answers = [await sandbox.call("sendMessage", chat_id=number, text="x") for number in range(2000, 2030)]
        assert [status for status, _ in answers].count(200) == 30
        answers.append(await sandbox.call("sendMessage", chat_id=2000, text="x"))
        assert answers[-1][1]["parameters"] == {"retry_after": 1}
