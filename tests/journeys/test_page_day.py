"""演示的一天 — `make demo` as a newcomer meets it: one page in Chromium, an official and a safety officer."""

from __future__ import annotations

import pytest

from tests.journeys.browsing import appoint, enrol, picture, press, reads, says
from tests.journeys.conftest import OpenPage


@pytest.mark.browser
def test_an_official_imports_and_an_officer_inspects_on_one_page(open_page: OpenPage) -> None:
    page = open_page(1440, 900)
    zhou = appoint(page)
    wang = enrol(page, zhou)
    says(wang, "/check")
    press(wang, "餐饮场所安全自查表")
    press(wang, "怎么查")
    reads(wang, "按一下测试键")
    picture(page, "05-item")
    press(wang, "❌ 不符合")
    says(wang, "报警器没电了")
    reads(wang, "请发现场照片")
    picture(page, "06-photo")
    press(wang, "这一项不拍照")
    press(wang, "现场不方便拍照")
    for number in range(2, 22):
        reads(wang, f"第 {number} 项，共 21 项")
        press(wang, "✅ 符合")
    reads(wang, "全部答完了")
    picture(page, "07-summary")
    press(wang, "📤 提交")
    reads(wang, "自查记录 ZC")
    reads(zhou, "自查报来 1 个问题")
    press(zhou, "看问题")
    press(zhou, "燃气报警器")
    reads(zhou, "报警器没电了")
    picture(page, "08-findings")
    says(wang, "/hotline")
    reads(wang, "12350")
    picture(page, "09-hotline")
    page.set_viewport_size({"width": 390, "height": 844})
    picture(page, "10-phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
