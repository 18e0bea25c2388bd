"""故事集(官方) — two officials fill in one visit, owners are named for many and taken back, words go through a pair."""

from __future__ import annotations

from tests.faults.story import OFFICER, Step
from tests.faults.tales import opened

ALARM, VALVE = "后厨的燃气报警器老响，您能来看看吗", "先关总阀、开窗，我下午两点到"
# What a visit's card says on each of its screens, what the card of a hazard found in it says, and what replaces both.
VISIT, MOVED = "云泊区好邻居餐饮店", "换到下面的消息里了"


def visit(code: str) -> list[Step]:
    """周科 begins, asks 李强 along; both fill parts of the list, what 李强 found becomes a hazard once; it ends."""
    story = opened(code, ("王芳", OFFICER))
    for deed in ("/register 好邻居", "[云泊区好邻居餐饮店 ✓]", "[🔎 官方检查]"):
        story.quietly(f"周科 ▸ {deed}")
    story.step("visit:begin", "周科 ▸ [联合检查]", visits=1, then="周科 ▸ 📝 选一张检查表", or_shown=VISIT)
    story.quietly("周科 ▸ [👥 谁参加]")
    story.step("visit:along", "周科 ▸ [李强]", then="李强 ▸ 👥 谁参加", or_shown=VISIT)
    for who, deed in (
        ("周科", "[📝 选一张检查表]"), ("周科", "[餐饮场所安全自查表]"),
        ("周科", "[燃气 0/5]"), ("周科", "[🙋 我来查这一部分]"),
        ("李强", "[逃生出口 0/5]"), ("李强", "[🙋 我来查这一部分]"),
    ):  # fmt: skip
        story.quietly(f"{who} ▸ {deed}")
    story.step(
        "visit:answers", "周科 ▸ [✅ 符合]", "李强 ▸ [❌ 不符合]", answered=2,
        then="李强 ▸ 🗂 记成隐患", or_shown=VISIT,
    )  # fmt: skip
    # Pressed twice before the first press is answered.
    story.step(
        "visit:found", "李强 ▸ [🗂 记成隐患]", "李强 ▸ [🗂 记成隐患]", found=1,
        then="李强 ▸ 📋 一般隐患，定整改期限", or_shown=VISIT,
    )  # fmt: skip
    story.quietly("周科 ▸ [◀ 回到检查]")
    story.quietly("周科 ▸ [🏁 结束检查]")
    story.step(
        "visit:finish", "周科 ▸ [🏁 结束，出检查记录]", finished=1, then="周科 ▸ 📄 再要一份检查记录", or_shown=VISIT
    )  # fmt: skip
    return story.steps


def owners(code: str, count: int) -> list[Step]:
    """Nobody answers for a trade: one is named for all of them, and that is taken back."""
    story = opened(code)
    for deed in ("/register", f"[❗ 无主责任 {count} 家]", f"[👤 行业责任人，一次定 {count} 家]"):
        story.quietly(f"周科 ▸ {deed}")
    story.quietly(f"周科 ▸ [周科 · 负责人（{count} 家）]")
    sure = f"周科 ▸ [✅ 确定，{count} 家]"
    story.step("owners:named", sure, sure, owned=count, then="周科 ▸ ↶ 撤回这一步（60秒内）")
    story.step("owners:undone", "周科 ▸ [↶ 撤回这一步（60秒内）]", owned=0, or_shown="无主责任")
    return story.steps


def pair(code: str) -> list[Step]:
    """王芳 writes to the official who is stationed there, sends a photo, and has an answer."""
    story = opened(code, ("王芳", OFFICER))
    story.quietly("王芳 ▸ /start")
    story.quietly("王芳 ▸ [💬 联系我的驻企干部]")
    story.step("pair:said", f"王芳 ▸ {ALARM}", relayed=((ALARM, False),), then="周科 ▸ 💬 回复", or_shown=VISIT)
    story.step("pair:photo", "王芳 ▸ 📷 gas.jpg", relayed=(("", True),), then="周科 ▸ 💬 回复", or_shown=VISIT)
    story.quietly("周科 ▸ [💬 回复]")
    story.step("pair:answered", f"周科 ▸ {VALVE}", relayed=((VALVE, False),), then="王芳 ▸ 💬 回复", or_shown=VISIT)
    return story.steps
