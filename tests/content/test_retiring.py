"""停用 — what was taken out of use stays on file for old records, and asks nobody anything any more."""

from pathlib import Path

import pytest
from planting import Plot

from content.catalogue import Catalogue
from content.fault import ContentFault
from content.proof import proof
from domain.contact import Role

CATERING = "checklists/catering.toml"
FIRE = "questions/fire.toml"
HOSE = 'id = "catering-gas-hose"\n'
CHIEF = 'id = "fire-chief"\n'


@pytest.fixture
def plot(tmp_path: Path) -> Plot:
    return Plot.dug(tmp_path)


def retire(plot: Plot, name: str, id_: str) -> None:
    plot.plant(name, id_, f"{id_}retired = true\n")


def test_a_retired_item_is_not_asked_and_its_wording_stays(plot: Plot) -> None:
    before = Catalogue.load(plot.folder).checklists["catering"]
    retire(plot, CATERING, HOSE)
    catalogue = Catalogue.load(plot.folder)
    checklist = catalogue.checklists["catering"]
    assert [item.id for item in checklist.retired] == ["catering-gas-hose"]
    assert [item.id for item in before.items if item.id != "catering-gas-hose"] == [i.id for i in checklist.items]
    assert proof(catalogue).is_clean


def test_a_section_of_which_nothing_is_left_is_walked_no_more_but_a_list_needs_an_item(plot: Plot) -> None:
    path = plot.folder / CATERING
    text = path.read_text(encoding="utf-8")
    first = text.index("[[section]]", text.index("[[section]]") + 1)
    path.write_text(text[:first].replace("[[section.item]]", "[[section.item]]\nretired = true") + text[first:])
    before = Catalogue.shipped().checklists["catering"]
    assert Catalogue.load(plot.folder).checklists["catering"].sections == before.sections[1:]
    path.write_text(text.replace("[[section.item]]", "[[section.item]]\nretired = true"))
    with pytest.raises(ContentFault, match="一项检查内容也没有"):
        Catalogue.load(plot.folder)


def test_the_id_of_a_retired_item_is_not_given_to_another(plot: Plot) -> None:
    retire(plot, CATERING, HOSE)
    plot.plant(CATERING, 'id = "catering-gas-refit"', 'id = "catering-gas-hose"')
    line = plot.line_of(CATERING, 'id = "catering-gas-hose"', nth=2)
    found = {(one.file, one.line, one.code) for one in proof(Catalogue.load(plot.folder)).findings}
    assert (CATERING, line, "id-twice") in found


def test_a_retired_question_is_asked_of_nobody_and_may_cite_a_law_that_is_gone(plot: Plot) -> None:
    retire(plot, FIRE, CHIEF)
    plot.plant(FIRE, "单位的主要负责人是本单位的消防安全责任人", "这句话法律里没有", CHIEF)
    catalogue = Catalogue.load(plot.folder)
    question = catalogue.questions["fire-chief"]
    assert question.is_retired and not question.suits(None, frozenset())
    assert not any(question.suits(role, question.trades) for role in Role)
    assert proof(catalogue).is_clean


def test_a_retired_question_does_not_count_for_its_topic(plot: Plot) -> None:
    path = plot.folder / FIRE
    path.write_text(path.read_text(encoding="utf-8").replace("[[question]]", "[[question]]\nretired = true"))
    assert "topic-thin" in {one.code for one in proof(Catalogue.load(plot.folder)).findings}


def test_a_lesson_with_a_retired_question_is_named(plot: Plot) -> None:
    retire(plot, FIRE, 'id = "fire-locked-door"\n')
    lesson = "lessons/first-week.toml"
    found = {(one.file, one.line, one.code) for one in proof(Catalogue.load(plot.folder)).findings}
    assert (lesson, plot.line_of(lesson, '"fire-locked-door"'), "lesson-retired") in found
