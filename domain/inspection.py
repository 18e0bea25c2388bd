"""自查 — where a walk of a checklist stands, computed from the answers given."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from domain.checklist import Checklist, Item, Verdict
from domain.refusal import Refusal

PHOTOS_PER_ANSWER = 5


class InspectionUnfinished(Refusal):
    """Some items have no verdict yet; `missing` says how many."""


class InspectionSubmitted(Refusal):
    """A submitted record is evidence and cannot be changed; a new inspection can be begun."""


class ChecklistUnfit(Refusal):
    """No checklist of that name fits this enterprise's industries."""


class TooManyPhotos(Refusal):
    """One item takes at most five photos."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One verdict. For a fail, `is_note_settled` and `is_photo_settled` say whether the follow-ups are done.

    id: None for one that is being given just now.
    """

    id: int | None
    item_id: str
    verdict: Verdict
    note: str = ""
    is_note_settled: bool = True
    is_photo_settled: bool = True
    skipped_photo_reason: str = ""
    photos: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done next: an item to judge, a fail to describe or to photograph, or the summary."""

    kind: str  # "item" | "note" | "photo" | "summary"
    item: Item | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class Walk:
    """自查进度 — the checklist and the answers given so far, by item id."""

    checklist: Checklist
    answers: Mapping[str, Answer]

    @property
    def total(self) -> int:
        return len(self.checklist.items)

    @property
    def answered(self) -> int:
        return sum(1 for item in self.checklist.items if item.id in self.answers)

    def count(self, verdict: Verdict) -> int:
        """How many items have that verdict."""
        return sum(1 for answer in self.answers.values() if answer.verdict is verdict)

    def fails(self) -> tuple[tuple[int, Item, Answer], ...]:
        """The failed items in walking order, each with its number from 1."""
        return tuple(
            (number, item, self.answers[item.id])
            for number, item in enumerate(self.checklist.items, start=1)
            if item.id in self.answers and self.answers[item.id].verdict is Verdict.FAIL
        )

    def step_at(self, number: int) -> Step:
        """The step that item number `number` (from 1) asks for now."""
        item = self.checklist.items[number - 1]
        answer = self.answers.get(item.id)
        if answer is not None and not answer.is_note_settled:
            return Step("note", item, number)
        if answer is not None and not answer.is_photo_settled:
            return Step("photo", item, number)
        return Step("item", item, number)

    def next_step(self) -> Step:
        """The first item without a verdict or with an unsettled follow-up; the summary when there is none."""
        for number, item in enumerate(self.checklist.items, start=1):
            answer = self.answers.get(item.id)
            if answer is None or not (answer.is_note_settled and answer.is_photo_settled):
                return self.step_at(number)
        return Step("summary")


def due_on(item: Item, opened_on: date) -> date:
    """整改期限 — the item's own number of calendar days after the day the finding is opened."""
    return opened_on + timedelta(days=item.due_days)


def may_submit(walk: Walk) -> None:
    """Raises InspectionUnfinished while an item is unanswered or a fail is not described."""
    missing = walk.total - walk.answered
    unsettled = sum(1 for a in walk.answers.values() if not (a.is_note_settled and a.is_photo_settled))
    if missing or unsettled:
        raise InspectionUnfinished(missing=missing + unsettled)
