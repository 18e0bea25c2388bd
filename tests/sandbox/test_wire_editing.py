"""Edits in place, deletions, and answers to pressed buttons."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pictures import png
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputMediaDocument, InputMediaPhoto
from telegram.error import BadRequest, Forbidden

OFFICER = 1002
SAME = (
    "Message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
OLD_QUERY = "Query is too old and response timeout expired or query id is invalid"


async def refusal(answer: Any) -> str:
    with pytest.raises(BadRequest) as caught:
        await answer
    return caught.value.message


def buttons(*labels: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=label) for label in labels]])


async def test_text_and_buttons_change_in_place(sandbox: Any) -> None:
    told = await sandbox.said(text="第 1 项", reply_markup=buttons("符合"))
    sandbox.clock.pass_by(timedelta(seconds=5))
    changed = await sandbox.bot.edit_message_text("第 2 项", OFFICER, told.message_id, reply_markup=buttons("符合"))
    assert (changed.text, changed.message_id) == ("第 2 项", told.message_id)
    assert changed.edit_date - changed.date == timedelta(seconds=5)
    same = sandbox.bot.edit_message_text("第 2 项", OFFICER, told.message_id, reply_markup=buttons("符合"))
    assert await refusal(same) == SAME
    bare = await sandbox.bot.edit_message_text("第 2 项", OFFICER, told.message_id)
    assert bare.reply_markup is None
    assert await refusal(sandbox.bot.edit_message_reply_markup(OFFICER, told.message_id)) == SAME
    keyed = await sandbox.bot.edit_message_reply_markup(OFFICER, told.message_id, reply_markup=buttons("完成"))
    assert (keyed.text, keyed.reply_markup) == ("第 2 项", buttons("完成"))


async def test_what_cannot_be_edited(sandbox: Any) -> None:
    told = await sandbox.said()
    heard = (await sandbox.act(OFFICER, "text", text="好"))["message_id"]
    bot = sandbox.bot
    assert await refusal(bot.edit_message_text("x", OFFICER, 99)) == "Message to edit not found"
    assert await refusal(bot.edit_message_text("x", 999, told.message_id)) == "Chat not found"
    assert await refusal(bot.edit_message_text("x", OFFICER, heard)) == "Message can't be edited"
    assert await refusal(bot.edit_message_text("", OFFICER, told.message_id)) == "Message text is empty"
    assert await refusal(bot.edit_message_caption(OFFICER, told.message_id, caption="x")) == (
        "There is no caption in the message to edit"
    )
    _status, body = await sandbox.call("editMessageText", chat_id=OFFICER, text="x")
    assert body["description"] == "Bad Request: message identifier is not specified"
    assert await refusal(bot.edit_message_text("y", OFFICER, told.message_id, reply_markup={"keyboard": [["a"]]})) == (
        "Inline keyboard expected"
    )


async def test_captions_and_media_change_in_place(sandbox: Any) -> None:
    await sandbox.started()
    sent = await sandbox.bot.send_photo(OFFICER, png(40, 30), caption="<i>甲</i>", parse_mode="HTML")
    changed = await sandbox.bot.edit_message_caption(OFFICER, sent.message_id, caption="乙", reply_markup=buttons("好"))
    assert (changed.caption, changed.photo) == ("乙", sent.photo)
    assert await refusal(sandbox.bot.edit_message_text("x", OFFICER, sent.message_id)) == (
        "There is no text in the message to edit"
    )
    media = InputMediaDocument(b"%PDF-1.7 ...", filename="记录.pdf", caption="丙")
    changed = await sandbox.bot.edit_message_media(media, OFFICER, sent.message_id)
    assert (changed.document.file_name, changed.caption, changed.photo) == ("记录.pdf", "丙", ())
    text = await sandbox.said(text="文字")
    grown = await sandbox.bot.edit_message_media(InputMediaPhoto(sent.photo[-1].file_id), OFFICER, text.message_id)
    assert grown.photo[-1].file_id == sent.photo[-1].file_id


async def test_deleting(sandbox: Any) -> None:
    first, second = await sandbox.said(text="一"), await sandbox.said(text="二")
    heard = (await sandbox.act(OFFICER, "text", text="我说的"))["message_id"]
    assert await sandbox.bot.delete_message(OFFICER, first.message_id)
    assert await refusal(sandbox.bot.delete_message(OFFICER, first.message_id)) == "Message to delete not found"
    assert await refusal(sandbox.bot.edit_message_text("x", OFFICER, first.message_id)) == "Message to edit not found"
    assert await sandbox.bot.delete_messages(OFFICER, [first.message_id, heard])
    sandbox.clock.pass_by(timedelta(hours=49))
    assert await refusal(sandbox.bot.delete_message(OFFICER, second.message_id)) == (
        "Message can't be deleted for everyone"
    )
    messages = (await sandbox.ask("GET", "state"))["chats"][str(OFFICER)]["messages"]
    assert [message["text"] for message in messages] == ["/start", "二"]


async def test_a_press_is_answered_once_and_in_time(sandbox: Any) -> None:
    told = await sandbox.said(reply_markup=buttons("符合", "不符合"))
    await sandbox.act(OFFICER, "press", message_id=told.message_id, row=0, column=1)
    [update] = await sandbox.bot.get_updates()
    query = update.callback_query
    assert (query.data, query.message.text, query.from_user.id) == ("不符合", "请自查", OFFICER)
    assert query.message.reply_markup == told.reply_markup
    too_long = sandbox.bot.answer_callback_query(query.id, "长" * 201)
    assert await refusal(too_long) == "Message_too_long"
    assert await query.answer("已保存", show_alert=True)
    assert await refusal(query.answer()) == OLD_QUERY
    assert await refusal(sandbox.bot.answer_callback_query("77")) == OLD_QUERY
    await sandbox.act(OFFICER, "press", message_id=told.message_id, data="符合")
    late = (await sandbox.drained())[-1]["callback_query"]
    sandbox.clock.pass_by(timedelta(minutes=16))
    assert await refusal(sandbox.bot.answer_callback_query(late["id"])) == OLD_QUERY


async def test_only_buttons_that_exist_can_be_pressed_unless_forged(sandbox: Any) -> None:
    told = await sandbox.said(reply_markup=buttons("符合"))
    assert await sandbox.refused(OFFICER, "press", message_id=told.message_id, data="别的") == (
        409,
        "there is no such button on this message",
    )
    assert (await sandbox.refused(OFFICER, "press", message_id=told.message_id, row=3, column=0))[0] == 409
    assert (await sandbox.refused(OFFICER, "press", message_id=99, data="符合"))[0] == 409
    await sandbox.act(OFFICER, "press", message_id=told.message_id, data="别的", forge=True)
    assert (await sandbox.drained())[-1]["callback_query"]["data"] == "别的"


async def test_nothing_is_edited_in_a_blocked_chat(sandbox: Any) -> None:
    told = await sandbox.said()
    await sandbox.act(OFFICER, "block")
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await sandbox.bot.edit_message_text("x", OFFICER, told.message_id)
