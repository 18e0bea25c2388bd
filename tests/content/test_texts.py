"""文案 — how the words of a moment are put together, whatever they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from content.texts import Texts


@pytest.fixture
def texts(tmp_path: Path) -> Texts:
    home = tmp_path / "zh-CN"
    (home / "replies").mkdir(parents=True)
    (home / "labels").mkdir()
    (home / "replies" / "short.j2").write_text("{{ what|truncate(12) }}", encoding="utf-8")
    (home / "replies" / "gap.j2").write_text("一\n\n{% if no %}\n二\n{% endif %}\n\n\n三\n", encoding="utf-8")
    return Texts(tmp_path)


@pytest.mark.parametrize(
    ("what", "shown"),
    [
        ("配件没到，要等厂家发货", "配件没到，要等厂家发货"),
        ("配件没到 要等厂家发货，下周三", "配件没到 要等厂家发货…"),
        ("后厨 " + "长" * 400, "后厨 长长长长长长长长…"),
        ("<b>后厨</b>的门锁着推不开", "&lt;b&gt;后厨&lt;/b&gt;的门…"),
    ],
)
def test_a_long_sentence_is_cut_at_its_length_not_at_its_only_blank(texts: Texts, what: str, shown: str) -> None:
    assert texts.render("zh-CN", "replies/short", {"what": what}) == shown


def test_never_more_than_one_empty_line(texts: Texts) -> None:
    assert texts.render("zh-CN", "replies/gap", {"no": False}) == "一\n\n三"
