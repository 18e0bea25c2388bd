"""轮到谁 — after each step whoever has to take the next one gets the card, and whoever reported hears of it."""

from __future__ import annotations

from typing import cast

from markupsafe import Markup
from sqlalchemy import Table, bindparam, or_, update

from domain.checklist import Grade
from domain.contact import RESPONSIBLE, Contact
from domain.hazard import HazardState
from domain.notice import DeliveryState, Notice, NoticeButton
from domain.rectification import UNDO_FOR, StepKey
from domain.reminder import QuietHours
from outreach.concerning import officials_concerned
from outreach.desk import Desk
from outreach.hazards.carding import card_for, hand_card
from outreach.hazards.merging import reports_behind
from outreach.hazards.portraying import hazard_of
from outreach.people.enrolling import holders
from outreach.replying import tell_reporter
from outreach.storage.hazards import HazardRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import OfficialRecord
from outreach.storage.reports import ReportRecord
from outreach.storage.straight import Straight

# Whatever waits under these keys.
_WITHDRAW = Straight(
    update(cast(Table, DeliveryRecord.__table__))
    .where(
        DeliveryRecord.key >= bindparam("from"), DeliveryRecord.key < bindparam("before"),
        or_(*(DeliveryRecord.state == state.value for state in (DeliveryState.QUEUED, DeliveryState.RETRY))),
    )
    .values(state=DeliveryState.SKIPPED.value, reason="withdrawn", settled_at=bindparam("now"))
)  # fmt: skip
# After these it is the enterprise's turn, or news for it that it waits for.
_TO_FIXERS = frozenset({
    StepKey.ORDER, StepKey.SEND_BACK, StepKey.REOPEN, StepKey.GRANT_TIME, StepKey.REFUSE_TIME, StepKey.LIST,
    StepKey.HAND_OVER,
})  # fmt: skip
_TO_OFFICIALS = frozenset({StepKey.ASK_TIME, StepKey.RECTIFY, StepKey.DISPUTE})
_GRADED = frozenset({StepKey.OPEN, StepKey.VERIFY, StepKey.REGRADE})


async def tell_who_is_next(desk: Desk, row: HazardRecord, key: StepKey, by: int | None) -> None:
    """Send the card to whoever acts next; `by` is the contact who just did and needs no telling."""
    for contact in await _next(desk, row, key, by):
        await tell_card(desk, row, contact, key)
    await _tell_reporter(desk, row, key)


async def tell_card(
    desk: Desk, row: HazardRecord, contact: Contact, key: StepKey | None, *, is_own: bool = False
) -> bool:  # fmt: skip
    """Send a contact the card as a notice, at once for a major hazard, else by day and once the undo is over.

    is_own: they took the step themselves, by words, and wait for the card below these.
    """
    shown = await card_for(desk, row, contact)
    if shown is None:
        return False
    text, rows = shown
    is_urgent = is_own or row.grade == Grade.MAJOR
    due_at = desk.now if is_urgent else desk.office.almanac.allowed_from(desk.now + UNDO_FOR, QuietHours())
    told = f"{_prefix(row.id)}{row.version}:{contact.id}{':own' if is_own else ''}"
    facts: dict[str, object] = {
        "step": key.value if key else "", "card": Markup(text),  # noqa: S704 rendered by us
        "number": row.number, "is_major": row.grade == Grade.MAJOR,
    }  # fmt: skip
    await hand_card(desk, row, contact.id, told)
    return await desk.tell(contact, Notice("hazard_turn", facts, told, rows, is_urgent=is_urgent, due_at=due_at))


async def withdraw(desk: Desk, hazard_id: int, version: int | None = None) -> None:
    """What was to be told of earlier steps, or of that one, and has not left yet, is not told any more."""
    prefix = _prefix(hazard_id) if version is None else f"{_prefix(hazard_id)}{version}:"
    await desk.write((_WITHDRAW, {"from": prefix, "before": prefix[:-1] + ";", "now": desk.now}))


def _prefix(hazard_id: int) -> str:
    return f"hazard:{hazard_id}:"


async def _next(desk: Desk, row: HazardRecord, key: StepKey, by: int | None) -> list[Contact]:
    found: list[Contact] = []
    if key in _TO_FIXERS:
        found = await fixers(desk, row)
    elif key is StepKey.RECTIFY and (await hazard_of(desk, row)).is_own_affair:
        # 自查自改: a second person there rechecks; where there is none, an official does.
        found = [one for one in await fixers(desk, row) if one.id != by] or await followers(desk, row)
    elif key is StepKey.OPEN and row.state == HazardState.REPORTED:
        found = await officials_concerned(desk, row)
    elif key in _TO_OFFICIALS or key is StepKey.FOLLOW:
        found = await followers(desk, row)
    elif key is StepKey.RECHECK and row.state == HazardState.RECHECKED:
        found = await officials_concerned(desk, row)
    if key in _GRADED and row.grade == Grade.MAJOR:
        found += await officials_concerned(desk, row, is_head=True)
    return list({one.id: one for one in found if one.id != by}.values())


async def fixers(desk: Desk, row: HazardRecord) -> list[Contact]:
    """The principal and the safety officer of the enterprise that puts it right."""
    held = await holders(desk, row.enterprise_id) if row.enterprise_id is not None else []
    return [contact for contact, role in held if role in RESPONSIBLE]


async def followers(desk: Desk, row: HazardRecord) -> list[Contact]:
    """The 督促人 while they serve and may decide; otherwise all officials whom it concerns."""
    concerned = await officials_concerned(desk, row)
    return await _following(desk, row, concerned) or concerned


async def follower_of(desk: Desk, row: HazardRecord) -> list[Contact]:
    """The 督促人 alone, as long as they serve and may decide; nobody otherwise."""
    return await _following(desk, row, await officials_concerned(desk, row))


async def _following(desk: Desk, row: HazardRecord, concerned: list[Contact]) -> list[Contact]:
    follower = await desk.session.get(OfficialRecord, row.follower_id) if row.follower_id else None
    return [one for one in concerned if follower is not None and one.id == follower.contact_id]


async def _tell_reporter(desk: Desk, row: HazardRecord, key: StepKey) -> None:
    """Whoever reported it, and whoever reported what was merged into it."""
    if key not in (StepKey.ORDER, StepKey.CLOSE, StepKey.RECHECK, StepKey.REOPEN):
        return
    if key is StepKey.RECHECK and row.state != HazardState.CLOSED:
        return
    for report in await reports_behind(desk, row):
        await _tell_outcome(desk, row, report)


async def _tell_outcome(desk: Desk, row: HazardRecord, report: ReportRecord) -> None:
    is_closed = row.state == HazardState.CLOSED
    facts: dict[str, object] = {
        "number": report.number, "hazard": row.number, "due_on": row.due_on, "is_closed": is_closed,
    }  # fmt: skip
    asked = (
        NoticeButton("report.satisfied", f"rp:ok:{report.id}"),
        NoticeButton("report.dispute", f"rp:not:{report.id}"),
    )
    buttons = ((*asked,), (NoticeButton("report.look", f"rp:o:{report.id}"),)) if is_closed else ()
    told = f"{_prefix(row.id)}{row.version}:reporter:{report.id}"
    due_at = desk.office.almanac.allowed_from(desk.now + UNDO_FOR, QuietHours())
    await tell_reporter(desk, report, Notice("report_progress", facts, told, buttons, due_at=due_at))
