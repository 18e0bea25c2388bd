"""看图、大字图片: a press answers with the picture of that card or lesson, for anybody who may read it in words."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from PIL import Image

from content.papers import card_picture
from domain.contact import StalePress
from handlers import menu
from handlers.turn import PRESS_LIMIT, File, Person, Press, Reply, Turn
from handlers.turn import press as data
from outreach.desk import Office
from outreach.people import enrolling


async def answered(office: Office, language: str, *words: str) -> Reply:
    async with office.desk() as desk:
        turn = Turn(1, Person(4711, 4711, "路人", language), Press("q", words, 1), 1, datetime(2026, 6, 1, tzinfo=UTC))
        return await menu.answer(turn, await menu.scene_for(turn, desk))


def photo(reply: Reply) -> File:
    (file,) = reply.says
    assert isinstance(file, File)
    assert file.as_photo
    assert isinstance(file.data, bytes)
    assert Image.open(io.BytesIO(file.data)).format == "PNG"
    assert len(file.data) < 10_000_000, "the limit of a photo"
    return file


async def test_the_picture_of_a_card_is_for_anybody_before_they_agree_to_anything(office: Office) -> None:
    catalogue = office.catalogue
    pictures = {}
    for card_id in ("gas-leak", "cpr"):
        file = photo(await answered(office, "zh", "hl", "p", card_id))
        names = {hotline.number: hotline.name for hotline in catalogue.hotlines_for(None)}
        call = tuple((number, names[number]) for number in catalogue.cards[card_id].call)
        assert file.data == card_picture(catalogue.cards[card_id], call, catalogue.folder)
        assert catalogue.cards[card_id].title in file.caption
        pictures[card_id] = file.data
    assert pictures["gas-leak"] != pictures["cpr"]
    assert "In Chinese" in photo(await answered(office, "en", "hl", "p", "cpr")).caption


async def test_the_picture_of_a_lesson_is_for_who_agreed(office: Office) -> None:
    async with office.desk() as desk:
        await enrolling.agree(desk, 4711, 4711, "路人", "zh-CN", office.privacy.version)
    assert "接线板不串" in photo(await answered(office, "zh", "cp", "p", "one-strip-only")).caption
    for words in (("cp", "p", "no-such-lesson"), ("cp", "p"), ("cp", "p", "../cards/cpr")):
        with pytest.raises(StalePress):
            await answered(office, "zh", *words)


@pytest.mark.parametrize("words", [("p", "no-such-card"), ("p",), ("p", "cpr", "x"), ("p", "../cpr"), ("p", "")])
async def test_a_card_that_is_no_more_is_refused(office: Office, words: tuple[str, ...]) -> None:
    with pytest.raises(StalePress):
        await answered(office, "zh", "hl", *words)


def test_every_button_fits(office: Office) -> None:
    every = [data("hl", "p", id_) for id_ in office.catalogue.cards]
    every += [data("cp", "p", id_) for id_ in office.catalogue.lessons]
    assert max(len(one.encode()) for one in every) <= PRESS_LIMIT
