"""Every card and every lesson as a picture: all of it on the sheet, in Chinese lines, whatever an editor wrote."""

from __future__ import annotations

import io
import shutil
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image
from planting import Plot

from content.catalogue import Catalogue
from content.loading.pictures import FOLDER, flaws, read_picture
from content.papers.lines import balanced, broken, width_of
from content.papers.placard import MARGIN, WIDTH, Sheet, card_picture, card_sheet, lesson_picture, lesson_sheet, svg_of
from content.proof import proof

CALL = (("119", "火警"), ("120", "医疗急救"))
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">{}</svg>'


def overflowing(sheet: Sheet) -> list[str]:
    height = round(sheet.y)
    wrong = [
        line.text
        for line in sheet.lines
        if line.y + line.size * 0.3 > height
        or line.x < MARGIN
        or line.x + width_of(line.text, line.size) > WIDTH - MARGIN / 2
    ]
    return wrong + [f"box at {box.y}" for box in sheet.boxes if box.y + box.height > height]


def words_of(sheet: Sheet) -> str:
    return "".join(line.text for line in sheet.lines)


def test_every_card_and_every_lesson_lies_on_its_sheet_without_a_word_lost(catalogue: Catalogue) -> None:
    for card in catalogue.cards.values():
        sheet = card_sheet(card, CALL, catalogue.folder)
        assert overflowing(sheet) == [], card.id
        assert sheet.drawing, card.id
        assert WIDTH + sheet.y < 10_000, "what Telegram takes as a photo"
        for said in (card.title, *card.steps, *card.never, *card.call, card.trained_note or "", card.source):
            assert said in words_of(sheet), card.id
    for lesson in catalogue.lessons.values():
        sheet = lesson_sheet(lesson, catalogue.tracks[lesson.track].title)
        assert overflowing(sheet) == [], lesson.id
        for said in (lesson.title, *lesson.text.split("\n"), lesson.action, lesson.source or ""):
            assert said in words_of(sheet), lesson.id


def test_a_picture_is_what_was_measured(catalogue: Catalogue) -> None:
    card = catalogue.cards["cpr"]
    drawn = Image.open(io.BytesIO(card_picture(card, CALL, catalogue.folder))).convert("RGB")
    assert drawn.size == (WIDTH, round(card_sheet(card, CALL, catalogue.folder).y))
    # Below the band of the title nothing reaches the edges: the words were measured with the font that drew them.
    for left, right in ((0, MARGIN // 2), (WIDTH - MARGIN // 2, WIDTH)):
        assert drawn.crop((left, 200, right, drawn.height)).getcolors() == [
            ((right - left) * (drawn.height - 200), (255, 255, 255))
        ]
    assert drawn.crop((MARGIN, 200, WIDTH - MARGIN, 800)).getcolors(1_000_000), "the drawing is there"
    lesson = catalogue.lessons["one-strip-only"]
    assert lesson_picture(lesson, "跟电打交道") is lesson_picture(lesson, "跟电打交道"), "drawn once"


@pytest.mark.parametrize("typed", ["</text><script>alert(1)</script>", "&amp; <b>", "a" * 5000, "长" * 5000, "，" * 90])
def test_nothing_an_editor_types_breaks_the_picture(catalogue: Catalogue, typed: str) -> None:
    card = replace(catalogue.cards["burns"], title=typed[:40], steps=(typed,), never=(typed,), trained_note=typed)
    sheet = card_sheet(card, (("119", typed),), catalogue.folder)
    assert overflowing(sheet) == []
    tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(svg_of(sheet)).iter()}
    assert tags <= {"svg", "g", "path", "rect", "circle", "text"}
    lesson = replace(catalogue.lessons["one-strip-only"], title=typed[:40], text=typed, action=typed)
    sheet = lesson_sheet(lesson, typed[:40])
    assert overflowing(sheet) == []
    assert Image.open(io.BytesIO(lesson_picture(lesson, typed[:40]))).width == WIDTH


def test_lines_are_broken_as_chinese_is_set() -> None:
    lines = broken("先喊人，打119。他说：“快走。”", 10, 45)
    assert "".join(lines) == "先喊人，打119。他说：“快走。”"
    assert [line for line in lines if line[0] in "，。：”" or line[-1] == "“"] == []
    assert any("119" in line for line in lines), "a number stays in one piece"
    assert max(width_of(line, 10) for line in lines) <= 45
    evenly = balanced("大声喊他，没有反应、没有呼吸，马上开始。", 52, 896)
    assert len(evenly) == 2
    assert min(map(len, evenly)) > 6, "no last word stands alone"


def test_a_card_whose_drawing_is_not_to_be_trusted_does_without(catalogue: Catalogue, tmp_path: Path) -> None:
    shutil.copytree(catalogue.folder / FOLDER, tmp_path / FOLDER)
    (tmp_path / FOLDER / "cpr.svg").write_text(SVG.format("<script/>"), encoding="utf-8")
    card = catalogue.cards["cpr"]
    assert read_picture(tmp_path, "cpr") is None
    assert card.steps[0] in words_of(card_sheet(card, CALL, tmp_path))
    assert not card_sheet(card, CALL, tmp_path).drawing


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        ("<script>alert(1)</script>", "picture-shape"),
        ('<image href="http://a.example/x.png"/>', "picture-shape"),
        ('<path d="M0 0" onclick="x"/>', "picture-shape"),
        ('<path fill="url(#a)"/>', "picture-shape"),
        ('<text x="1">火</text>', "picture-shape"),
        ("<g>火</g>", "picture-words"),
        ("<g>", "picture-broken"),
        ("<path d='" + "M0 0" * 1100 + "'/>", "picture-large"),
    ],
)
def test_a_drawing_is_shapes_and_nothing_else(inside: str, code: str) -> None:
    assert code in [found for found, _ in flaws(SVG.format(inside).encode())]


def test_a_drawing_may_not_declare_entities_and_must_say_its_size() -> None:
    assert [c for c, _ in flaws(b'<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.format("").encode())] == ["picture-broken"]
    assert [c for c, _ in flaws(b'<svg xmlns="http://www.w3.org/2000/svg"/>')] == ["picture-box"]
    assert [c for c, _ in flaws(SVG.format('<path d="M0 0"/>').encode())] == []


def test_the_proof_names_a_card_without_a_drawing_and_a_drawing_without_a_card(tmp_path: Path) -> None:
    plot = Plot.dug(tmp_path / "content")
    drawn = plot.folder / FOLDER / "cpr.svg"
    drawn.rename(drawn.with_name("nothing.svg"))
    found = {(one.file, one.code) for one in proof(Catalogue.load(plot.folder)).findings}
    assert ("cards/cpr.toml", "picture-missing") in found
    assert (f"{FOLDER}/nothing.svg", "picture-stray") in found
