"""演示页 — the page in Chromium, against the real sandbox, with this test as the bot on the other side."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from page_stage import CHROMIUM, Sandbox, begin, keyboard, opened, pane
from playwright.sync_api import Browser, Page, expect, sync_playwright

ZHOU, WANG, LI, LIU = 1001, 1002, 1003, 1004

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed"),
]


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    running = Sandbox(tmp_path / "sandbox")
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, sandbox: Sandbox) -> Iterator[Page]:
    yield from opened(browser, sandbox, 1440, 900)


@pytest.fixture
def phone(browser: Browser, sandbox: Sandbox) -> Iterator[Page]:
    yield from opened(browser, sandbox, 390, 844, has_touch=True, is_mobile=True)


def test_start_answer_press_toast_and_edit_in_place(page: Page, sandbox: Sandbox) -> None:
    wang = pane(page, WANG)
    wang.get_by_role("button", name="开始").click()
    assert sandbox.update("message")["text"] == "/start"
    verdicts = [
        {"text": "符合", "callback_data": "pass", "style": "success"},
        {"text": "不符合", "callback_data": "fail"},
    ]
    sent = sandbox.bot(
        "sendMessage",
        chat_id=WANG,
        text="<b>第 1 项</b> 通道畅通？",
        parse_mode="HTML",
        reply_markup=keyboard(verdicts),
    )
    wang.get_by_role("button", name="不符合", exact=True).click()
    expect(wang.locator(".key.waiting")).to_have_count(1)
    query = sandbox.update("callback_query")
    assert query["data"] == "fail"
    sandbox.bot("editMessageText", chat_id=WANG, message_id=sent["message_id"], text="第 2 项")
    sandbox.bot("answerCallbackQuery", callback_query_id=query["id"], text="已保存")
    expect(wang.locator(".toast")).to_have_text("已保存")
    expect(wang.locator(".key.waiting")).to_have_count(0)
    expect(wang.locator(".row.theirs .words")).to_have_text(["第 2 项"])
    expect(pane(page, LI).locator(".row")).to_have_count(0)


def test_alert_is_read_and_closed_with_the_keyboard(page: Page, sandbox: Sandbox) -> None:
    begin(sandbox, LI)
    sandbox.bot("sendMessage", chat_id=LI, text="?", reply_markup=keyboard([{"text": "签收", "callback_data": "x"}]))
    pane(page, LI).get_by_role("button", name="签收").press("Enter")
    query = sandbox.update("callback_query")
    sandbox.bot("answerCallbackQuery", callback_query_id=query["id"], text="已过期", show_alert=True)
    alert = pane(page, LI).get_by_role("alertdialog")
    expect(alert).to_contain_text("已过期")
    page.keyboard.press("Enter")
    expect(alert).to_have_count(0)


def test_what_a_person_writes_is_never_markup(page: Page, sandbox: Sandbox) -> None:
    box = pane(page, LIU).locator("textarea")
    box.fill("<img src=x onerror=alert(1)><b>名字</b>")
    box.press("Shift+Enter")
    box.press_sequentially("第二行")
    box.press("Enter")
    expect(pane(page, LIU).locator(".row.mine .words")).to_contain_text("<img src=x onerror=alert(1)><b>名字</b>")
    assert pane(page, LIU).locator(".row.mine .words img, .row.mine .words b").count() == 0
    assert sandbox.update("message")["text"].endswith("</b>\n第二行")


def test_slash_completes_from_the_command_menu(page: Page, sandbox: Sandbox) -> None:
    begin(sandbox, WANG)
    sandbox.bot(
        "setMyCommands",
        commands=[{"command": "check", "description": "开始自查"}, {"command": "hotline", "description": "应急电话"}],
    )
    box = pane(page, WANG).locator("textarea")
    box.fill("/h")
    expect(pane(page, WANG).get_by_role("option")).to_contain_text(["应急电话"])
    box.press("Enter")
    assert sandbox.update("message")["text"] == "/hotline"


def test_sample_photos_go_alone_and_as_an_album(page: Page, sandbox: Sandbox) -> None:
    wang = pane(page, WANG)
    wang.get_by_label("添加附件").click()
    wang.locator(".sample-send").first.click()
    photo = sandbox.update("message")["photo"][-1]
    assert (photo["width"], photo["height"]) == (1280, 960)
    wang.get_by_label("添加附件").click()
    for index in (1, 3):
        wang.locator(".sample-add").nth(index).click()
    expect(wang.locator(".tray-item")).to_have_count(2)
    wang.locator("textarea").fill("两处问题")
    wang.locator("textarea").press("Enter")
    expect(wang.locator(".photos.many .photo")).to_have_count(2)
    expect(wang.locator(".row.mine").last).to_contain_text("两处问题")
    parts = sandbox.updates()
    assert len({part["message"]["media_group_id"] for part in parts}) == 1 and len(parts) == 2
    wang.locator(".photo").last.click()
    expect(page.locator(".lightbox-words")).to_contain_text("2 / 2")
    page.keyboard.press("Escape")
    expect(page.locator(".lightbox")).to_have_count(0)


def test_documents_both_ways(page: Page, sandbox: Sandbox, tmp_path: Path) -> None:
    zhou = pane(page, ZHOU)
    register = tmp_path / "企业名录.xlsx"
    register.write_bytes(b"PK" + b"0" * 5000)
    zhou.get_by_label("添加附件").click()
    with page.expect_file_chooser() as chooser:
        zhou.get_by_role("menuitem", name="文件").click()
    chooser.value.set_files(register)
    zhou.get_by_role("button", name="发送", exact=True).click()
    assert sandbox.update("message")["document"]["file_name"] == "企业名录.xlsx"
    with page.expect_download() as download:
        zhou.locator(".document").click()
    assert download.value.path().read_bytes() == register.read_bytes()


def test_contact_and_place_are_asked_about_first(page: Page, sandbox: Sandbox) -> None:
    begin(sandbox, LI)
    sandbox.bot(
        "sendMessage",
        chat_id=LI,
        text="请分享",
        reply_markup={
            "resize_keyboard": True,
            "keyboard": [
                [{"text": "分享手机号", "request_contact": True}],
                [{"text": "发送位置", "request_location": True}],
            ],
        },
    )
    li = pane(page, LI)
    li.locator(".reply-keys").get_by_role("button", name="分享手机号").click()
    li.get_by_role("button", name="不了").click()
    assert sandbox.updates() == []
    li.locator(".reply-keys").get_by_role("button", name="分享手机号").click()
    li.get_by_role("alertdialog").get_by_role("button", name="分享手机号").click()
    assert sandbox.update("message")["contact"]["user_id"] == LI
    li.locator(".reply-keys").get_by_role("button", name="发送位置").click()
    li.get_by_role("alertdialog").get_by_role("button", name="发送位置").click()
    assert sandbox.update("message")["location"]["latitude"] > 29
    expect(li.locator(".place, .contact")).to_have_count(2)


def test_quiz_and_poll_of_many(page: Page, sandbox: Sandbox) -> None:
    begin(sandbox, LIU)
    options = [{"text": "泼水"}, {"text": "盖锅盖"}, {"text": "端走"}]
    sandbox.bot(
        "sendPoll",
        chat_id=LIU,
        question="油锅起火？",
        options=options,
        type="quiz",
        correct_option_ids=[1],
        explanation="隔绝空气",
        is_anonymous=False,
    )
    sandbox.bot(
        "sendPoll",
        chat_id=LIU,
        question="哪些要查？",
        options=options,
        is_anonymous=False,
        allows_multiple_answers=True,
    )
    liu = pane(page, LIU)
    liu.get_by_role("button", name="泼水").click()
    expect(liu.locator(".option.wrong")).to_contain_text("泼水")
    expect(liu.locator(".option.right")).to_contain_text("盖锅盖")
    expect(liu.locator(".poll-why")).to_contain_text("隔绝空气")
    assert sandbox.update("poll_answer")["option_ids"] == [0]
    liu.get_by_label("泼水").check()
    liu.get_by_label("端走").check()
    liu.get_by_role("button", name="提交").click()
    assert sandbox.update("poll_answer")["option_ids"] == [0, 2]
    expect(liu.locator(".option.chosen")).to_have_count(3)


def test_deep_links_start_here_or_are_handed_to_somebody_else(page: Page, sandbox: Sandbox) -> None:
    begin(sandbox, ZHOU)
    name = sandbox.bot("getMe")["username"]
    sandbox.bot(
        "sendMessage",
        chat_id=ZHOU,
        text=f"邀请 https://t.me/{name}?start=inv_1",
        reply_markup=keyboard([{"text": "打开", "url": f"https://t.me/{name}?start=inv_2"}]),
    )
    pane(page, ZHOU).get_by_role("button", name="打开", exact=True).click()
    first = sandbox.update("message")
    assert (first["chat"]["id"], first["text"]) == (ZHOU, "/start inv_2")
    pane(page, ZHOU).get_by_role("button", name="以王芳的身份打开").click()
    handed = sandbox.update("message")
    assert handed["chat"]["id"] == WANG and handed["text"].startswith("/start inv_")
    page.get_by_title("打开链接或邀请码").click()
    box = page.get_by_label("链接或邀请码", exact=True)
    box.fill("https://example.org/")
    box.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    box.fill(f"t.me/{name}?start=inv_3")
    page.locator(".who label", has_text="小刘").click()
    box.press("Enter")
    typed = sandbox.update("message")
    assert (typed["chat"]["id"], typed["text"]) == (LIU, "/start inv_3")


def test_block_and_unblock(page: Page, sandbox: Sandbox) -> None:
    begin(sandbox, LIU)
    pane(page, LIU).get_by_label("小刘的更多操作").click()
    page.get_by_role("menuitem", name="停用机器人").click()
    assert sandbox.update("my_chat_member")["new_chat_member"]["status"] == "kicked"
    pane(page, LIU).get_by_role("button", name="恢复").click()
    assert sandbox.update("my_chat_member")["new_chat_member"]["status"] == "member"
    expect(pane(page, LIU).locator("textarea")).to_be_visible()


def test_hints_start_links_and_the_talk_is_saved(page: Page, sandbox: Sandbox) -> None:
    link = {"label": "周科激活", "person": "周科", "payload": "off_1"}
    hint = {"title": "激活", "lines": ["先激活"], "files": [], "links": [link]}
    sandbox.read("/sandbox/hints", {"hints": [hint]}, "PUT")
    page.locator(".bar-key.try").click()
    page.get_by_role("button", name="周科激活").click()
    assert sandbox.update("message")["text"] == "/start off_1"
    page.get_by_title("存为对话稿").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="周科的对话稿").click()
    assert "周科 ▸ /start off_1" in download.value.path().read_text("utf-8")


def test_a_reader_who_scrolled_up_stays_there(page: Page, sandbox: Sandbox) -> None:
    begin(sandbox, WANG)
    for number in range(30):
        sandbox.bot("sendMessage", chat_id=WANG, text=f"第 {number} 条\n第二行")
    wang = pane(page, WANG)
    expect(wang.locator(".row.theirs")).to_have_count(30)
    scroll = wang.locator(".scroll")
    scroll.evaluate("it => { it.scrollTop = 0; }")
    expect(wang.locator(".jump")).to_be_visible()
    sandbox.bot("sendMessage", chat_id=WANG, text="最新的一条")
    expect(wang.locator(".jump")).to_contain_text("新消息")
    assert scroll.evaluate("it => it.scrollTop") == 0
    wang.locator(".jump").click()
    expect(wang.get_by_text("最新的一条")).to_be_in_viewport()
    expect(wang.locator(".jump")).to_be_hidden()


def test_comes_back_after_the_sandbox_restarts(page: Page, sandbox: Sandbox) -> None:
    begin(sandbox, WANG)
    sandbox.bot("sendMessage", chat_id=WANG, text="重启之前")
    expect(pane(page, WANG).get_by_text("重启之前")).to_be_visible()
    sandbox.stop()
    expect(page.locator("#offline")).to_be_visible()
    sandbox.start()
    sandbox.bot("sendMessage", chat_id=WANG, text="重启之后")
    expect(page.locator("#offline")).to_be_hidden()
    expect(pane(page, WANG).locator(".row.theirs .words")).to_have_text(["重启之前", "重启之后"])


def test_phone_has_tabs_with_unread_marks_and_room_for_thumbs(phone: Page, sandbox: Sandbox) -> None:
    begin(sandbox, ZHOU, LI)
    keys = keyboard([{"text": "很长的按钮文字" * 6, "callback_data": "a"}, {"text": "好", "callback_data": "b"}])
    for _ in range(2):
        sandbox.bot("sendMessage", chat_id=LI, text="https://example.org/" + "x" * 300, reply_markup=keys)
    tab = phone.locator(f'.tab[data-person="{LI}"]')
    expect(tab.locator(".badge")).to_have_text("2")
    expect(pane(phone, LI)).to_be_hidden()
    tab.tap()
    expect(tab.locator(".badge")).to_be_hidden()
    expect(pane(phone, LI).locator(".row.theirs")).to_have_count(2)
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    assert pane(phone, LI).locator(".scroll").evaluate("it => it.scrollWidth - it.clientWidth") == 0
    small = phone.evaluate("""() => [...document.querySelectorAll('button:not(.command), textarea')]
        .filter((it) => it.offsetParent && getComputedStyle(it.closest('.tools') ?? it).opacity !== '0')
        .map((it) => [it.className, it.getBoundingClientRect().height]).filter(([, height]) => height < 43.5)""")
    assert small == []


def test_tablet_shows_the_two_people_last_attended(browser: Browser, sandbox: Sandbox) -> None:
    for page in opened(browser, sandbox, 900, 800):
        assert page.locator(".pane:visible").count() == 2
        page.locator(f'.tab[data-person="{LIU}"]').click()
        expect(pane(page, LIU)).to_be_visible()
        expect(pane(page, ZHOU)).to_be_visible()
        assert page.locator(".pane:visible").count() == 2
