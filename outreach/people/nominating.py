"""任命草稿 — what a head has chosen of an appointment so far, step by step, until it is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.authority import OfficeRole
from domain.contact import Contact, NotYours, Official, StalePress
from outreach.desk import Desk
from outreach.people.appointing import appoint_another
from outreach.standing import expect
from outreach.storage.enterprises import EnterpriseRecord

MEANING = "officials.name"
_PARTS = 6


@dataclass(frozen=True, slots=True)
class Nomination:
    """An appointment before it is made. It rides in the record of where the head stands, so a restart loses nothing.

    place: an enterprise standing for the street in which it lies, or with `by_grid` for its grid; 0 for all of the
    head's own jurisdiction. until: an ISO date, empty for no end.
    """

    name: str
    role: str = ""
    place: int = 0
    by_grid: bool = False
    trade: str = ""
    until: str = ""

    @property
    def subject(self) -> str:
        return "|".join((self.role, str(self.place), "g" if self.by_grid else "", self.trade, self.until, self.name))

    @property
    def until_on(self) -> date | None:
        return date.fromisoformat(self.until) if self.until else None

    @classmethod
    def of(cls, meaning: str, subject: str) -> Nomination:
        """Raises StalePress for what is none, such as after it was confirmed."""
        parts = subject.split("|", _PARTS - 1)
        if meaning != MEANING or len(parts) != _PARTS or not parts[-1]:
            raise StalePress
        return cls(parts[5], parts[0], int(parts[1]), bool(parts[2]), parts[3], parts[4])


async def keep(desk: Desk, contact: Contact, draft: Nomination) -> None:
    """Remember what was chosen; a message typed from now on corrects the name."""
    await expect(desk, contact.id, MEANING, draft.subject)


async def place_of(desk: Desk, head: Official, draft: Nomination) -> tuple[str, str]:
    """The street and grid that were chosen; the head's own where nothing was. Raises NotYours for one outside."""
    bounds = head.jurisdiction
    if not draft.place:
        return bounds.street, bounds.grid
    place = await desk.session.get(EnterpriseRecord, draft.place)
    if place is None or not bounds.reaches(place.street, place.grid):
        raise NotYours
    return place.street, place.grid if draft.by_grid else bounds.grid


async def make(desk: Desk, contact: Contact, head: Official, draft: Nomination) -> tuple[Official, str]:
    """Make the appointment. Returns it and the one-time code, which is stored nowhere.

    Raises StalePress for an unfinished one, NotYours, BeyondYourOffice.
    """
    if not draft.role:
        raise StalePress
    street, grid = await place_of(desk, head, draft)
    trades = (draft.trade,) if draft.trade else head.industries
    made = await appoint_another(
        desk, contact, head, draft.name, OfficeRole(draft.role), street, grid, trades, draft.until_on
    )
    await expect(desk, contact.id, "")
    return made
