"""What somebody wrote is kept whole or refused whole."""

from __future__ import annotations

import pytest

from domain.text import WordsTooLong, fitting, shortened


def test_words_are_added_as_they_are() -> None:
    assert fitting(" 门换了\n", 10) == "门换了"
    assert fitting("锁也换了", 10, "门换了") == "门换了\n锁也换了"
    assert fitting("", 3, "门换了") == "门换了"


@pytest.mark.parametrize(
    ("text", "before", "length", "kept"), [("长" * 11, "", 11, 0), ("六个字六个字", "四个字四", 11, 4)]
)
def test_too_many_are_refused_with_what_was_taken_before(text: str, before: str, length: int, kept: int) -> None:
    with pytest.raises(WordsTooLong) as refused:
        fitting(text, 10, before)
    assert refused.value.facts == {"most": 10, "length": length, "kept": kept}


@pytest.mark.parametrize(
    ("text", "shown"), [("后门\n锁着", "后门 锁着"), ("长" * 10, "长" * 10), ("长" * 11, "长" * 9 + "…"), ("", "")]
)
def test_what_is_shortened_says_so(text: str, shown: str) -> None:
    assert shortened(text, 10) == shown
