"""成稿 — messages put together: pictures or a file, never both; a long paste is one text again; limits with figures."""

from __future__ import annotations

import pytest

from domain.composition import (
    MOST_SIGNS,
    BroadcastEmpty,
    BroadcastTooLong,
    Content,
    MediaMixed,
    PhotosFull,
    signs_in,
)
from domain.refusal import Refusal

ALBUM = Content("说明", tuple(f"p{at}" for at in range(10)))
FILE = Content("", (), "d", "通知.pdf")


def test_what_is_sent_after_it_belongs_to_it_too() -> None:
    whole = Content("第一段").adding(Content("第二段", ("p1",))).adding(Content("", ("p2",)))
    assert whole == Content("第一段\n第二段", ("p1", "p2"))
    assert (Content("字").kind, Content("", ("p",)).kind, whole.kind, FILE.kind) == ("", "photo", "album", "document")
    assert Content("字").adding(FILE).files == ("d",)


def test_a_paste_that_telegram_cut_into_full_messages_is_one_text_again() -> None:
    first = Content("安" * 4096)
    assert first.adding(Content("全生产")).text == "安" * 4096 + "全生产"
    assert Content("安" * 4095).adding(Content("全")).text == "安" * 4095 + "\n全"


@pytest.mark.parametrize(
    ("first", "more", "refusal"),
    [
        (FILE, Content("", ("p",)), MediaMixed),
        (Content("", ("p",)), FILE, MediaMixed),
        (FILE, FILE, MediaMixed),
        (ALBUM, Content("", ("p10",)), PhotosFull),
        (Content("安" * MOST_SIGNS), Content("全"), BroadcastTooLong),
    ],
)
def test_what_does_not_go_together_is_refused(first: Content, more: Content, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        first.adding(more)


def test_signs_are_counted_as_telegram_counts_them() -> None:
    assert signs_in("安😀") == 3
    Content("😀" * (MOST_SIGNS // 2)).must_fit()
    with pytest.raises(BroadcastTooLong) as long:
        Content("😀" * (MOST_SIGNS // 2 + 1)).must_fit()
    assert long.value.facts == {"over": 2, "limit": MOST_SIGNS}
    with pytest.raises(BroadcastEmpty):
        Content().must_fit()
