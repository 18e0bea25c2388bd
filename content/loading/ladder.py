"""逐级督办装载 — ladder.toml: which step follows how many workdays after a missed term, for each grade."""

from content.loading.entry import Entry
from content.loading.page import Page
from domain.checklist import Grade
from domain.ladder import NAMING, Addressee, Ladder, Releaser, Rule, Rung

_FIELDS = ("grade", "step", "late", "wait", "reply", "to", "release", "second")
MOST_DAYS = 250


def read_ladder(page: Page) -> Ladder:
    """The ladder of ladder.toml.

    Raises:
        ContentFault: a flawed field, a step given twice, one that comes earlier than a lower one, one that would go out
            by itself though it is more than a reminder, one that names an enterprise to others without a second person.
    """
    whole = Entry(page, page.table)
    whole.must_hold_only("own", "meet_within", "step")
    rules: list[Rule] = []
    for entry in whole.entries("step"):
        rule = _rule(entry)
        lower = [one for one in rules if one.grade is rule.grade]
        if any(one.rung is rule.rung for one in lower):
            raise entry.fault("fault-twice", "step", id=f"{rule.grade} {rule.rung}")
        if any(one.rung.height > rule.rung.height or one.late > rule.late for one in lower):
            raise entry.fault("fault-ladder-order", "late")
        rules.append(rule)
    return Ladder(tuple(rules), whole.flag("own"), _days(whole, "meet_within", 1))


def _rule(entry: Entry) -> Rule:
    entry.must_hold_only(*_FIELDS)
    rung, release = entry.choice("step", Rung), entry.choice("release", Releaser)
    to, needs_second = entry.choices("to", Addressee), entry.flag("second")
    if not to:
        raise entry.fault("fault-empty", "to", field="to")
    if release is Releaser.CLOCK and (rung is not Rung.REMINDER or needs_second):
        raise entry.fault("fault-ladder-clock", "release")
    if rung is Rung.REMINDER and (release is not Releaser.CLOCK or to != {Addressee.ENTERPRISE}):
        raise entry.fault("fault-ladder-reminder", "release")
    if rung in NAMING and not needs_second:
        raise entry.fault("fault-ladder-second", "second")
    return Rule(
        entry.choice("grade", Grade), rung, _days(entry, "late", 1), _days(entry, "wait", 1), _days(entry, "reply", 0),
        to, release, needs_second,
    )  # fmt: skip


def _days(entry: Entry, name: str, least: int) -> int:
    days = entry.whole(name)
    if not least <= days <= MOST_DAYS:
        raise entry.fault("fault-ladder-days", name, field=name, least=least, most=MOST_DAYS)
    return days
