"""恢复后暂停 — after a restore nothing is sent until somebody has decided what becomes of what may have been sent."""

from dataclasses import dataclass
from datetime import datetime

from domain.authority import Duty
from domain.contact import Jurisdiction, NotYours, Official
from domain.refusal import Refusal

# Which of the notices whose fate is unknown: those of a broadcast go by its number instead.
EVERYTHING, NOTICES, LETTERS, FALLBACKS = "all", "notices", "letters", "fallbacks"


class NotHeld(Refusal):
    """Nothing is held back: somebody has let it go, or there was no restore."""


class HeldChanged(Refusal):
    """The count is not what it was when it was shown; `count` is what it is now."""


@dataclass(frozen=True, slots=True)
class HeldGroup:
    """Notices that may have been sent after the backup was made: of one broadcast, or of no broadcast at all.

    which: the broadcast's id as a word, NOTICES, LETTERS or FALLBACKS. number, opening: of the broadcast, else empty.
    """

    which: str
    count: int
    number: str = ""
    opening: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """What waits for a decision. made_at: when the backup was made; restored_at: when it was put back (UTC)."""

    made_at: datetime
    restored_at: datetime
    groups: tuple[HeldGroup, ...] = ()

    @property
    def count(self) -> int:
        return sum(group.count for group in self.groups)

    def count_of(self, which: str) -> int:
        """How many of that group; 0 for a group that is not there."""
        if which == EVERYTHING:
            return self.count
        return next((group.count for group in self.groups if group.which == which), 0)


def must_decide(official: Official) -> None:
    """Raises unless this official may address everybody: what is held back concerns the whole area."""
    official.must(Duty.NOTICE)
    if not official.jurisdiction.contains(Jurisdiction()):
        raise NotYours


def may_decide(official: Official) -> bool:
    """Whether `must_decide` lets this official."""
    return official.may(Duty.NOTICE) and official.jurisdiction.contains(Jurisdiction())
