"""驻企 — 对口驻企负责人 and an enterprise's safety head, who write to each other through the bot, without a number."""

from dataclasses import dataclass
from datetime import date, timedelta

from domain.authority import Duty
from domain.contact import Official
from domain.refusal import Refusal

WORDS_LIMIT = 1000
# What one person relays within an hour; more is a case for the phone.
MOST_AN_HOUR = 20
# After so long a message may be about something else: it is not relayed until that is said again.
LISTENS_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Pair:
    """Who is stationed at which enterprise. Both days are Asia/Shanghai days and included; no `until_on`: no end."""

    id: int
    enterprise_id: int
    official_id: int
    from_on: date
    until_on: date | None

    def is_in_force(self, on: date) -> bool:
        """Whether it covers that day."""
        return self.from_on <= on and (self.until_on is None or on <= self.until_on)


class NobodyStationed(Refusal):
    """No official is paired with this enterprise today."""


class NobodyToRead(Refusal):
    """Nobody who answers for safety at this enterprise is in the chat."""


class TooManyRelayed(Refusal):
    """Somebody relays more within an hour than anybody reads. Facts: `most`."""


class NothingToRelay(Refusal):
    """Only words and photos are relayed."""


class OfficialUnfit(Refusal):
    """Paired is an official in the chat who hears of what enterprises find, and with whom this one lies."""


def may_be_paired(official: Official, street: str, grid: str, industries: tuple[str, ...]) -> bool:
    """Whether a serving official in the chat may be the one of such an enterprise: whoever hears of what it finds."""
    return official.may(Duty.ANSWER) and official.jurisdiction.covers(street, grid, industries)
