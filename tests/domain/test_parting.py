"""分段 — every part whole by itself, nothing lost between two of them."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.parting import in_parts, units

_PIECES = st.sampled_from(
    ["安", "全", "a", " ", "\n", "。", "&lt;", "&amp;", "😀", "<b>", "<i>", '<a href="x">', "</>"]
)


def _well_formed(pieces: list[str]) -> str:
    said, names = [], []
    for piece in pieces:
        if piece == "</>":
            if names:
                said.append(f"</{names.pop()}>")
        else:
            said.append(piece)
            if found := re.match(r"<(\w+)", piece):
                names.append(found.group(1))
    return "".join(said) + "".join(f"</{name}>" for name in reversed(names))


def _visible(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))


@given(st.lists(_PIECES, max_size=200), st.integers(2, 20))
def test_each_part_fits_closes_what_it_opens_and_nothing_is_lost(pieces: list[str], limit: int) -> None:
    html = _well_formed(pieces)
    parts = in_parts(html, limit)
    for part in parts:
        assert 0 < units(part) <= limit
        names: list[str] = []
        for slash, name in re.findall(r"<(/?)(\w+)[^>]*>", part):
            if slash:
                assert names.pop() == name
            else:
                names.append(name)
        assert names == [] and not re.search(r"&(?!(lt|amp);)", part)
    assert "".join(_visible("".join(parts)).split()) == "".join(_visible(html).split())


@pytest.mark.parametrize(
    ("html", "parts"),
    [
        ("短", ("短",)),
        ("一二三四五六七八九十", ("一二三四五六七八", "九十")),
        ("一二三四五\n六七八九十", ("一二三四五", "六七八九十")),
        ("一二三四。五六七八九十", ("一二三四。", "五六七八九十")),
        ("<b>一二三四五\n六七八九十</b>", ("<b>一二三四五</b>", "<b>六七八九十</b>")),
        ("😀😀😀😀😀", ("😀😀😀😀", "😀")),
        ("&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&amp;", ("&lt;" * 8, "&amp;")),
    ],
)
def test_a_part_ends_where_a_reader_would_pause(html: str, parts: tuple[str, ...]) -> None:
    assert in_parts(html, 8) == parts


def test_a_first_part_may_be_a_caption() -> None:
    assert [units(part) for part in in_parts("安" * 30, 20, first=5)] == [5, 20, 5]
