"""题库、学习卡和活动 — what is shipped holds what was promised, and each planted fault is found where it is."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest
from planting import Flaw, Plot, harvest

from content.catalogue import Catalogue
from content.fault import ContentFault
from content.proof import proof
from content.proofing.bank import is_longest
from content.proofing.likeness import alike
from content.proofing.questions import shown_whole
from domain.campaign import Confidence, DayKind
from domain.contact import Role
from domain.question import EXPLANATION_LIMIT, EXPLANATION_LINE_FEEDS, QuestionKind

DUTIES = "questions/duties.toml"
FIRE = "questions/fire.toml"
ACCIDENT = "questions/accident.toml"
TOPICS = "topics.toml"
WEEK = "lessons/first-week.toml"
JUNE = "campaigns/2026-june.toml"
QUOTE = "有权拒绝违章指挥和强令冒险作业"
REFUSE = 'id = "duty-refuse-order"'

# what, file, words to replace, replacement, after which words, words of the fault
FLAWS = [
    ("letter that is no option", DUTIES, 'answer = "', 'answer = "E', "", "只能写 A 到 D"),
    ("letter twice", DUTIES, 'answer = "', 'answer = "AA', 'kind = "multiple"', "每个写一次"),
    ("two answers to a single", DUTIES, 'answer = "A"', 'answer = "AB"', "", "只能有一个答案"),
    ("judgement in letters", DUTIES, 'answer = "错"', 'answer = "B"', "", "只能写：对 错"),
    ("one option", DUTIES, "options = [", 'options = ["一样"]\nother = [', "", "不认识的字段"),
    ("same option twice", DUTIES, '"先干完这一批，下班再去反映"', '"自己小心一点，尽量干快一点"', "", "写了两次"),
    ("difficulty four", DUTIES, "difficulty = 1", "difficulty = 4", "", "难度只能写1到3"),
    ("unknown dimension", DUTIES, 'dimension = "awareness"', 'dimension = "heart"', "", "只能写：awareness"),
    ("unknown kind", DUTIES, 'kind = "single"', 'kind = "open"', "", "只能写：single"),
    ("unknown role", "questions/employer.toml", '"principal", "safety_officer"', '"boss"', "", "只能写：principal"),
    ("unknown trade", "questions/dust.toml", '"metal-dust"', '"gold"', "", "不在 industries.toml"),
    ("stem beyond Telegram", DUTIES, 'stem = "', 'stem = "' + "长" * 300, "", "最多放300个字"),
    ("explanation beyond Telegram", DUTIES, 'explanation = "', 'explanation = "' + "长" * 200, "", "最多放200个字"),
    ("explanation of four lines", DUTIES, "违章指挥可以", "违\\n章\\n指\\n挥可以", "", "最多放2个换行"),
    ("id given twice", DUTIES, "duty-leave-danger", "duty-refuse-order", "", "写了两次"),
    ("id of another topic", FIRE, "fire-chief", "duty-refuse-order", "", "写了两次"),
    ("one word for judgements", TOPICS, '["对", "错"]', '["对"]', "", "写两个词"),
    ("topic twice", TOPICS, 'id = "fire"', 'id = "duties"', "", "写了两次"),
    ("lesson that asks nothing", WEEK, "fire-locked-door", "fire-no-such", "", "没有“fire-no-such”"),
    ("lesson with one question", WEEK, '"fire-locked-door", "fire-goods-aisle"', '"fire-goods-aisle"', "", "要配2道"),
    ("lesson too long", WEEK, "到了新地方", "到了新地方" * 60, "", "最多放300个字"),
    ("lesson id twice", WEEK, '"ask-three-things"', '"find-two-exits"', "", "写了两次"),
    ("day outside the month", JUNE, "on = 2026-06-30", "on = 2026-07-01", "[[day]]", "不在活动期间"),
    ("date in words", JUNE, "on = 2026-06-05", 'on = "六月五日"', "", "应当是日期"),
    ("time instead of a date", JUNE, "on = 2026-06-05", "on = 2026-06-05T08:00:00", "", "应当是日期"),
    ("days out of order", JUNE, "on = 2026-06-10", "on = 2026-06-05", "", "写在了更晚的日期后面"),
    ("two things on one day", JUNE, 'roles = ["employee"]', 'roles = ["principal"]', "", "一天最多一件"),
    ("lesson that is not there", JUNE, '"find-two-exits"', '"find-three-exits"', "", "找不到"),
    ("task of no row", JUNE, 'ref = "hazard-check"', 'ref = "find-two-exits"', "", "找不到"),
    ("end before start", JUNE, "ends_on = 2026-06-30", "ends_on = 2026-05-30", "", "起止日期不对"),
    ("sure without a reason", JUNE, 'confidence = "uncertain"', 'confidence = "certain"', "", "只能写：confirmed"),
]

# what, file, words to replace, replacement, after which words, code of the finding
FAULTS = [
    ("wrong quotation", DUTIES, QUOTE, "有权拒绝一切命令和指挥", "", "quote-absent"),
    ("old article number", DUTIES, 'article = "54"', 'article = "51"', "", "article-old"),
    ("repealed law", DUTIES, 'law = "安全生产法"', 'law = "环境保护法"', "", "law-repealed"),
    ("quotation in the wrong lesson article", WEEK, 'article = "53"', 'article = "58"', "", "quote-elsewhere"),
    ("phone that is not listed", FIRE, "员工打119", "员工打96119", "", "number-unlisted"),
    ("half-width comma", DUTIES, "可以当面拒绝，", "可以当面拒绝,", "", "ascii-mark"),
    ("stem too long to read", DUTIES, "小刘怎么办？", "小刘怎么办？" * 10, "", "text-long"),
    ("option too long for a phone", DUTIES, "不干，这是违章指挥", "不干，" * 8, "", "text-long"),
    ("breathless explanation", DUTIES, "违章指挥可以当面拒绝，", "违章指挥可以当面拒绝，" * 4, "", "sentence-long"),
    ("id in capitals", DUTIES, "duty-no-punish", "Duty-Punish", "", "id-form"),
    ("all of the above", DUTIES, "自己小心一点，尽量干快一点", "以上都对", "", "option-banned"),
    (
        "answer that gives itself away",
        DUTIES,
        "不干，这是违章指挥",
        "不干，因为这是违章指挥，法律说有权拒绝的",
        "",
        "option-gives-away",
    ),
    ("everything is right", DUTIES, 'answer = "', 'answer = "ABCDE" #', 'kind = "multiple"', "options-all-right"),
    ("exact fine", DUTIES, "让班长写个字条，写了就干", "罚他五万元", "", "asks-fine"),
    (
        "unverified theme",
        DUTIES,
        "班长让小刘拆掉防护罩接着干",
        "人人讲安全、个个会应急——排查整治风险隐患",
        "",
        "theme-uncertain",
    ),
    ("rare character", DUTIES, "班长让小刘", "班长让小鑫", "", "character-rare"),
    ("rare character in a lesson", WEEK, "下班前，从自己的位置", "别踟蹰，从自己的位置", "", "character-rare"),
    ("lesson title too long", WEEK, "先认两条路", "先把两条能走出去的路都认清楚", "", "text-long"),
]


@pytest.fixture
def plot(tmp_path: Path) -> Plot:
    return Plot.dug(tmp_path / "content")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.shipped()


def _explanation(plot: Plot, text: str, after: str = REFUSE) -> int:
    """Put another explanation under one question; its line."""
    path = plot.folder / DUTIES
    rows = path.read_text(encoding="utf-8").splitlines()
    start = next(number for number, row in enumerate(rows) if row == after)
    line = next(number for number in range(start, len(rows)) if rows[number].startswith("explanation"))
    rows[line] = f'explanation = "{text}"'
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return line + 1


def test_the_bank_covers_its_topics(catalogue: Catalogue):
    by_topic = Counter(question.topic for question in catalogue.questions.values())
    assert len(by_topic) >= 10
    assert min(by_topic.values()) >= 15
    assert by_topic.total() >= 160
    assert {question.kind for question in catalogue.questions.values()} == set(QuestionKind)
    assert {question.difficulty for question in catalogue.questions.values()} == {1, 2, 3}


def test_the_length_of_an_answer_betrays_nothing(catalogue: Catalogue):
    singles = [one for one in catalogue.questions.values() if one.kind is QuestionKind.SINGLE]
    assert sum(map(is_longest, singles)) / len(singles) < 0.3


def test_every_explanation_fits_a_quiz_poll_together_with_its_basis(catalogue: Catalogue):
    for question in catalogue.questions.values():
        shown = shown_whole(question)
        assert len(shown) <= EXPLANATION_LIMIT
        assert shown.count("\n") <= EXPLANATION_LINE_FEEDS


def test_every_trade_finds_questions_for_each_of_its_roles(catalogue: Catalogue):
    for trade in catalogue.industries:
        for role in Role:
            fitting = [one for one in catalogue.questions.values() if one.suits(role, frozenset({trade}))]
            assert len({one.topic for one in fitting}) >= 10


def test_lessons_come_in_tracks_of_five_with_something_to_do_today(catalogue: Catalogue):
    assert len(catalogue.lessons) >= 20
    assert {len(catalogue.lessons_of(track)) for track in catalogue.tracks} == {5}
    assert all(lesson.action and len(lesson.questions) == 2 for lesson in catalogue.lessons.values())


def test_june_2026_holds_one_thing_a_day_for_everybody(catalogue: Catalogue):
    june = catalogue.editions["2026-june"]
    days = [date(2026, 6, 1) + timedelta(days=number) for number in range(30)]
    for role in Role:
        assert all(june.plan_for(on, role) is not None for on in days)
    assert "咨询日" in june.plan_for(date(2026, 6, 16), Role.EMPLOYEE).title
    assert june.cells(enterprises=23, parks=1) == 70


def test_nobody_gets_a_task_on_a_day_off(catalogue: Catalogue):
    tasks = [plan for plan in catalogue.editions["2026-june"].days if plan.kind is DayKind.TASK]
    assert len(tasks) >= 8
    assert all(chinese_calendar.is_workday(plan.on) for plan in tasks)


def test_a_theme_is_only_as_certain_as_its_source(catalogue: Catalogue):
    certain = {edition.year: edition.confidence for edition in catalogue.editions.values() if edition.theme}
    assert certain[2026] is Confidence.UNCERTAIN
    assert certain[2023] is Confidence.CONFIRMED
    assert set(certain) == set(range(2019, 2027))


@pytest.mark.parametrize(
    ("name", "old", "new", "after", "words"), [pytest.param(*flaw[1:], id=flaw[0]) for flaw in FLAWS]
)
def test_a_flaw_stops_the_load_and_names_its_file(plot: Plot, name: str, old: str, new: str, after: str, words: str):
    plot.plant(name, old, new, after)
    with pytest.raises(ContentFault, match=words) as caught:
        Catalogue.load(plot.folder)
    assert caught.value.file == name
    assert caught.value.line > 1


def test_a_file_without_a_topic_and_a_topic_without_a_file_are_faults(plot: Plot):
    (plot.folder / FIRE).rename(plot.folder / "questions" / "flames.toml")
    with pytest.raises(ContentFault, match="没有“flames”这个主题"):
        Catalogue.load(plot.folder)
    (plot.folder / "questions" / "flames.toml").unlink()
    with pytest.raises(ContentFault, match=r"questions/fire\.toml:1: "):
        Catalogue.load(plot.folder)


@pytest.fixture(scope="module")
def harvested(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, list[tuple[str, int, str]]]]:
    return harvest([Flaw(*fault[:5]) for fault in FAULTS], tmp_path_factory.mktemp("seasons"))


@pytest.mark.parametrize(("called", "name", "code"), [pytest.param(f[0], f[1], f[5], id=f[0]) for f in FAULTS])
def test_a_planted_fault_is_found_where_it_is(harvested, called: str, name: str, code: str):
    line, found = harvested[called]
    assert (name, code) in {(file, code) for file, _, code in found}
    if code not in ("option-gives-away", "options-all-right"):
        assert (name, line, code) in found


def test_the_same_question_twice_is_named_at_the_second(plot: Plot):
    stem = "店里怕丢东西，营业时把后门锁上，钥匙挂在墙上。行不行？"
    plot.plant(FIRE, "一个单位里，谁是消防安全责任人？", stem)
    assert (FIRE, plot.line_of(FIRE, stem, nth=2), "duplicate") in plot.proved()


def test_the_same_question_in_other_clothes_is_named_at_the_later(plot: Plot):
    plot.plant(FIRE, "一个单位里，谁是消防安全责任人？", "店里怕丢东西，营业的时候把后门锁上，钥匙挂墙上。行不行？")
    plot.plant(FIRE, '"单位的主要负责人"', '"不行，有人在，出口就不能锁"')
    line = plot.line_of(FIRE, "店里怕丢东西，营业时把后门锁上")
    assert (FIRE, line, "near-duplicate") in plot.proved()


def test_a_question_and_a_lesson_that_rest_on_nothing_are_named(plot: Plot):
    for name, words in ((DUTIES, REFUSE), (WEEK, 'id = "find-two-exits"')):
        path = plot.folder / name
        text = path.read_text(encoding="utf-8")
        start = text.index("basis = [", text.index(words))
        path.write_text(text[:start] + text[text.index("\n]\n", start) + 3 :], encoding="utf-8")
        assert (name, plot.line_of(name, words), "ground-missing") in plot.proved()


def test_an_explanation_must_say_why(plot: Plot):
    line = _explanation(plot, "不能这样做。")
    assert (DUTIES, line, "explanation-short") in plot.proved()
    _explanation(plot, f"法律写明：{QUOTE}。")
    assert (DUTIES, line, "explanation-repeats") in plot.proved()
    _explanation(plot, "手伤了谁也还不回来。" * 19)
    assert (DUTIES, line, "explanation-long") in plot.proved()


def test_a_topic_of_fourteen_questions_is_named(plot: Plot):
    path = plot.folder / ACCIDENT
    parts = path.read_text(encoding="utf-8").split("[[question]]")
    kept = [part for part in parts if "acc-one-hour" in part or "acc-rescue-first" in part]
    rest = [part for part in parts[1:] if part not in kept]
    path.write_text("[[question]]".join([parts[0], *kept, *rest[:12]]), encoding="utf-8")
    assert (TOPICS, plot.line_of(TOPICS, 'id = "accident"'), "topic-thin") in plot.proved()


def test_keys_that_crowd_on_one_letter_are_found(plot: Plot):
    for path in (plot.folder / "questions").iterdir():
        rows = path.read_text(encoding="utf-8")
        path.write_text(rows.replace('answer = "B"\n', 'answer = "A"\n'), encoding="utf-8")
    assert {line for file, line, code in plot.proved() if code == "key-uneven"} == {1}


def test_judgements_that_are_nearly_all_wrong_are_found(plot: Plot):
    for path in (plot.folder / "questions").iterdir():
        rows = path.read_text(encoding="utf-8")
        path.write_text(rows.replace('answer = "对"\n', 'answer = "错"\n'), encoding="utf-8")
    assert (TOPICS, plot.line_of(TOPICS, "judgement ="), "judge-uneven") in plot.proved()


def test_answers_that_are_usually_the_longest_are_found(plot: Plot, catalogue: Catalogue):
    path = plot.folder / DUTIES
    text = path.read_text(encoding="utf-8")
    for question in catalogue.questions_on("duties"):
        if question.kind is QuestionKind.SINGLE:
            (right,) = question.correct
            option = question.options[right]
            text = text.replace(f'  "{option}",', f'  "{option}，没有别的办法了",')
    path.write_text(text, encoding="utf-8")
    line = plot.line_of(TOPICS, "[[topic]]")
    assert (TOPICS, line, "longest-usual") in plot.proved()


def test_a_track_of_four_lessons_is_named(plot: Plot):
    path = plot.folder / "lessons" / "your-rights.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.rindex("[[lesson]]")], encoding="utf-8")
    name = "lessons/your-rights.toml"
    assert (name, plot.line_of(name, 'id = "your-rights"'), "track-length") in plot.proved()


def test_a_day_without_a_plan_is_named(plot: Plot):
    path = plot.folder / JUNE
    text = path.read_text(encoding="utf-8")
    start = text.index("[[day]]\non = 2026-06-05")
    path.write_text(text[:start] + text[text.index("[[day]]", start + 1) :], encoding="utf-8")
    report = proof(Catalogue.load(plot.folder))
    assert [found.message for found in report.findings] == ["2026-june：2026-06-05 有人没有安排"]


def test_a_lesson_planned_twice_for_one_person_is_named(plot: Plot):
    line = plot.plant(JUNE, '"ask-three-things"', '"find-two-exits"')
    assert (JUNE, line, "day-again") in plot.proved()


def test_the_report_counts_the_bank(catalogue: Catalogue):
    counts = proof(catalogue).counts
    assert counts["kind"]["question"] == len(catalogue.questions) == counts["question-topic"].total()
    assert set(counts["question-kind"]) == {"单选", "多选", "判断"}
    assert set(counts["question-dimension"]) == {"思想认识", "专业知识", "业务技能"}


@pytest.mark.parametrize(
    ("one", "other", "is_alike"),
    [
        ("店里把后门锁上行不行", "店里把后门锁上，行不行？", True),
        ("店里把后门锁上行不行", "饭店燃气漏了怎么办", False),
        ("", "", False),
    ],
)
def test_likeness_is_told_by_pairs_of_characters(one: str, other: str, is_alike: bool):
    assert list(alike([one, other], 0.8)) == ([(0, 1)] if is_alike else [])
