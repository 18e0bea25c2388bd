"""docs/matters.md is a map of the house: every place on it exists, and no rule, deed or talk is missing from it."""

from __future__ import annotations

import re
from pathlib import PurePath

from tests.house.tree import ROOT, in_use, tracked

MAP = ROOT / "docs" / "matters.md"
COLUMNS = 6


def rows() -> list[list[str]]:
    lines = [line for line in MAP.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def places() -> set[str]:
    return {place for row in rows() for cell in row[1:] for place in re.findall(r"`([^`]+)`", cell)}


def test_every_cell_names_what_exists() -> None:
    assert len(rows()) > 10
    assert [row[0] for row in rows() if len(row) != COLUMNS] == []
    assert [row[0] for row in rows() for cell in row[1:] if not re.fullmatch(r"—|(`[^` ]+` ?)+", cell)] == []
    # A place is there when it is committed; one that lies about uncommitted is on nobody else's disk.
    missing = [p for p in places() if p not in tracked() and not any(one.startswith(p) for one in tracked())]
    assert sorted(missing) == []


def test_every_rule_every_deed_and_every_talk_that_is_in_use_is_on_the_map() -> None:
    flat = [name for name in in_use() if re.fullmatch(r"(domain|outreach|handlers|scheduler)/\w+\.py", name)]
    assert [name for name in flat if PurePath(name).stem != "__init__" and name not in places()] == []


def test_a_place_stands_in_the_column_of_its_floor() -> None:
    floors = ("domain/", "content/", "outreach/", ("handlers/", "scheduler/", "console/", "bot/"), "tests/")
    wrong = [
        place
        for row in rows()
        for cell, floor in zip(row[1:], floors, strict=True)
        for place in re.findall(r"`([^`]+)`", cell)
        if not place.startswith(floor)
    ]
    assert wrong == []
