"""故事集(钟) — plans that ask, reminders that are told, put off and gathered; the campaign's day and a question.

Nobody presses anything in most of these steps: time has passed, and the sweeps do what is due.
"""

from __future__ import annotations

from dataclasses import replace

from tests.faults.story import OFFICER, Step
from tests.faults.tales import MENU, opened

# An hour of the day, counted from half past nine of the morning on which the story begins, a Monday.
MIDNIGHT, NINE, EVENING = -9.25, -0.4, 8.5
SET = "✅ 定下来，通知 3 家"


def reminders(code: str) -> list[Step]:
    """A weekly plan is set; it asks at night and is told in the morning; what was slept through comes as one."""
    story = opened(code, ("王芳", OFFICER), sweeps=("remind", "rescue_notices"))
    for deed in ("/plans", "[➕ 新计划]", "[餐饮场所安全自查表]", "[望潮街道]", "[整个街道]", "[每周一次]",
                 "[6月1日 周一]", "[6月30日 周二]"):  # fmt: skip
        story.quietly(f"周科 ▸ {deed}")
    story.step(
        "reminder:set", f"周科 ▸ [{SET}]", pushed={"王芳": 1, "李强": 1},
        then="王芳 ▸ ▶ 现在就查", or_shown=MENU,
    )  # fmt: skip
    story.later(7, MIDNIGHT)
    story.step("reminder:night")
    story.later(7, NINE)
    story.step("reminder:told", pushed={"王芳": 2, "李强": 2}, then="王芳 ▸ ▶ 现在就查")
    story.later(17, EVENING)
    # Due on the Monday before, two days late by now: gathered, and told of once.
    story.step("reminder:late", pushed={"王芳": 3, "李强": 3})
    story.step("reminder:pause", "周科 ▸ [⏸ 先停一停]", or_shown=MENU)
    story.later(24, NINE)
    story.step("reminder:resumed", "周科 ▸ [▶ 接着来]", pushed={"王芳": 4, "李强": 4}, or_shown=MENU)
    return story.steps


def calendar(code: str) -> list[Step]:
    """The campaign's one thing of the day is laid out at midnight and told in the morning, as is a question."""
    story = opened(
        code, ("王芳", OFFICER), ("小刘", "employee"),
        sweeps=("tell_campaign_day", "ask_daily_questions", "rescue_notices"),
    )  # fmt: skip
    # Its first thing they have been told by now.
    story.pressed = replace(story.pressed, pushed={"王芳": 1, "小刘": 1})
    story.later(1, MIDNIGHT)
    story.step("calendar:midnight")
    story.later(1, 0)
    story.step("calendar:morning", pushed={"王芳": 2, "小刘": 3})
    story.later(1, 13)
    story.step("calendar:evening")
    story.later(4, 0)
    story.step("calendar:slept_through", pushed={"王芳": 3, "小刘": 4})
    return story.steps
