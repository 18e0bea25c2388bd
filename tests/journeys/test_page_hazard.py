"""页面上的闭环 — one hazard by four hands: an employee and a safety officer on a phone, an official at a desk."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import expect

from tests import pictures
from tests.conftest import Figure
from tests.journeys.browsing import LIU, WANG, appoint, enrol, pane, picture, press, reads, says, sends_photo, turn_to
from tests.journeys.conftest import OpenPage

FOLLOWS_WITHIN_SECONDS = 2.0


@pytest.mark.browser
def test_a_hazard_is_put_right_between_two_screens(open_page: OpenPage, figure: Figure) -> None:
    desk = open_page(1440, 900)
    zhou = appoint(desk)
    enrol(desk, zhou)
    phone = open_page(390, 844)
    turn_to(phone, WANG)
    wang, liu = pane(phone, WANG), pane(phone, LIU)

    says(wang, "/invite")
    press(wang, "邀请员工")
    wang.get_by_role("button", name="小刘").last.click()
    turn_to(phone, LIU)
    press(liu, "同意并继续")
    press(liu, "单独同意，开始使用")
    press(liu, "请企业确认我的身份")
    turn_to(phone, WANG)
    press(wang, "✅ 同意加入")
    turn_to(phone, LIU)
    reads(liu, "您已加入")
    says(liu, "/report")
    reads(liu, "看到了什么？")
    says(liu, "后厨后门上了锁，推不开")
    reads(liu, "还没有交")
    picture(phone, "reported")
    press(liu, "👤 实名交")
    press(liu, "不留电话")
    reads(liu, "收到了，编号 JB")

    press(zhou, "📥 去处理")
    press(zhou, "✅ 属实，一般隐患")
    press(zhou, "📋 派单，督促整改")
    press(zhou, "📋 派单，定期限")
    press(zhou, "（7 天）")
    reads(zhou, "· 待整改")
    picture(desk, "ordered")

    turn_to(phone, WANG)
    # The notice of it waits for the morning if this is night; the officer looks by herself.
    says(wang, "/hazards")
    press(wang, "YH")
    reads(wang, "· 待整改")
    picture(phone, "to-fix")
    press(wang, "📷 发整改后照片")
    reads(wang, "最多 5 张")
    sends_photo(phone, wang, "after.jpg", pictures.named("after"))
    reads(wang, "收到 1 张")
    picture(phone, "photo")
    card = zhou.locator(".bubble", has_text="督促人：周科").last
    press(wang, "✅ 整改完成，请复查")
    pressed = time.monotonic()
    reads(card, "整改报告人：王芳")
    followed = time.monotonic() - pressed
    figure(f"two screens: the official's card followed {followed:.2f} s after the press, in a real browser")
    assert followed < FOLLOWS_WITHIN_SECONDS
    picture(phone, "done")
    picture(desk, "followed")

    press(zhou, "🖼 照片 1 张")
    expect(zhou.locator("img[alt*='整改']").last).to_be_visible()
    picture(desk, "pair")
    press(zhou, "✅ 复查合格，销号")
    reads(wang, "· 已销号")
    picture(phone, "closed-officer")
    picture(desk, "closed")
    turn_to(phone, LIU)
    reads(liu, "您的举报")
    picture(phone, "closed-reporter")
    for page in (phone, desk):
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
