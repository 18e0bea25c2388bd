"""Photos and documents in both directions, albums, and downloads."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from pictures import png
from PIL import Image
from telegram import InputMediaDocument, InputMediaPhoto
from telegram.error import BadRequest, InvalidToken, NetworkError

OFFICER = 1002


async def refusal(answer: Any) -> str:
    with pytest.raises(BadRequest) as caught:
        await answer
    return caught.value.message


async def test_a_photo_has_sizes_and_is_sent_again_by_its_id(sandbox: Any) -> None:
    await sandbox.started()
    content = png(800, 600)
    sent = await sandbox.bot.send_photo(OFFICER, content, caption="配电箱", filename="配电箱.png")
    assert [(size.width, size.height) for size in sent.photo] == [(320, 240), (800, 600)]
    again = await sandbox.bot.send_photo(OFFICER, sent.photo[-1].file_id)
    assert (again.photo, again.caption) == (sent.photo, None)
    file = await sandbox.bot.get_file(sent.photo[-1].file_id)
    assert bytes(await file.download_as_bytearray()) == content
    small = await (await sandbox.bot.get_file(sent.photo[0].file_id)).download_as_bytearray()
    assert Image.open(io.BytesIO(bytes(small))).size == (320, 240)
    shown = (await sandbox.ask("GET", "state"))["chats"][str(OFFICER)]["messages"][1]["file"]
    assert shown == {
        "file_id": sent.photo[-1].file_id,
        "name": "配电箱.png",
        "size": len(content),
        "mime": "image/png",
        "width": 800,
        "height": 600,
    }
    async with sandbox.http.get(f"/sandbox/files/{shown['file_id']}") as response:
        assert (response.content_type, await response.read()) == ("image/png", content)


async def test_photos_that_telegram_refuses(sandbox: Any) -> None:
    await sandbox.started()
    send = sandbox.bot.send_photo
    assert await refusal(send(OFFICER, b"<svg/>", filename="a.jpg")) == "Image_process_failed"
    assert await refusal(send(OFFICER, png(9_000, 1_200))) == "Photo_invalid_dimensions"
    assert await refusal(send(OFFICER, png(1, 30))) == "Photo_invalid_dimensions"
    large = png(2_000, 1_800, has_noise=True)
    assert await refusal(send(OFFICER, large)) == (
        f"File of size {len(large)} bytes is too big for a photo; the maximum size is 10485760 bytes"
    )
    assert await refusal(send(OFFICER, "https://example.com/a.png")) == "Failed to get http url content"
    assert (await refusal(send(OFFICER, "AgACnonsense"))).startswith("Wrong remote file identifier specified")
    assert await refusal(send(OFFICER, b"")) == "File must be non-empty"
    _status, body = await sandbox.call("sendPhoto", chat_id=OFFICER)
    assert body["description"] == "Bad Request: there is no photo in the request"
    assert await refusal(send(OFFICER, png(9, 9), caption="长" * 1025)) == "Message caption is too long"
    assert (await send(OFFICER, png(9, 9), caption="<b>" + "长" * 1024 + "</b>", parse_mode="HTML")).caption


async def test_a_document_keeps_its_name_kind_and_bytes(sandbox: Any) -> None:
    await sandbox.started()
    sent = await sandbox.bot.send_document(OFFICER, b"%PDF-1.7", filename="自查记录-0001.pdf")
    document = sent.document
    assert (document.file_name, document.mime_type, document.file_size) == ("自查记录-0001.pdf", "application/pdf", 8)
    as_photo = sandbox.bot.send_photo(OFFICER, document.file_id)
    assert await refusal(as_photo) == "Can't use file of type document as photo"
    with pytest.raises(NetworkError, match="Request Entity Too Large"):
        await sandbox.bot.send_document(OFFICER, b"\0" * 50_000_001, filename="大.bin")


async def test_an_album_is_several_messages_of_one_group(sandbox: Any) -> None:
    await sandbox.started()
    sent = await sandbox.bot.send_media_group(
        OFFICER, [InputMediaPhoto(png(20, 20), caption="第一张"), InputMediaPhoto(png(30, 30), filename="乙.png")]
    )
    assert [message.caption for message in sent] == ["第一张", None]
    assert len({message.media_group_id for message in sent}) == 1
    one = [InputMediaPhoto(png(20, 20))]
    assert await refusal(sandbox.bot.send_media_group(OFFICER, one)) == (
        "Group send failed: an album must include 2-10 items"
    )
    assert await refusal(sandbox.bot.send_media_group(OFFICER, one * 11)) == "Too many messages to send as an album"
    mixed = [*one, InputMediaDocument(b"x", filename="a.txt")]
    assert await refusal(sandbox.bot.send_media_group(OFFICER, mixed)) == (
        "Document can't be mixed with other media types"
    )


async def test_a_persons_album_arrives_as_separate_updates(sandbox: Any) -> None:
    await sandbox.started()
    pictures = [(f"{number}.png", png(60, 40 + number), "image/png") for number in range(3)]
    answer = await sandbox.upload(OFFICER, "photo", *pictures, caption="灭火器过期")
    updates = await sandbox.bot.get_updates()
    messages = [update.message for update in updates]
    assert [message.caption for message in messages] == ["灭火器过期", None, None]
    assert {message.media_group_id for message in messages} == {answer["media_group_id"]}
    file = await sandbox.bot.get_file(messages[2].photo[-1].file_id)
    assert bytes(await file.download_as_bytearray()) == pictures[2][1]


async def test_a_persons_document_and_the_limits_of_downloads(sandbox: Any) -> None:
    await sandbox.started()
    book = ("企业名录.xlsx", b"PK" * 2_000_000, "application/octet-stream")
    await sandbox.upload(OFFICER, "document", book, caption="请导入")
    await sandbox.upload(OFFICER, "document", ("大.zip", b"\0" * 20_000_001, "application/zip"))
    small, large = [update.message for update in await sandbox.bot.get_updates()]
    assert small.document.mime_type == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert (small.document.file_name, small.caption) == ("企业名录.xlsx", "请导入")
    assert await refusal(sandbox.bot.get_file(large.document.file_id)) == "File is too big"
    assert await refusal(sandbox.bot.get_file("BQACnothing")) == (
        "Wrong file_id or the file is temporarily unavailable"
    )
    file = await sandbox.bot.get_file(small.document.file_id)
    assert len(await file.download_as_bytearray()) == 4_000_000
    sandbox.clock.pass_by(timedelta(hours=2))
    with pytest.raises(InvalidToken):
        await file.download_as_bytearray()


async def test_hostile_pictures_reach_the_bot_as_they_are(sandbox: Any) -> None:
    await sandbox.started()
    bomb = png(9_000, 9_000)
    drawing = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
    await sandbox.upload(OFFICER, "photo", ("炸弹.png", bomb, "image/png"))
    await sandbox.upload(OFFICER, "photo", ("图.jpg", drawing, "image/jpeg"))
    await sandbox.upload(OFFICER, "photo", ("大.jpg", b"\xff\xd8" + b"\0" * 25_000_000, "image/jpeg"))
    first, second, third = [update.message.photo[-1] for update in await sandbox.bot.get_updates()]
    assert (first.width, first.height) == (1280, 1280)
    assert bytes(await (await sandbox.bot.get_file(first.file_id)).download_as_bytearray()) == bomb
    assert bytes(await (await sandbox.bot.get_file(second.file_id)).download_as_bytearray()) == drawing
    assert await refusal(sandbox.bot.get_file(third.file_id)) == "File is too big"
    async with sandbox.http.get(f"/sandbox/files/{second.file_id}") as response:
        assert response.headers["X-Content-Type-Options"] == "nosniff"
