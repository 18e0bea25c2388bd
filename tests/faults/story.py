"""故事 — what the people do while the process dies around them, and what must be true afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.conftest import MORNING

SHOP = "云泊区好邻居餐饮店"
OFFICER, PASS, FAIL = "safety_officer", "[✅ 符合]", "[❌ 不符合]"


@dataclass(frozen=True, slots=True)
class Pressed:
    """What the people have said so far, in their own words: what the record must hold, no more and no less.

    posts: who holds which post; verdicts, notes and photos by item number; broken: photos that are no pictures;
    reports: words, whether named, photos, how many of them are no pictures; votes: whether each was right;
    forwarded: how many messages came to an enterprise's group by its robot;
    audience: to how many a notice went; read: who pressed 已阅; chased: how many rounds; pushed: how often somebody
    was told of their own accord of what is due, of the campaign's day or of their question;
    visits, answered, found, finished: how many visits were begun, items answered in them, hazards found in them, and
    visits ended; owned: for how many enterprises an owner is named; relayed: words and whether there was a photo.
    """

    posts: frozenset[tuple[str, str]] = frozenset()
    verdicts: dict[int, str] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)
    photos: dict[int, int] = field(default_factory=dict)
    broken: dict[int, int] = field(default_factory=dict)
    submitted: int = 0
    reports: tuple[tuple[str, bool, int, int], ...] = ()
    additions: tuple[str, ...] = ()
    votes: tuple[bool, ...] = ()
    audience: int = 0
    read: frozenset[str] = frozenset()
    chased: int = 0
    pushed: dict[str, int] = field(default_factory=dict)
    forwarded: dict[str, int] = field(default_factory=dict)
    visits: int = 0
    answered: int = 0
    found: int = 0
    finished: int = 0
    owned: int = 0
    relayed: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """Deeds that reach the bot in one go. A watched step is one in which the process is killed.

    then: a button that must be before somebody's eyes afterwards, because that is what they do next; any of several.
    or_shown: words of the other card that is current too, such as when a photo failed before the card was shown again.
    at: when it happens; sweeps: what the clock does besides, by the names in `scheduler.sweeps`.
    """

    name: str
    deeds: tuple[tuple[str, str], ...]
    pressed: Pressed
    is_watched: bool = True
    then: tuple[str, tuple[str, ...]] | None = None
    or_shown: str = ""
    at: datetime = MORNING
    sweeps: tuple[str, ...] = ()

    @property
    def actors(self) -> set[str]:
        return {who for who, _ in self.deeds}

    @property
    def scenario(self) -> str:
        return self.name.partition(":")[0]


class Telling:
    """Writes the story down; what was pressed adds up from step to step.

    sweeps: what the clock does besides, all through the story.
    """

    def __init__(self, *sweeps: str) -> None:
        self.steps: list[Step] = []
        self.pressed = Pressed()
        self.at = MORNING
        self.sweeps = sweeps

    def later(self, days: int, hours: float) -> None:
        """From now on it is so long after that morning."""
        self.at = MORNING + timedelta(days=days, hours=hours)

    def step(
        self, name: str, *deeds: str, then: str = "", or_shown: str = "", is_watched: bool = True, **news: object
    ) -> None:
        was = self.pressed
        told = {key: _added(getattr(was, key), value) for key, value in news.items()}
        self.pressed = Pressed(**{**{key: getattr(was, key) for key in Pressed.__dataclass_fields__}, **told})
        split = tuple((deed.split(" ▸ ")[0], deed.split(" ▸ ")[1]) for deed in deeds)
        eyes = (then.split(" ▸ ")[0], tuple(then.split(" ▸ ")[1].split(" | "))) if then else None
        self.steps.append(Step(name, split, self.pressed, is_watched, eyes, or_shown, self.at, self.sweeps))

    def quietly(self, *deeds: str, **news: object) -> None:
        self.step("", *deeds, is_watched=False, **news)


def _added(was: Any, news: Any) -> object:
    """Numbers take the place of what was, rows get longer, sets and tables fuller."""
    if isinstance(news, int):
        return news
    return was + news if isinstance(news, tuple) else was | news


def told(office_code: str, officer_link: str, employee_link: str, items: int) -> list[Step]:
    """An official takes office, an officer enrols, vouches for an employee, inspects and submits."""
    story = Telling()
    story.quietly(f"周科 ▸ /start {office_code}")
    story.quietly("周科 ▸ [同意并继续]")
    story.quietly("周科 ▸ [单独同意，开始使用]")
    story.step("enrolment:link", f"王芳 ▸ /start {officer_link}", then="王芳 ▸ 同意并继续")
    story.step("enrolment:read", "王芳 ▸ [同意并继续]", then="王芳 ▸ 单独同意，开始使用")
    story.step("enrolment:consent", "王芳 ▸ [单独同意，开始使用]", then="王芳 ▸ 请企业确认我的身份")
    story.step("enrolment:phone", "王芳 ▸ ☎", posts={("王芳", OFFICER)}, then="王芳 ▸ 📋 开始自查")
    story.quietly(f"小刘 ▸ /start {employee_link}")
    story.quietly("小刘 ▸ [同意并继续]")
    story.step("enrolment:outsider", "小刘 ▸ [单独同意，开始使用]", then="小刘 ▸ 请企业确认我的身份")
    story.step("enrolment:asks", "小刘 ▸ [请企业确认我的身份]", then="王芳 ▸ ✅ 同意加入")
    story.step("enrolment:vouched", "王芳 ▸ [✅ 同意加入]", posts={("小刘", "employee")}, then="小刘 ▸ 🏠 首页")
    story.quietly("王芳 ▸ /check")
    story.step("answer:begin", "王芳 ▸ [餐饮场所安全自查表]", then="王芳 ▸ ✅ 符合")
    story.step("answer:pass", f"王芳 ▸ {PASS}", verdicts={1: "pass"}, then="王芳 ▸ ◀ 上一项")
    story.step("answer:fail", f"王芳 ▸ {FAIL}", verdicts={2: "fail"}, then="王芳 ▸ 不用写，就是这一项不符合")
    story.step("answer:note", "王芳 ▸ 软管裂了", notes={2: "软管裂了"}, then="王芳 ▸ 这一项不拍照")
    story.step("answer:album", "王芳 ▸ 📷 a.jpg, b.jpg, c.jpg", photos={2: 3}, then="王芳 ▸ ✅ 照片发完了（3 张）")
    story.step("answer:done", "王芳 ▸ [✅ 照片发完了（3 张）]", then="王芳 ▸ ✅ 符合")
    story.step(
        "answer:ahead", f"王芳 ▸ {FAIL}", "王芳 ▸ 三通是自己接的", "王芳 ▸ 📷 broken.jpg, d.jpg",
        verdicts={3: "fail"}, notes={3: "三通是自己接的"}, photos={3: 2}, broken={3: 1},
        then="王芳 ▸ ✅ 照片发完了（2 张） | ✅ 照片发完了（1 张）", or_shown="收到照片 1 张",
    )  # fmt: skip
    story.quietly("王芳 ▸ [✅ 照片发完了（2 张）]")
    for number in range(4, items):
        story.quietly(f"王芳 ▸ {PASS}", verdicts={number: "pass"})
    story.step("answer:last", f"王芳 ▸ {PASS}", verdicts={items: "pass"}, then="王芳 ▸ 📤 提交")
    story.step("submission:submit", "王芳 ▸ [📤 提交]", submitted=1, then="周科 ▸ 🔎 看问题")
    return story.steps
