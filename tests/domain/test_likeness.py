"""Alike are texts that share pairs of neighbouring characters, whatever signs and widths they are written with."""

import pytest

from domain.likeness import ALIKE_AT_HOME, ALIKE_NEARBY, likeness, pairs


def test_pairs_do_not_reach_across_signs() -> None:
    assert pairs("后门，锁着") == {"后门", "锁着"}
    assert pairs("ＡＢ c_d") == {"ab", "c", "d"}
    assert pairs("！？") == frozenset()


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("后门锁着", "后门锁着", 1, 1),
        ("后门锁着", "后门，锁着！", 0.7, 0.9),
        ("油烟罩里全是油，冒过火星", "油烟罩又冒火星了", ALIKE_AT_HOME, ALIKE_NEARBY),
        ("疏散通道堆放纸箱", "疏散通道堆满了纸箱", ALIKE_NEARBY, 0.9),
        ("后门锁着", "配电箱没有门", 0, 0),
        ("", "后门锁着", 0, 0),
    ],
)
def test_likeness_goes_from_nothing_to_all(one: str, other: str, least: float, most: float) -> None:
    assert least <= likeness(one, other) <= most
    assert likeness(one, other) == likeness(other, one)
