"""Where a linked word leads is written out, so that a notice sends nobody where they cannot see."""

from __future__ import annotations

import pytest
from telegram import Bot, User

from handlers.adapter.reading import read_update
from handlers.turn import Text
from sandbox.server import DEFAULT_TOKEN

PERSON = {"id": 1001, "is_bot": False, "first_name": "周科"}


def said(text: str, *links: tuple[int, int, str]) -> str:
    entities = [{"type": "text_link", "offset": at, "length": long, "url": url} for at, long, url in links]
    message = {"message_id": 1, "date": 1780277400, "chat": {"id": 1001, "type": "private"}, "from": PERSON}
    bot = Bot(DEFAULT_TOKEN)
    bot._bot_user = User(1, "安哨", True, username="anshao_sandbox_bot")
    turn = read_update({"update_id": 7, "message": message | {"text": text, "entities": entities}}, bot)
    assert isinstance(turn.said, Text)
    return turn.said.text


@pytest.mark.parametrize(
    ("text", "links", "shown"),
    [
        ("看这里，谢谢", ((1, 2, "https://example.org/a"),), "看这里 https://example.org/a ，谢谢"),
        ("😀这里", ((2, 2, "https://example.org/a"),), "😀这里 https://example.org/a"),
        (
            "甲乙",
            ((0, 1, "http://a.example/"), (1, 1, "http://b.example/")),
            "甲 http://a.example/ 乙 http://b.example/",
        ),
        ("短", ((0, 99, "https://example.org/a"),), "短"),
        ("第一段\n\n第二段", (), "第一段\n\n第二段"),
    ],
)
def test_a_linked_word_shows_its_address(text: str, links: tuple[tuple[int, int, str], ...], shown: str) -> None:
    assert said(text, *links) == shown
