"""演示的一天 — `make demo` as a newcomer meets it: one page in Chromium, an official and a safety officer."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright

from tests.journeys.processes import ROOT, free_port

CHROMIUM = Path("/usr/bin/chromium")
ZHOU, WANG = 1001, 1002
# Where pictures of each step go when somebody wants to look at them.
PICTURES = os.environ.get("ANSHAO_TEST_PICTURES")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed"),
]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[str]:
    """The demo as `make demo` runs it, in a folder of its own; ended by Ctrl-C, which must leave nothing running."""
    port = free_port()
    # Into a file: a pipe that nobody reads is full one day, and then whoever writes into it stands still.
    said = tmp_path / "said.txt"
    with said.open("wb") as paper:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "demo", "--port", str(port)],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
            stdout=paper,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    while "runs as process" not in said.read_text(encoding="utf-8"):
        assert process.poll() is None, said.read_text(encoding="utf-8")
        time.sleep(0.05)
    yield re.findall(r"http://\S+:\d+", said.read_text(encoding="utf-8"))[-1]
    os.killpg(process.pid, signal.SIGINT)
    process.wait(20)
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    assert "Traceback" not in said.read_text(encoding="utf-8")


@pytest.fixture
def page(demo: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(demo)
        yield page
        browser.close()


def pane(page: Page, person: int) -> Locator:
    return page.locator(f'.pane[data-person="{person}"]')


def press(where: Locator, label: str) -> None:
    """Press the newest button with that label."""
    where.locator(".row button.key", has_text=label).last.click(timeout=15_000)


def says(where: Locator, text: str) -> None:
    where.locator("textarea").fill(text)
    where.locator("textarea").press("Enter")


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.wait_for_timeout(400)
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"))


def test_an_official_imports_and_an_officer_inspects_on_one_page(page: Page) -> None:
    zhou, wang = pane(page, ZHOU), pane(page, WANG)
    page.get_by_role("button", name="试一试").click()
    picture(page, "01-demo")
    page.get_by_text("周科用一次性链接登记").click()
    press(zhou, "同意并继续")
    press(zhou, "单独同意，开始使用")
    expect(zhou).to_contain_text("周科，欢迎", timeout=15_000)
    page.get_by_role("button", name="放入").click()
    if zhou.get_by_role("button", name="发送").count():
        zhou.get_by_role("button", name="发送").first.click()
    expect(zhou).to_contain_text("有问题 3 行", timeout=20_000)
    picture(page, "02-register")
    press(zhou, "导入这")
    expect(zhou).to_contain_text("已导入", timeout=15_000)
    says(zhou, "/invite 好邻居")
    press(zhou, "云泊区好邻居餐饮店")
    press(zhou, "安全管理人员")
    page.get_by_role("button", name="试一试").click()
    zhou.get_by_role("button", name="王芳").last.click(timeout=15_000)
    press(wang, "同意并继续")
    press(wang, "单独同意，开始使用")
    picture(page, "03-consent")
    wang.locator(".reply-keys button").click()
    wang.get_by_role("button", name="分享手机号", exact=True).click()
    expect(wang).to_contain_text("登记好了", timeout=15_000)
    picture(page, "04-enrolled")
    says(wang, "/check")
    press(wang, "餐饮场所安全自查表")
    press(wang, "怎么查")
    expect(wang).to_contain_text("按一下测试键", timeout=15_000)
    picture(page, "05-item")
    press(wang, "❌ 不符合")
    says(wang, "报警器没电了")
    expect(wang).to_contain_text("请发现场照片", timeout=15_000)
    picture(page, "06-photo")
    press(wang, "这一项不拍照")
    press(wang, "现场不方便拍照")
    for number in range(2, 22):
        expect(wang).to_contain_text(f"第 {number} 项，共 21 项", timeout=15_000)
        press(wang, "✅ 符合")
    expect(wang).to_contain_text("全部答完了", timeout=15_000)
    picture(page, "07-summary")
    press(wang, "📤 提交")
    expect(wang).to_contain_text("自查记录 ZC", timeout=20_000)
    expect(zhou).to_contain_text("自查报来 1 个问题", timeout=15_000)
    press(zhou, "看问题")
    press(zhou, "燃气报警器")
    expect(zhou).to_contain_text("报警器没电了", timeout=15_000)
    picture(page, "08-findings")
    says(wang, "/hotline")
    expect(wang).to_contain_text("12350", timeout=15_000)
    picture(page, "09-hotline")
    page.set_viewport_size({"width": 390, "height": 844})
    picture(page, "10-phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
