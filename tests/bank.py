"""A small question bank of two topics, so that tests do not hang on what an editor writes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from content.catalogue import Catalogue
from domain.basis import Basis
from domain.contact import Role
from domain.question import Dimension, Question, QuestionKind
from domain.topic import Topic

FIRE_LAW = Basis("消防法", "28", "不得占用、堵塞、封闭疏散通道、安全出口、消防车通道")
TOPICS = (
    Topic("fire", "消防安全", "🔥", "起火了怎么办"),
    Topic("power", "用电安全", "🔌", "电线和插座"),
)


def question(
    id: str,
    topic: str = "fire",
    kind: QuestionKind = QuestionKind.SINGLE,
    stem: str = "",
    options: Iterable[str] = (),
    correct: Iterable[int] = (0,),
    explanation: str = "",
    dimension: Dimension = Dimension.KNOWLEDGE,
    trades: Iterable[str] = (),
    roles: Iterable[Role] = (),
    basis: tuple[Basis, ...] = (FIRE_LAW,),
    source: str | None = None,
) -> Question:
    """A question whose every part can be told from the others by its words."""
    judged = kind is QuestionKind.JUDGE
    shown = tuple(options) or (("对", "错") if judged else tuple(f"{id} 的选项{letter}" for letter in "甲乙丙丁"))
    return Question(
        id, topic, kind, stem or f"{id} 问的是什么？", shown, frozenset(correct), explanation or f"{id} 的道理。", 1,
        dimension, frozenset(trades), frozenset(roles), basis, source,
    )  # fmt: skip


QUESTIONS = (
    question(
        "fire-1", stem="饭店的安全出口旁边可以临时放几箱饮料吗？",
        options=("不可以，一箱也不行", "营业前可以", "留出一个人能过的宽度就行", "有人看着就可以"),
        explanation="出口要一直空着，起火时每一秒都要紧。", dimension=Dimension.AWARENESS,
    ),
    question(
        "fire-2", kind=QuestionKind.MULTIPLE, stem="油锅起火，哪些做法是对的？",
        options=("关火", "盖锅盖", "泼水", "用灭火毯盖住"), correct=(0, 1, 3),
        explanation="水比油重，泼进去会把着火的油溅出来。", dimension=Dimension.SKILL,
    ),
    question(
        "fire-3", kind=QuestionKind.JUDGE, stem="灭火器压力表的指针在红色区域，表示压力不够，要更换或者充装。",
        explanation="红色是压力不足，绿色正常，黄色偏高。", dimension=Dimension.SKILL,
    ),
    question(
        "power-1", topic="power", stem="插座上插了插座，再插一个电磁炉，怎么办？",
        options=("拔掉，单独用一个墙上插座", "摸着不烫就行", "换一个更长的插排", "少用一会儿"),
        explanation="大功率电器接在串接的插排上，线会过热起火。", dimension=Dimension.AWARENESS, basis=(),
        source="国家消防救援局《居民用电防火提示》",
    ),
    question(
        "power-2", topic="power", kind=QuestionKind.JUDGE, stem="漏电保护器跳闸以后，可以用胶布粘住不让它再跳。",
        correct=(1,), explanation="跳闸说明有漏电，粘住等于拿命去试。" + "先找原因，找持证电工。" * 16,
    ),
    question("power-3", topic="power", stem="电工作业的人要有什么？",
             options=("特种作业操作证", "身份证就行", "力气大", "会看说明书"), explanation="电工属于特种作业。"),
)  # fmt: skip


def with_bank(catalogue: Catalogue, questions: Iterable[Question] = QUESTIONS) -> Catalogue:
    """The catalogue with these questions instead of its own."""
    return replace(
        catalogue,
        topics={topic.id: topic for topic in TOPICS},
        questions={question.id: question for question in questions},
    )
