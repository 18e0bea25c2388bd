"""请人一起检查 — a colleague takes part from now on, and the card of the visit comes to them as a notice."""

from __future__ import annotations

from markupsafe import Markup

from domain.contact import StalePress
from domain.notice import Notice
from outreach.desk import Desk
from outreach.hazards.viewing import Who
from outreach.visits.carding import CARD, draw
from outreach.visits.placing import hand_card
from outreach.visits.visiting import changed, colleagues_of, take_in, written


async def ask_along(desk: Desk, who: Who, visit_id: int, official_id: int) -> None:
    """Somebody comes along.

    Raises NotYours, DutyLacking, VisitOver, NotTakingPart; StalePress for somebody who cannot be asked.
    """
    row, official = await written(desk, who, visit_id)
    for one, contact in await colleagues_of(desk, row):
        if one.id == official_id:
            await take_in(desk, row, one.id, contact.id)
            await desk.note("VisitShared", f"visit:{row.id}", who.contact.id, official=one.id)
            await changed(desk, row, who.contact.id)
            words = desk.office.texts.words(contact.locale)
            text, rows = await draw(desk, words, row, Who(contact, (), one), CARD)
            facts: dict[str, object] = {"by": official.name, "card": Markup(text)}  # noqa: S704 rendered by us
            key = f"visit:{row.id}:asked:{one.id}:{row.version}"
            await hand_card(desk, row, contact.id, key)
            await desk.tell(contact, Notice("visit_asked", facts, key, rows, is_urgent=True))
            return
    raise StalePress
