"""故事集 — a hazard reported without and with a name, a quiz, and an official's notice to thirty people."""

from __future__ import annotations

from tests.faults.story import OFFICER, Step, Telling

LOCKED, GREASY, MORE = "后门的安全出口锁死了", "油烟罩里积油很厚", "靠听涛路的那个门"
WORDS = "6 月 3 日前检查燃气软管，过期的马上换。"
# What a receipt says again to somebody whose report was made before.
DONE_BEFORE, WAITING = "这一步已经办好了", "还等着您答"
# Whoever was killed may come back to a card with other figures, never to another card.
CARD, DRAFT = "通知编号：", "通知草稿"
# Words that nothing waits for any more are answered with the menu; the number comes with the receipt.
MENU = "要做什么？"


def opened(code: str, *posts: tuple[str, str], sweeps: tuple[str, ...] = ()) -> Telling:
    """An official takes office; these hold their posts already."""
    story = Telling(*sweeps)
    story.quietly(f"周科 ▸ /start {code}")
    story.quietly("周科 ▸ [同意并继续]")
    story.quietly("周科 ▸ [单独同意，开始使用]", posts=set(posts))
    return story


def reports(code: str) -> list[Step]:
    """Somebody reports their own employer without a name and adds to it; somebody else gives a name."""
    story = opened(code, ("小刘", "employee"))
    story.step("report:begin", "小刘 ▸ /report", then="小刘 ▸ 🗑 不报了")
    story.step("report:words", f"小刘 ▸ {LOCKED}", then="小刘 ▸ 🙈 匿名交")
    story.step("report:album", "小刘 ▸ 📷 a.jpg, b.jpg", then="小刘 ▸ 🙈 匿名交")
    story.quietly("小刘 ▸ [🙈 匿名交]")
    story.step(
        "report:anonymous", "小刘 ▸ [🙈 还是匿名交]", reports=((LOCKED, False, 2, 0),),
        then="周科 ▸ 📥 去处理", or_shown=DONE_BEFORE,
    )  # fmt: skip
    story.quietly("小刘 ▸ [➕ 补充]")
    story.quietly(f"小刘 ▸ {MORE}")
    story.step("report:added", "小刘 ▸ [📤 交补充]", additions=(MORE,), then="周科 ▸ 📥 去处理", or_shown=DONE_BEFORE)
    story.quietly("陈刚 ▸ /report")
    story.quietly(f"陈刚 ▸ {GREASY}")
    story.quietly("陈刚 ▸ 📷 broken.jpg, d.jpg")
    story.quietly("陈刚 ▸ [👤 实名交]")
    story.step(
        "report:named", "陈刚 ▸ 陈刚 13800001007", reports=((GREASY, True, 2, 1),),
        then="周科 ▸ 📥 去处理", or_shown=MENU,
    )  # fmt: skip
    return story.steps


def quiz(code: str) -> list[Step]:
    """A set of five questions, the first answered wrong, and one vote that comes while the last is on its way."""
    story = opened(code, ("小刘", "employee"))
    story.step("quiz:topics", "小刘 ▸ /quiz", then="小刘 ▸ 🎲 随便来")
    story.step("quiz:begin", "小刘 ▸ [🎲 随便来]", or_shown=WAITING)
    story.step("quiz:wrong", "小刘 ▸ ☑ wrong", votes=(False,), or_shown=WAITING)
    story.step("quiz:right", "小刘 ▸ ☑ right", votes=(True,), or_shown=WAITING)
    story.quietly("小刘 ▸ ☑ right", votes=(True,))
    story.quietly("小刘 ▸ ☑ right", votes=(True,))
    story.step("quiz:last", "小刘 ▸ ☑ right", votes=(True,), then="小刘 ▸ 🔁 再来一组")
    story.step("quiz:again", "小刘 ▸ [🔁 再来一组]", or_shown=WAITING)
    return story.steps


def notice(code: str, audience: int) -> list[Step]:
    """A notice is let go, read by some and taken back, the others reminded before; another is taken back at once."""
    shop = (("王芳", OFFICER), ("小刘", "employee"), ("李强", "employee"), ("陈刚", "employee"))
    story = opened(code, *shop)
    story.quietly("周科 ▸ /notice")
    story.quietly("周科 ▸ [✍️ 写通知]")
    story.step(
        "notice:draft", f"周科 ▸ {WORDS}", then="周科 ▸ ✔️ 就发给他们 | 👀 预览并确认", or_shown=DRAFT
    )  # fmt: skip
    story.quietly("周科 ▸ [✔️ 就发给他们]")
    story.step(
        "notice:preview", "周科 ▸ [👀 预览并确认]",
        then=f"周科 ▸ ✅ 确认发给 {audience} 人 | 👀 预览并确认", or_shown=DRAFT,
    )  # fmt: skip
    story.step(
        "notice:approve", f"周科 ▸ [✅ 确认发给 {audience} 人]", audience=audience,
        then="王芳 ▸ ✅ 已阅", or_shown=CARD,
    )  # fmt: skip
    story.step("notice:read", "王芳 ▸ [✅ 已阅]", "王芳 ▸ [✅ 已阅]", read={"王芳"})
    story.quietly("小刘 ▸ [✅ 已阅]", read={"小刘"})
    story.step("notice:chase", "周科 ▸ [🔔 提醒还没按的]", chased=1, then="李强 ▸ ✅ 已阅", or_shown=CARD)
    story.step("notice:chased", "李强 ▸ [✅ 已阅]", read={"李强"})
    story.quietly("周科 ▸ [↩️ 撤回]")
    story.step("notice:recall", "周科 ▸ [↩️ 确认撤回]", or_shown=CARD)
    for deed in ("/notice", "[✍️ 写通知]", WORDS, "[✔️ 就发给他们]", "[👀 预览并确认]"):
        story.quietly(f"周科 ▸ {deed}")
    # Taken back before the first of it has left: everybody is still to be accounted for.
    story.step(
        "notice:stopped", f"周科 ▸ [✅ 确认发给 {audience} 人]", "周科 ▸ [bc:ry:2]",
        audience=2 * audience, or_shown=CARD,
    )  # fmt: skip
    return story.steps
