"""A button's label is one line that a phone shows whole, whatever somebody wrote."""

from __future__ import annotations

from unicodedata import east_asian_width

import pytest

from handlers.inspection_cards import LABEL_CELLS, short


@pytest.mark.parametrize("label", ["后门\n锁着", "  后门\t\t锁着 ", "后门　锁着\r\n"])
def test_a_label_is_one_line(label: str) -> None:
    assert short(label) == "后门 锁着"


@pytest.mark.parametrize("label", ["喆堃䶮𠮷" * 20, "a" * 80, "灭火器\n" * 30])
def test_a_long_label_says_that_it_goes_on_and_still_fits(label: str) -> None:
    shown = short(label)
    assert shown.endswith("…") and sum(2 if east_asian_width(one) in "WF" else 1 for one in shown) <= LABEL_CELLS
