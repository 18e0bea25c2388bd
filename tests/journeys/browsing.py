"""演示页 — what people do on the sandbox's page in a real browser: read a pane, press, say, send a photo."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

ZHOU, WANG, LIU = 1001, 1002, 1004
PATIENCE = 15_000.0
# Where pictures of each step go when somebody wants to look at them.
PICTURES = os.environ.get("ANSHAO_TEST_PICTURES")


def pane(page: Page, person: int) -> Locator:
    return page.locator(f'.pane[data-person="{person}"]')


def turn_to(page: Page, person: int) -> None:
    """On a phone one pane is shown at a time: bring this person's into view."""
    page.locator(f'.tab[data-person="{person}"]').click()


def press(where: Locator, label: str) -> None:
    """Press the newest button with that label."""
    where.locator(".row button.key", has_text=label).last.click(timeout=PATIENCE)


def says(where: Locator, text: str) -> None:
    where.locator("textarea").fill(text)
    where.locator("textarea").press("Enter")


def reads(where: Locator, text: str) -> None:
    expect(where).to_contain_text(text, timeout=PATIENCE)


def sends_photo(page: Page, where: Locator, name: str, photo: bytes) -> None:
    """Choose a picture from the phone as the attach menu offers it, and send it."""
    where.get_by_role("button", name="添加附件").click()
    with page.expect_file_chooser() as choosing:
        page.get_by_text("可选多张，成一组").click()
    choosing.value.set_files([{"name": name, "mimeType": "image/jpeg", "buffer": photo}])
    where.get_by_role("button", name="发送").first.click()


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.wait_for_timeout(400)
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"))


def appoint(page: Page) -> Locator:
    """周科 comes in by the link that the page offers and imports the register that lies there; his pane."""
    zhou = pane(page, ZHOU)
    page.get_by_role("button", name="试一试").click()
    picture(page, "demo")
    page.get_by_text("周科用一次性链接登记").click()
    press(zhou, "同意并继续")
    press(zhou, "单独同意，开始使用")
    reads(zhou, "周科，欢迎")
    page.get_by_role("button", name="放入").click()
    if zhou.get_by_role("button", name="发送").count():
        zhou.get_by_role("button", name="发送").first.click()
    reads(zhou, "有问题 3 行")
    picture(page, "register")
    press(zhou, "导入这")
    reads(zhou, "已导入")
    return zhou


def enrol(page: Page, zhou: Locator) -> Locator:
    """周科 invites 王芳 as the safety officer of her restaurant, and she comes in; her pane."""
    wang = pane(page, WANG)
    says(zhou, "/invite 好邻居")
    press(zhou, "云泊区好邻居餐饮店")
    press(zhou, "安全管理人员")
    page.get_by_role("button", name="试一试").click()
    zhou.get_by_role("button", name="王芳").last.click(timeout=PATIENCE)
    press(wang, "同意并继续")
    press(wang, "单独同意，开始使用")
    picture(page, "consent")
    wang.locator(".reply-keys button").click()
    wang.get_by_role("button", name="分享手机号", exact=True).click()
    reads(wang, "登记好了")
    picture(page, "enrolled")
    return wang
