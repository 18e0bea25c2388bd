"""检查卡在哪里 — which message shows a visit to whom, and which of its screens; a change calls for all the others."""

from __future__ import annotations

from sqlalchemy import delete, update

from outreach.desk import Desk
from outreach.storage.visits import VisitCardRecord, VisitRecord


async def place_card(desk: Desk, row: VisitRecord, contact_id: int, message_id: int, screen: str) -> None:
    """From now on that message shows the visit to that contact; an older one becomes a pointer to it."""
    shown = await _card(desk, row.id, contact_id)
    if shown.message_id not in (None, message_id):
        shown.left_message_id = shown.message_id
    shown.message_id, shown.delivery_key = message_id, None
    shown.screen, shown.shown, shown.next_look_at = screen, row.version, None
    if shown.left_message_id is not None:
        shown.next_look_at, desk.has_cards = desk.now, True
    await desk.session.flush()


async def hand_card(desk: Desk, row: VisitRecord, contact_id: int, delivery_key: str) -> None:
    """A notice on its way carries the card to that contact; once it is sent, its message shows the visit itself."""
    shown = await _card(desk, row.id, contact_id)
    shown.delivery_key, shown.screen, shown.shown, shown.next_look_at = delivery_key, "", row.version, desk.now
    desk.has_cards = True
    await desk.session.flush()


async def let_go(desk: Desk, visit_id: int, contact_id: int) -> None:
    """That contact went elsewhere in the same message: it shows the visit no longer."""
    await desk.session.execute(
        delete(VisitCardRecord).where(VisitCardRecord.visit_id == visit_id, VisitCardRecord.contact_id == contact_id)
    )


async def call_for_cards(desk: Desk, visit_id: int, but: int | None) -> None:
    """Every card of a visit is to be shown anew, but for that contact's, who sees it in the answer to their press."""
    others = update(VisitCardRecord).where(VisitCardRecord.visit_id == visit_id)
    if but is not None:
        others = others.where(VisitCardRecord.contact_id != but)
    await desk.session.execute(others.values(next_look_at=desk.now, shown=0))
    desk.has_cards = True


async def screen_of(desk: Desk, visit_id: int, contact_id: int) -> str:
    """Which screen of a visit a contact looks at; empty for the card itself."""
    shown = await desk.session.get(VisitCardRecord, (visit_id, contact_id), populate_existing=True)
    return shown.screen if shown is not None else ""


async def _card(desk: Desk, visit_id: int, contact_id: int) -> VisitCardRecord:
    shown = await desk.session.get(VisitCardRecord, (visit_id, contact_id), populate_existing=True)
    if shown is None:
        shown = VisitCardRecord(visit_id=visit_id, contact_id=contact_id)
        desk.session.add(shown)
    return shown
