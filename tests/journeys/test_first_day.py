"""第一天 — a register with bad rows, an enrolment by QR link, an inspection through a SIGKILL, a PDF, the findings."""

from __future__ import annotations

import io
import re
from pathlib import Path

import openpyxl
import pytest

from tests import pictures
from tests.content.pdf_pages import said
from tests.journeys.processes import Player, Town

RESTAURANT = "云泊区好邻居餐饮店"


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["polling", pytest.param("webhook", marks=pytest.mark.torture)])
def test_first_day(mode: str, tmp_path: Path) -> None:
    town = Town(tmp_path, mode)
    official, officer = Player(town, 1001), Player(town, 1002)
    try:
        town.command("migrate")
        town.command("demo-load")
        code = town.command("official", "add", "--name", "周科", "--code-only")
        seconds = town.start_bot()
        print(f"\nstart to ready, {mode}: {seconds:.2f} s")

        official.opens(code)
        official.presses("同意并继续")
        official.presses("单独同意，开始使用")
        official.reads("周科，欢迎")

        # The register: three bad rows come back as a workbook, the good ones are taken.
        name, data, mime = pictures.document("register.xlsx")
        official.sends_document(name, data, mime)
        _, flawed = official.document("问题")
        sheet = openpyxl.load_workbook(io.BytesIO(flawed)).worksheets[0]
        headings = [cell.value for cell in sheet[1]]
        problems = [row[headings.index("问题")].value for row in sheet.iter_rows(min_row=2)]
        assert sum(bool(problem) for problem in problems) == 3
        official.reads("有问题 3 行")
        official.presses("导入这")
        official.reads("已导入")

        # The invitation: the QR picture's link brings the safety officer in.
        official.says(f"/invite {RESTAURANT[4:7]}")
        official.presses(RESTAURANT)
        official.presses("安全管理人员")
        link = town.until(lambda: _link(official))
        officer.opens(link)
        officer.presses("同意并继续")
        officer.presses("单独同意，开始使用")
        officer.reads("分享我的手机号")
        officer.shares_phone()
        officer.reads("登记好了", RESTAURANT)

        # The walk: two fails with photos; killed after item 7, it goes on at item 8 with all answers.
        officer.says("/check")
        officer.presses("餐饮场所安全自查表")
        for number in range(1, 8):
            officer.reads(f"第 {number} 项，共 21 项")
            if number in (2, 5):
                officer.presses("❌ 不符合")
                officer.reads(f"第 {number} 项", "哪里不符合")
                officer.says(f"第{number}项有问题：<b>喆堃</b>䶮")
                officer.reads(f"第 {number} 项", "请发现场照片")
                officer.sends_photos((f"{number}-a.jpg", pictures.named(f"{number}-a")), ("b.jpg", pictures.named("b")))
                officer.reads("收到照片 2 张")
                officer.presses("照片发完了（2 张）")
            else:
                officer.presses("✅ 符合")
        officer.reads("第 8 项，共 21 项", "已答 7")
        town.kill_bot()
        officer.presses("✅ 符合")  # while nobody listens
        town.start_bot()
        officer.reads("第 9 项，共 21 项", "已答 8")
        for number in range(9, 22):
            officer.reads(f"第 {number} 项，共 21 项")
            officer.presses("✅ 符合" if number % 5 else "➖ 不涉及")
        officer.reads("全部答完了", "不符合 2")
        officer.presses("📤 提交")
        submitted = officer.reads("提交好了")
        number = re.search(r"ZC\d{8}-\d{4}", submitted["text"])
        assert number is not None

        # The record: a PDF with the Chinese in it as it was said.
        name, pdf = officer.document(number[0])
        assert pdf.startswith(b"%PDF")
        text = re.sub(r"\s", "", said(pdf))
        for part in (RESTAURANT, number[0], "燃气管和灶具", "<b>喆堃</b>"):
            assert part in text, part

        # The official sees the findings, with the photos.
        official.reads("自查报来 2 个问题", RESTAURANT)
        official.presses("🔎 看问题")
        official.presses("燃气管和灶具")
        official.presses("看照片（2 张）")
        town.until(lambda: sum(m["kind"] == "photo" and m["from"] == "bot" for m in official.messages()) >= 3)
        assert town.get("pending")["count"] == 0
    finally:
        assert town.close() == 0


def _link(player: Player) -> str | None:
    for message in reversed(player.messages()):
        found = re.search(r"start=(i-[A-Za-z0-9_-]+)", f"{message.get('text')} {message.get('inline_keyboard')}")
        if found:
            return found[1]
    return None
