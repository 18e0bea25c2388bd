"""docs/hazards.md is the table of steps, drawn: neither may change without the other."""

from __future__ import annotations

import importlib.util

from tests.house.tree import ROOT


def test_the_page_is_what_the_table_says() -> None:
    place = ROOT / "docs" / "pictures" / "loop.py"
    spec = importlib.util.spec_from_file_location("loop", place)
    assert spec is not None and spec.loader is not None
    loop = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loop)
    assert (ROOT / "docs" / "hazards.md").read_text(encoding="utf-8") == loop.page()
