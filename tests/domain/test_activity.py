"""Which edition is current, what a record needs, and what is read out of what people type."""

from __future__ import annotations

from datetime import date

import pytest

from content.catalogue import Catalogue
from domain.campaign import (
    Activity,
    CellState,
    DayOutside,
    DayUnclear,
    Edition,
    HeadCountUnclear,
    Step,
    current,
    must_lie_in,
    read_day,
    read_head_count,
)


@pytest.fixture(scope="module")
def june(catalogue: Catalogue) -> Edition:
    return catalogue.editions["2026-june"]


def test_seventy_cells(june: Edition) -> None:
    assert june.cells(23, 1) == 70


@pytest.mark.parametrize(
    ("on", "found"),
    [
        (date(2026, 6, 1), "2026-june"),
        (date(2026, 6, 30), "2026-june"),
        (date(2026, 5, 1), "2026-june"),
        (date(2026, 9, 1), "2026-june"),
    ],
)
def test_the_edition_that_runs_comes_or_was_last(catalogue: Catalogue, on: date, found: str) -> None:
    edition = current(catalogue.editions.values(), on)
    assert edition is not None and edition.id == found


def test_without_any_there_is_none() -> None:
    assert current((), date(2026, 6, 1)) is None


@pytest.mark.parametrize(
    ("typed", "count"),
    [
        ("14", 14),
        ("１４人", 14),
        ("14人，后厨和前厅都来了", 14),
        ("23家，共86人", 86),
        ("一共来了 20 名", 20),
        ("3个人", 3),
        ("2班 15 位", 15),
    ],
)
def test_how_many_people(typed: str, count: int) -> None:
    assert read_head_count(typed) == count


@pytest.mark.parametrize("typed", ["", "大家都来了", "0人", "第3组第4组", "9999999人", "-"])
def test_no_number_of_people(typed: str) -> None:
    with pytest.raises(HeadCountUnclear):
        read_head_count(typed)


@pytest.mark.parametrize(
    ("typed", "day"),
    [("6月3日", date(2026, 6, 3)), ("2026-06-03", date(2026, 6, 3)), ("６．３", date(2026, 6, 3))],
)
def test_a_day_is_read(june: Edition, typed: str, day: date) -> None:
    assert read_day(typed, june) == day


@pytest.mark.parametrize("typed", ["", "上周", "6月31日", "3", "1 2 3 4"])
def test_no_day_is_read(june: Edition, typed: str) -> None:
    with pytest.raises(DayUnclear):
        read_day(typed, june)


@pytest.mark.parametrize("held_on", [date(2026, 5, 31), date(2026, 7, 1), date(2026, 6, 11)])
def test_a_day_outside_or_to_come(june: Edition, held_on: date) -> None:
    must_lie_in(june, date(2026, 6, 10), date(2026, 6, 10))
    with pytest.raises(DayOutside):
        must_lie_in(june, held_on, date(2026, 6, 10))


def test_what_is_asked_next_and_when_a_cell_is_done() -> None:
    day = date(2026, 6, 3)
    assert Activity().missing is Step.DAY
    assert Activity(day).missing is Step.COUNT
    assert Activity(day, 3).missing is Step.CONTENT
    assert Activity(day, 3, content="x").missing is Step.RESULT
    whole = Activity(day, 3, "3人", "x", "y")
    assert whole.missing is Step.PHOTO and whole.state() is CellState.LACKING
    assert Activity(day, 3, "3人", "x", "y", 1).state() is CellState.DONE
