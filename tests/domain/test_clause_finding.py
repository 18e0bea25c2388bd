"""Plain words lead to the clause that speaks of them, the best first, and words about something else to none."""

import pytest

from domain.basis import Basis
from domain.clause import Clause
from domain.clause_finding import ClauseFinder, Speech


def clause(name: str, plain: str, *patterns: str, trades: str = "") -> Clause:
    groups = tuple(tuple(tuple(group.split("|")) for group in pattern.split()) for pattern in patterns)
    basis = (Basis("某法", "1", plain),)
    return Clause(name, name, plain, "某法第一条", True, frozenset(trades.split()), groups, basis)


SPEECH = Speech(
    ("没有", "没", "无", "未", "不"), ("没有", "没", "无", "未", "不", "不准", "严禁"),
    "被人再在", ("有没有", "没问题", "没有问题"),
)  # fmt: skip
FINDER = ClauseFinder([
    clause("exit", "安全出口被锁住", "安全出口|后门 锁|堵"),
    clause("truck", "叉车没有检验", "叉车|电梯 没|未 年检|检验", trades="warehouse"),
    clause("vent", "干式除尘器没有泄爆口", "泄爆 没|无|坏", "除尘|风管 防爆 没"),
    clause("lamp", "应急灯坏了不亮", "应急灯 坏|不亮"),
], SPEECH)  # fmt: skip


@pytest.mark.parametrize(
    ("said", "best"),
    [
        ("后门从外面锁着！", "exit"),
        ("叉车 没 年检", "truck"),
        ("除尘风管没有泄爆口", "vent"),
        ("ｙ风管没做防爆", "vent"),
        ("干式除尘器看不到泄爆口", "vent"),
    ],
)
def test_what_is_typed_finds_its_clause(said: str, best: str) -> None:
    assert FINDER.find(said)[0].clause.id == best


@pytest.mark.parametrize("said", ["", "。", "今天食堂吃什么", "后门", "锁", "工资什么时候发", "泄爆口好着呢，放心吧"])
def test_what_no_clause_knows_finds_none(said: str) -> None:
    assert FINDER.find(said) == ()


@pytest.mark.parametrize(
    "said", ["后门没有锁", "后门没被锁", "后门不准锁", "应急灯没坏", "泄爆口没坏", "泄爆口没有问题", "有没有泄爆口"]
)
def test_what_is_denied_is_no_hazard(said: str) -> None:
    assert FINDER.find(said) == ()


def test_what_is_missing_is_one_though_it_is_denied_in_words() -> None:
    assert FINDER.find("没泄爆口")[0].clause.id == "vent"


def test_words_of_one_phrase_outweigh_words_scattered_over_two() -> None:
    together = FINDER.find("应急灯好着，后门锁了")[0].score
    scattered = FINDER.find("应急灯好着，后门，锁了")[0].score
    assert 0 < scattered < together


def test_two_hazards_in_one_sentence_find_both() -> None:
    found = [one.clause.id for one in FINDER.find("后门锁了，应急灯也不亮")]
    assert set(found) == {"exit", "lamp"}


def test_a_clause_of_another_trade_comes_later_but_comes() -> None:
    here = FINDER.find("叉车没年检", trades=frozenset({"catering"}))
    assert here[0].clause.id == "truck" and here[0].score < FINDER.find("叉车没年检")[0].score


def test_no_more_than_asked_for() -> None:
    assert len(FINDER.find("后门锁了，应急灯也不亮", most=1)) == 1
