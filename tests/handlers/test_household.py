"""家里查一查: anybody may walk it, nothing is kept of it, and a button of an older list is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest
from sqlalchemy import func, select

from domain.checklist import ForWhom
from domain.contact import StalePress
from handlers import menu
from handlers.turn import PRESS_LIMIT, Person, Press, Reply, Say, Turn
from handlers.turn import press as data
from outreach.desk import Office
from outreach.storage import records

NOBODY = Person(4711, 4711, "路人", "zh")


def pressed(*words: object) -> Turn:
    said = Press("query", tuple(str(word) for word in words), 1)
    return Turn(1, NOBODY, said, 1, datetime(2026, 6, 1, tzinfo=UTC))


async def answered(office: Office, *words: object) -> Reply:
    async with office.desk() as desk:
        turn = pressed(*words)
        return await menu.answer(turn, await menu.scene_for(turn, desk))


def shown(reply: Reply) -> Say:
    (say,) = reply.says
    assert isinstance(say, Say)
    return say


async def rows(office: Office) -> dict[str, int]:
    async with office.desk() as desk:
        return {
            table.name: int(await desk.session.scalar(select(func.count()).select_from(table)) or 0)
            for table in records.Record.metadata.sorted_tables
        }


async def test_every_way_through_ends_with_what_to_mend_and_keeps_nothing(office: Office) -> None:
    checklist = next(one for one in office.catalogue.checklists.values() if one.audience is ForWhom.HOUSEHOLD)
    before = await rows(office)
    for answers in map("".join, product("pf", repeat=len(checklist.items))):
        if answers.count("f") not in (0, 1, len(checklist.items)):
            continue
        for upto in range(len(answers)):
            said = shown(await answered(office, "hh", "v", checklist.version, answers[:upto]))
            assert checklist.items[upto].what in said.text
        end = shown(await answered(office, "hh", "v", checklist.version, answers)).text
        wrong = [item.remedy in end for item in checklist.items]
        assert wrong == [letter == "f" for letter in answers]
    assert await rows(office) == before


async def test_a_button_of_an_older_list_or_of_nobodys_making_is_refused(office: Office) -> None:
    checklist = next(one for one in office.catalogue.checklists.values() if one.audience is ForWhom.HOUSEHOLD)
    now = checklist.version
    for words in (("v", now + 1, "p"), ("v", now, "pxp"), ("v", now, "p" * 99), ("v", now), ("v",), ("z",), ()):
        with pytest.raises(StalePress):
            await answered(office, "hh", *words)


async def test_a_bureau_without_a_list_for_households_says_so_politely(office: Office) -> None:
    kept = {one.id: one for one in office.catalogue.checklists.values() if one.audience is not ForWhom.HOUSEHOLD}
    office.catalogue = replace(office.catalogue, checklists=kept)
    with pytest.raises(StalePress):
        await answered(office, "hh", "s")


def test_the_longest_short_list_fits_into_a_button() -> None:
    assert len(data("hh", "v", 999, "p" * 12)) <= PRESS_LIMIT
