"""Whatever an update carries in place of what it should is set aside where it is read, and no talk meets it."""

from __future__ import annotations

from typing import Any

import pytest
from telegram import Bot, User

from handlers.adapter.reading import Unparsable, read_update
from handlers.turn import Document, Photo
from sandbox.server import DEFAULT_TOKEN

WHO = {"id": 7, "first_name": "王芳", "is_bot": False}
SHEET = {"file_id": "F", "file_unique_id": "U", "file_size": 9, "file_name": "名录.xlsx"}
PHOTO = {"file_id": "F", "file_unique_id": "U", "file_size": 9, "width": 1, "height": 1}


@pytest.fixture
def bot() -> Bot:
    made = Bot(DEFAULT_TOKEN)
    made._bot_user = User(1, "安哨", True, username="anshao_sandbox_bot")
    return made


def update(**said: Any) -> dict[str, Any]:
    message = {"message_id": 1, "date": 1780277400, "from": WHO, "chat": {"id": 7, "type": "private"}} | said
    return {"update_id": 1, "message": message}


def test_a_file_is_read(bot: Bot) -> None:
    assert read_update(update(document=SHEET), bot).said == Document("F", "U", "名录.xlsx", "", 9, "")
    album = update(photo=[PHOTO], media_group_id="a")
    assert read_update(album, bot).said == Photo("F", "U", 9, "", "a")


@pytest.mark.parametrize(
    "said",
    [
        {"document": SHEET | {"file_size": {"a": 1}}},
        {"document": SHEET | {"file_size": "9"}},
        {"document": SHEET | {"file_size": 2**63}},
        {"document": SHEET | {"file_size": True}},
        {"photo": [PHOTO | {"file_size": 1.5}]},
        {"photo": [PHOTO], "media_group_id": {"a": 1}},
        {"location": {"latitude": float("nan"), "longitude": 0}},
        {"location": {"latitude": float("inf"), "longitude": 0}},
    ],
)
def test_a_value_of_another_kind_is_not_understood(bot: Bot, said: dict[str, Any]) -> None:
    with pytest.raises(Unparsable, match=" is "):
        read_update(update(**said), bot)


@pytest.mark.parametrize("chosen", [["0"], [None], [True], [2**70]])
def test_nor_is_a_vote_for_what_is_no_position(bot: Bot, chosen: list[Any]) -> None:
    with pytest.raises(Unparsable, match=" is "):
        read_update({"update_id": 1, "poll_answer": {"poll_id": "p", "user": WHO, "option_ids": chosen}}, bot)
