"""整改闭环图 — writes docs/hazards.md from the table of steps: python -m docs.pictures.loop"""

from __future__ import annotations

from pathlib import Path

from content.texts import HOME_LOCALE, Texts
from domain.hazard import HazardState
from domain.rectification import STEPS, Step

PAGE = Path(__file__).parents[1] / "hazards.md"
PARTIES = {
    "official": "official of the jurisdiction", "head": "head (负责人)", "fixer": "principal or safety officer",
    "reporter": "whoever reported it",
}  # fmt: skip
NEEDS = {
    "words": "words", "day": "a day", "clause": "the clause", "photo": "a photo", "stored": "a photo to look at",
    "plan": "五落实", "unit": "the responsible enterprise",
}  # fmt: skip
INTRODUCTION = """# The closed loop of a hazard

Made from the table in `domain/rectification.py` by `python -m docs.pictures.loop`; change the table, not this page.

Whoever reports something put right never rechecks it, and whoever rechecked a major hazard does not close it. What an
enterprise found of itself (自查自改, general and without a hint that it may be major) a second person there may
recheck, send back and close. A step can be taken back by whoever took it within 60 seconds, unless the table says
otherwise.
"""


def page() -> str:
    """The whole page."""
    words = Texts().words(HOME_LOCALE)
    names = {state: words.label(f"hazard.state.{state}") for state in HazardState}
    lines = [INTRODUCTION, "```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{names[state]}" as {state.value}' for state in HazardState]
    drawn: dict[tuple[str, str], list[str]] = {}
    for step in STEPS:
        for source in sorted(step.sources):
            if step.to is not None:
                told = drawn.setdefault((source, step.to), [])
                label = words.label(f"hazard.done.{step.key}")
                told += [label] if label not in told else []
    lines += [f"    {source} --> {to}: {' / '.join(told)}" for (source, to), told in drawn.items()]
    lines += ["```", "", "| Step | Grade | From | To | By | Needs | Undo |", "|---|---|---|---|---|---|---|"]
    lines += [_row(step, names, words.label(f"hazard.done.{step.key}")) for step in STEPS]
    return "\n".join(lines) + "\n"


def _row(step: Step, names: dict[HazardState, str], label: str) -> str:
    grade = {None: "both", "general": "一般", "major": "重大"}[step.grade]
    sources = " ".join(names[state] for state in HazardState if state in step.sources)
    by = ", ".join(PARTIES[party] for party in PARTIES if party in step.by)
    needs = ", ".join(NEEDS[need] for need in NEEDS if need in step.needs) or "—"
    to = names[step.to] if step.to else "stays"
    undo = "60 s" if step.is_undoable else "—"
    return f"| {label} `{step.key}` | {grade} | {sources} | {to} | {by} | {needs} | {undo} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
