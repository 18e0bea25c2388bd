"""故事集(备用渠道) — notices that go to enterprises' group robots: at once, after a day, or not any more."""

from __future__ import annotations

from tests.faults.story import OFFICER, Step
from tests.faults.tales import CARD, WORDS, opened

# Hours of the day, counted from half past nine of the morning on which the story begins.
EVENING, NIGHT, MORNING = 10.0, 11.8, -1.0


def fallback(code: str, audience: int, told: tuple[str, ...], silent: str) -> list[Step]:
    """told: enterprises whose groups hear of a notice at once; silent: the one where nobody presses 已阅."""
    story = opened(code, ("王芳", OFFICER), ("小刘", "employee"))
    drafting = ("/notice", "[✍️ 写通知]", WORDS, "[✔️ 就发给他们]", "[👀 预览并确认]")
    for deed in drafting:
        story.quietly(f"周科 ▸ {deed}")
    approve = f"周科 ▸ [✅ 确认发给 {audience} 人]"
    # Whoever dies over the first call to somebody who has blocked the bot cannot know, and waits a day as for others.
    story.quietly(approve, audience=audience, forwarded=dict.fromkeys(told, 1))
    story.later(1, 2)
    story.step("fallback:silent", forwarded={silent: 1})
    story.later(1, EVENING)
    for deed in drafting:
        story.quietly(f"周科 ▸ {deed}")
    story.step("fallback:approve", approve, audience=2 * audience, forwarded=dict.fromkeys(told, 2), or_shown=CARD)
    # A day later it is night: what is due waits for the morning, and in the morning the notice is taken back.
    story.later(2, NIGHT)
    story.step("fallback:night")
    story.later(3, MORNING)
    # Whoever was told of it already is told that it is over; the others hear nothing.
    story.step("fallback:recalled", "周科 ▸ [bc:ry:2]", forwarded=dict.fromkeys(told, 3), or_shown=CARD)
    return story.steps
