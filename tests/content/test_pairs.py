"""Two photos side by side: each whole on its side, their captions below, whatever their shape."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from content.papers.pair import Side, pair_picture


def plain(colour: str, size: tuple[int, int]) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG")
    return out.getvalue()


@pytest.mark.parametrize("sizes", [((1600, 1200), (1200, 1600)), ((3000, 200), (40, 2000)), ((1, 1), (1, 1))])
def test_both_photos_stand_whole_beside_each_other(sizes: tuple[tuple[int, int], tuple[int, int]]) -> None:
    title = "YH20260601-0001 王记老火锅店 后门上了锁\n<b>&推不开𠮷" * 4
    coloured = zip(("red", "blue"), sizes, strict=True)
    sides = [Side(plain(colour, size), f"整改{colour} 2026年6月1日") for colour, size in coloured]
    with Image.open(io.BytesIO(pair_picture(title, *sides))) as drawn:
        assert drawn.format == "JPEG" and drawn.width == 1280 and 500 < drawn.height < 1200
        middle = (drawn.height + 40) // 2
        red, blue = drawn.convert("RGB").getpixel((320, middle)), drawn.convert("RGB").getpixel((960, middle))
    assert red[0] > 200 and red[2] < 60 and blue[2] > 200 and blue[0] < 60  # type: ignore[index]
