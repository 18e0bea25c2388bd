"""Papers say what they were told, survive any name, and come out the same twice."""

import io
import itertools
import logging
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from content.papers import (
    InspectionPaper,
    InvitationEntry,
    PaperFinding,
    PaperItem,
    inspection_record,
    invitation_card,
    invitation_sheet,
)
from content.papers.glyphs import printable
from domain.checklist import Grade, Verdict
from tests.content.pdf_pages import pages, said

STARTED_AT = datetime(2026, 11, 21, 16, 5, tzinfo=UTC)  # already the 22nd in Shanghai


def _photo(colour: str) -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (480, 360), colour).save(picture, "JPEG")
    return picture.getvalue()


def _blocked_passage(**changes: object) -> PaperFinding:
    finding = PaperFinding(
        wrong="后厨门口堆放纸箱，通道只剩 40 厘米",
        remedy="当天清理，每班打烊前检查",
        due_on=date(2026, 11, 24),
        grade_hint=Grade.GENERAL,
    )
    return replace(finding, **changes)  # type: ignore[arg-type]


def _paper(findings: dict[int, PaperFinding], absent: frozenset[int] = frozenset(), count: int = 20) -> InspectionPaper:
    def item(line: int) -> PaperItem:
        verdict = Verdict.FAIL if line in findings else Verdict.ABSENT if line in absent else Verdict.PASS
        return PaperItem("用火用电", f"第{line}号检查内容", "压力表指针在绿区", verdict, findings.get(line))

    return InspectionPaper(
        number="ZC-2026-000123",
        enterprise="王记老火锅店",
        credit_code="91330212MA2AXXXX7K",
        address="四明中路 118 号",
        jurisdiction="钟公堂街道",
        checklist_title="餐饮场所安全自查表",
        checklist_version=2,
        inspector="王芳",
        inspector_post="安全管理人员",
        started_at=STARTED_AT,
        submitted_at=STARTED_AT + timedelta(minutes=37),
        items=tuple(item(line) for line in range(1, count + 1)),
    )


def _invitation(enterprise: str = "王记老火锅店", number: int = 1) -> InvitationEntry:
    link = f"https://t.me/anshao_demo_bot?start=e{number:040d}"
    return InvitationEntry(enterprise, "安全管理人员", link, STARTED_AT)


def test_record_says_who_what_when_and_how_many() -> None:
    text = said(inspection_record(_paper({4: _blocked_passage()}, absent=frozenset({6, 7}))))
    for words in (
        "ZC-2026-000123",
        "王记老火锅店",
        "91330212MA2AXXXX7K",
        "餐饮场所安全自查表（第2版）",
        "王芳（安全管理人员）",
        "2026年11月22日00:05",
        "2026年11月22日00:42",
        "17项符合1项不符合2项不涉及",
        "第4项第4号检查内容",
        "后厨门口堆放纸箱，通道只剩40厘米",
        "2026年11月24日前",
        "主要负责人（签字）",
    ):
        assert words in text.replace(" ", ""), words


def test_every_page_names_the_record_and_counts_pages() -> None:
    printed = pages(inspection_record(_paper({}, count=70)))
    assert len(printed) > 2
    for number, page in enumerate(printed, start=1):
        foot = page.replace("\n", "").replace(" ", "")
        assert "ZC-2026-000123" in foot
        assert f"第{number}页共{len(printed)}页" in foot


def test_record_without_failures_says_so() -> None:
    assert "本次自查未发现不符合项" in said(inspection_record(_paper({})))


def test_only_a_hint_at_a_major_hazard_is_printed_and_leaves_the_decision_to_an_official() -> None:
    hint = "可能是重大事故隐患，以监管人员认定为准"
    assert hint in said(inspection_record(_paper({1: _blocked_passage(grade_hint=Grade.MAJOR)})))
    assert hint not in said(inspection_record(_paper({1: _blocked_passage()})))


def test_photos_are_in_the_record_byte_for_byte() -> None:
    photos = (_photo("red"), _photo("green"), _photo("blue"))
    pdf = inspection_record(_paper({1: _blocked_passage(photos=photos)}))
    assert pdf.count(b"/DCTDecode") == 3


def test_reason_for_no_photo_is_printed() -> None:
    assert "未拍照：设备带电" in said(inspection_record(_paper({1: _blocked_passage(photo_note="设备带电")})))


def test_a_ruined_thumbnail_costs_the_photos_and_never_the_record(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        text = said(inspection_record(_paper({1: _blocked_passage(photos=(b"\xff\xd8\xff not a jpeg",))})))
    assert "后厨门口堆放纸箱" in text
    assert "另有1张照片未能印出" in text.replace(" ", "")
    assert "set without its photos" in caplog.text


@pytest.mark.parametrize(
    "typed",
    ["#set text(red)", "*粗* _斜_ $x^2$", "<b>通道</b>", '"]; #panic()', "\\u{41} `raw` @ref // note", "= 标题"],
)
def test_what_a_person_typed_is_printed_and_never_obeyed(typed: str) -> None:
    assert typed.replace(" ", "") in said(inspection_record(_paper({1: _blocked_passage(wrong=typed)}))).replace(
        " ", ""
    )


def test_rare_characters_are_drawn_and_missing_ones_named(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        text = said(inspection_record(replace(_paper({}), enterprise="喆堃䶮𠮷记")))
    assert "喆堃䶮〓记" in text
    assert "U+20BB7" in text
    assert "U+20BB7" in caplog.text


@pytest.mark.parametrize(
    ("typed", "set_as"),
    [
        ("a\u202eb\u0000c", "abc"),
        ("一\r\n二\t三", "一\n二 三"),
        ("👨\u200d👩", "〓〓"),
        ("a\ufe0f", "a"),
        ("\ud800x", "x"),
    ],
)
def test_characters_that_draw_nothing_are_dropped(typed: str, set_as: str) -> None:
    assert printable(typed)[0] == set_as


def test_endless_words_and_long_names_stay_on_the_paper() -> None:
    facts = replace(_paper({1: _blocked_passage(wrong="A" * 3000 + "长" * 3000)}), enterprise="很长的名字" * 40)
    text = said(inspection_record(facts))
    assert text.count("长") >= 3000
    assert text.count("A") >= 3000
    assert "很长的名字" * 40 in text


def test_empty_facts_leave_their_line_out() -> None:
    text = said(inspection_record(replace(_paper({}), address="", jurisdiction="", inspector_post="")))
    assert "地址" not in text
    assert "属地" not in text
    assert "（）" not in text


def test_same_facts_give_the_same_bytes() -> None:
    facts = _paper({3: _blocked_passage(photos=(_photo("red"),))})
    assert inspection_record(facts) == inspection_record(facts)
    assert invitation_card(_invitation()) == invitation_card(_invitation())


def test_a_record_of_twenty_items_is_set_in_a_third_of_a_second() -> None:
    inspection_record(_paper({}, count=1))
    began = time.perf_counter()
    inspection_record(_paper({4: _blocked_passage(photos=(_photo("red"),) * 5)}))
    assert time.perf_counter() - began < 0.3


def test_sheet_holds_eight_invitations_a_page() -> None:
    entries = [_invitation(f"第{number}号商铺", number) for number in range(17)]
    printed = pages(invitation_sheet(entries))
    assert [len(page.split("手机装好")) - 1 for page in printed] == [8, 8, 1]
    for entry, page in zip(entries, itertools.chain.from_iterable([page] * 8 for page in printed), strict=False):
        text = page.replace("\n", "").replace("\u200b", "")
        assert entry.enterprise in text
        assert entry.link in text


def test_a_sheet_of_nothing_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="at least one"):
        invitation_sheet([])


@pytest.mark.parametrize("enterprise", ["王记", "东海精密机械加工有限公司" * 5, "<b>&𠮷", "A" * 100])
def test_card_is_a_picture_for_any_name(enterprise: str) -> None:
    card = Image.open(io.BytesIO(invitation_card(_invitation(enterprise))))
    assert card.format == "PNG"
    assert card.width > 600
    assert card.height < 2 * card.width  # Telegram refuses photos whose sides differ too much


def test_forms_hold_no_reference_to_the_network() -> None:
    forms = Path(printable.__code__.co_filename).parent.glob("*.typ")
    assert all("@preview" not in form.read_text(encoding="utf-8") for form in forms)
