"""The papers of the ladder: their forms, their numerals, and what is printed of them."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from content.catalogue import Catalogue
from content.fault import ContentFault
from content.loading.forms import PLACES, read_form
from content.loading.page import Page
from content.numerals import article_label, as_number, numeral
from content.papers.letter import letter_pdf, letter_word
from domain.ladder import Rung
from domain.paper_form import Letter, PaperIncomplete, fill, must_be_complete, places_in
from tests.content.pdf_pages import pages, said

AT = datetime(2026, 9, 21, 1, tzinfo=UTC)
LONG = "云泊区望潮街道滨海第二工业园区喆堃䶮精密金属表面处理与新能源汽车零部件制造（集团）有限责任公司第三分公司"


def letter(name: str, number: str = "督办〔2026〕3号") -> Letter:
    is_out = bool(number)
    return Letter(
        "安全生产督办单", number, name,
        ("后门锁着。" * 40, "《安全生产法》第四十一条规定：“及时”。", "=cmd|' /C calc'!A0"),
        "云泊区应急管理局", "周科" if is_out else "", "2026年9月21日" if is_out else "",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (41, "四十一"), (100, "一百"), (105, "一百零五"),
     (110, "一百一十"), (134, "一百三十四"), (1005, "一千零五"), (1242, "一千二百四十二")],
)  # fmt: skip
def test_numerals_are_said_as_they_are_read(number: int, said: str) -> None:
    assert numeral(number) == said
    assert as_number(said) == number


def test_articles_are_named_as_the_law_prints_them() -> None:
    assert [article_label(one) for one in ("41", "134-1", "4.1")] == ["第四十一条", "第一百三十四条之一", "第4.1条"]


def test_every_step_but_the_reminder_has_a_form_that_names_everything_it_must(catalogue: Catalogue) -> None:
    assert set(catalogue.forms) == set(Rung) - {Rung.REMINDER}
    for form in catalogue.forms.values():
        named = {place for text in (form.title, form.facts, form.demand, *form.body) for place in places_in(text)}
        assert {"what", "where", "hazard", "due_on", "workdays", "basis", "facts", "demand"} <= named
    assert {"meet_at", "meet_place", "reply_on"} <= {
        p for t in catalogue.forms[Rung.INTERVIEW].body for p in places_in(t)
    }
    assert "until_on" in {p for t in catalogue.forms[Rung.SANCTION].body for p in places_in(t)}


@pytest.mark.parametrize(
    ("was", "now", "line"),
    [
        ("{整改期限}", "{整改限期}", "facts"), ("{回复日}", "{回复日", "body"), ("{情况}", "情况", "body"),
        ('series = "督办"', 'series = "DB-1"', "series"), ("demand = \"", "demand = \"{情况}", "demand"),
        ("[[basis]]", "[[grounds]]", "step"),
    ],
)  # fmt: skip
def test_a_flaw_in_a_form_is_named_with_its_line(was: str, now: str, line: str) -> None:
    text = (Path(read_form.__code__.co_filename).parents[1] / "forms" / "supervision.toml").read_text(encoding="utf-8")
    body = text[text.index("step =") :]
    assert was in body
    changed = body.replace(was, now, 1)
    with pytest.raises(ContentFault) as fault:
        read_form(Page("forms/supervision.toml", changed))
    at = changed.splitlines()[fault.value.line - 1]
    # A flaw of one paragraph is named at that paragraph.
    assert at.startswith(line) or (line == "body" and now in at)


def test_what_a_person_typed_is_never_read_for_places() -> None:
    assert fill("{facts}", {"facts": "{organ}", "organ": "局"}) == "{organ}"
    with pytest.raises(PaperIncomplete) as refusal:
        must_be_complete(("{facts}{organ}", "{signer}"), {"facts": "x", "organ": " "})
    assert refusal.value.facts == {"missing": ("organ", "signer")}


def test_every_place_has_a_name_of_its_own() -> None:
    assert len(set(PLACES.values())) == len(PLACES)


@pytest.mark.parametrize("number", ["督办〔2026〕3号", ""])
def test_the_same_letter_gives_the_same_paper_on_one_page(number: str) -> None:
    pdf = letter_pdf(letter(LONG, number), AT)
    assert pdf == letter_pdf(letter(LONG, number), AT)
    assert len(pages(pdf)) == 1
    assert LONG in said(pdf) and "（盖章）" in said(pdf) and ("未签发" in said(pdf)) is (number == "")


def test_the_word_file_says_the_same(catalogue: Catalogue) -> None:
    from docx import Document

    document = Document(io.BytesIO(letter_word(letter(LONG + "\x00\x0b", ""), AT)))
    lines = [paragraph.text for paragraph in document.paragraphs]
    assert lines[:3] == ["安全生产督办单", "编号：（签发时编号）", f"{LONG}："]
    assert "（盖章）" in lines and lines[-1] == "（签发时填写日期）"
    numbered = Document(io.BytesIO(letter_word(letter("王记老火锅店"), AT)))
    assert [p.text for p in numbered.paragraphs][-4:] == [
        "云泊区应急管理局",
        "（盖章）",
        "签发人：周科",
        "2026年9月21日",
    ]
