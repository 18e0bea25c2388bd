"""预览和工作簿命令 — what an editor sees before anybody reads it in chat."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.command_line import app_for
from bot.previewing import Wanted, find, known, open_scene, said
from bot.terminal import Screen
from content.catalogue import Catalogue
from content.proofing.pieces import pieces_of
from handlers.turn import Poll, Reply, Say
from tests.content.planting import Plot

RUNNER = CliRunner()
FIRE = "questions/fire.toml"


@pytest.fixture
def plot(tmp_path: Path) -> Plot:
    return Plot.dug(tmp_path / "content")


# Every twenty-fifth in every run, and all of them in the exhaustive share.
@pytest.mark.parametrize("step", [25, pytest.param(1, marks=pytest.mark.torture)])
async def test_every_kind_of_piece_has_its_screen_and_none_is_too_long(catalogue: Catalogue, step: int) -> None:
    screen, silent, pieces = Screen(False), set(), pieces_of(catalogue)
    async with open_scene(catalogue) as scene:
        for id_ in list(known(catalogue))[::step]:
            for wanted in find(catalogue, id_, pieces):
                reply = await said(scene, wanted)
                assert all(line is not None for line in screen.lines(reply))
                if not reply.says:
                    silent.add(wanted.piece.kind)
    assert not screen.is_too_long
    # A local term has no talk yet, a special campaign is a form to fill in, an edition of years ago has no days, and
    # what an office issues is a paper.
    assert silent <= {"term", "special", "edition", "form"}


async def test_an_item_is_shown_folded_and_with_each_part_open(catalogue: Catalogue) -> None:
    async with open_scene(catalogue) as scene:
        (wanted,) = find(catalogue, "catering-gas-alarm")
        reply = await said(scene, wanted)
    item = catalogue.checklists["catering"].item("catering-gas-alarm")
    texts = [one.text for one in reply.says if isinstance(one, Say)]
    assert [part in text for text, part in zip(texts[1:], (item.how, item.standard, item.risk), strict=True)] == [
        True, True, True,
    ]  # fmt: skip
    assert item.how not in texts[0] and item.what in texts[0]


async def test_a_question_is_shown_as_the_poll_it_is(catalogue: Catalogue) -> None:
    async with open_scene(catalogue) as scene:
        (wanted,) = find(catalogue, "fire-chief")
        (poll,) = (await said(scene, wanted)).says
    question = catalogue.questions["fire-chief"]
    assert isinstance(poll, Poll) and poll.options == question.options
    assert frozenset(poll.correct) == question.correct and question.stem in poll.question


async def test_a_day_of_a_campaign_is_its_notice_and_what_opens_behind_it(catalogue: Catalogue) -> None:
    async with open_scene(catalogue) as scene:
        (wanted,) = find(catalogue, "2026-06-05")
        notice, day = (await said(scene, wanted)).says
    plan = wanted.days[0]
    assert isinstance(notice, Say) and isinstance(day, Say)
    assert plan.title in notice.text and plan.title in day.text and notice.rows and day.rows


async def test_a_number_of_one_street_is_shown_as_that_street_sees_it(catalogue: Catalogue) -> None:
    number = replace(catalogue.hotlines[0], number="80001234", name="街道应急", jurisdiction="望潮街道")
    local = replace(catalogue, hotlines=(*catalogue.hotlines, number))
    async with open_scene(local) as scene:
        screens = [
            await said(scene, Wanted(replace(find(catalogue, "119")[0].piece, thing=one)))
            for one in (number, catalogue.hotlines[0])
        ]
    assert ["80001234" in one.says[0].text for one in screens] == [True, False]  # type: ignore[union-attr]


def test_what_telegram_would_refuse_is_said() -> None:
    screen = Screen(False)
    told = list(screen.lines(Reply((Say("<b>" + "长" * 4097 + "</b>"),))))
    assert screen.is_too_long and "4097" in told[-1]
    assert "<b>" not in "".join(told)


def test_findings_of_that_piece_come_with_file_and_line(plot: Plot) -> None:
    line = plot.plant(FIRE, "单位的主要负责人是本单位的消防安全责任人", "这句话法律里没有写过")
    shown = RUNNER.invoke(app_for(), ["preview", "fire-chief", "--content", str(plot.folder)])
    assert shown.exit_code == 1 and f"{FIRE}:{line}: " in shown.output
    other = RUNNER.invoke(app_for(), ["preview", "fire-locked-door", "--content", str(plot.folder)])
    assert other.exit_code == 0 and "校对没有发现问题" in other.output


def test_a_retired_piece_says_so(plot: Plot) -> None:
    plot.plant(FIRE, 'id = "fire-chief"', 'id = "fire-chief"\nretired = true')
    shown = RUNNER.invoke(app_for(), ["preview", "fire-chief", "--content", str(plot.folder)])
    assert "已停用" in shown.output and "保安队长" in shown.output


def test_an_id_that_is_nearly_right_is_answered_with_what_was_meant() -> None:
    shown = RUNNER.invoke(app_for(), ["preview", "fire-cheif"])
    assert shown.exit_code == 2 and "fire-chief" in shown.output


def test_out_to_excel_and_in_again(plot: Plot, tmp_path: Path) -> None:
    book, folder = str(tmp_path / "q.xlsx"), ["--content", str(plot.folder)]
    assert RUNNER.invoke(app_for(), ["content", "export", "questions", book, *folder]).exit_code == 0
    plot.plant(FIRE, "一个单位里，谁是消防安全责任人？", "一家单位里，谁是消防安全责任人？")
    dry = RUNNER.invoke(app_for(), ["content", "import", book, *folder, "--dry-run"])
    assert ": 0 added, 1 changed" in dry.output and "(dry run)" in dry.output and dry.exit_code == 0
    assert "一家单位里" in (plot.folder / FIRE).read_text(encoding="utf-8")
    assert RUNNER.invoke(app_for(), ["content", "import", book, *folder]).exit_code == 0
    assert "一个单位里" in (plot.folder / FIRE).read_text(encoding="utf-8")


def test_what_is_no_workbook_is_refused_in_words(tmp_path: Path) -> None:
    file = tmp_path / "q.xlsx"
    file.write_text("not a workbook")
    result = RUNNER.invoke(app_for(), ["content", "import", str(file)])
    assert result.exit_code == 2 and "不是 Excel 工作簿" in result.output
