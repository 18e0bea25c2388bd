"""签发 — a report leaves the house when a named official says so, to the circles that were chosen.

Officials get all of it. A unit that is named gets its own lines and nothing about any other.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.authority import Duty
from domain.broadcast import AudienceChanged
from domain.contact import Contact, Official, Role
from domain.notice import Notice
from domain.roundup import Kind, NobodyChosen, RoundupReleased
from outreach.desk import Desk
from outreach.people.enrolling import holders
from outreach.roundups.drafting import officials_of
from outreach.roundups.printing import PDF, kept, paper_of
from outreach.roundups.viewing import AskView, RoundupView, held, place_of, view_of
from outreach.storage.roundups import RoundupRecord


@dataclass(frozen=True, slots=True)
class Readers:
    """Who would get it: officials the whole report, principals of named units their own lines."""

    officials: tuple[Contact, ...]
    units: tuple[tuple[Contact, tuple[AskView, ...]], ...]

    @property
    def count(self) -> int:
        return len(self.officials) + len(self.units)


async def readers(desk: Desk, official: Official, roundup_id: int) -> Readers:
    """Who would get a report as it stands. Raises NotYours, DutyLacking."""
    row = await held(desk, official, roundup_id, Duty.NOTICE)
    return await _readers(desk, row, await view_of(desk, row))


async def release(desk: Desk, contact: Contact, official: Official, roundup_id: int, count: int) -> Readers:
    """Send it, and keep it as it is for ever. `count` is how many readers the official saw when they agreed.

    Raises RoundupReleased, NobodyChosen, AudienceChanged, NotYours, DutyLacking.
    """
    row = await held(desk, official, roundup_id, Duty.NOTICE)
    if row.released_at is not None:
        raise RoundupReleased
    found = await _readers(desk, row, await view_of(desk, row))
    if not found.count:
        raise NobodyChosen
    if found.count != count:
        raise AudienceChanged(count=found.count)
    row.state, row.released_at, row.released_by, row.released_as = "released", desk.now, official.id, official.name
    await desk.session.flush()
    view = await view_of(desk, row)
    row.body = kept(paper_of(desk, view))
    await desk.note(
        "RoundupReleased", f"roundup:{row.id}", contact.id, number=row.number, officials=len(found.officials),
        units=len(found.units),
    )  # fmt: skip
    for one in found.officials:
        facts: dict[str, object] = {"view": view, "kind": view.kind.value}
        key = f"roundup:{row.id}:sent:{one.id}"
        await desk.tell(one, Notice("roundup_sent", facts, key, attachment=f"roundup:{row.id}:{PDF}:released"))
    for one, asks in found.units:
        facts = {"asks": asks, "number": view.number, "kind": Kind(row.kind).value, "by": official.name}
        await desk.tell(one, Notice("roundup_asks", facts, f"roundup:{row.id}:asked:{one.id}"))
    return found


async def order_paper(desk: Desk, contact: Contact, official: Official, roundup_id: int, kind: str) -> None:
    """Have the report made as a file and sent to an official who looks at it. Raises NotYours, DutyLacking."""
    row = await held(desk, official, roundup_id)
    facts: dict[str, object] = {"number": row.number, "is_draft": row.released_at is None}
    # A draft changes, and what was uploaded once is not made again.
    recipe = f"roundup:{row.id}:{kind}:" + (f"{desk.now:%Y%m%d%H%M%S}" if row.released_at is None else "released")
    key = f"{recipe}:{desk.now:%Y%m%d%H%M%S}:{contact.id}"
    await desk.tell(contact, Notice("roundup_paper", facts, key, attachment=recipe))


async def _readers(desk: Desk, row: RoundupRecord, view: RoundupView) -> Readers:
    place = place_of(desk, row)
    officials: dict[int, Contact] = {}
    if row.to_officials:
        for contact, official in await officials_of(desk):
            if official.may(Duty.FINDINGS) and official.jurisdiction.contains(place):
                officials.setdefault(contact.id, contact)
    units: dict[int, tuple[Contact, list[AskView]]] = {}
    if row.to_units:
        for line in view.asks:
            if line.enterprise_id is None or line.ask.state != "open":
                continue
            for contact, role in await holders(desk, line.enterprise_id):
                if role is Role.PRINCIPAL:
                    units.setdefault(contact.id, (contact, []))[1].append(line)
    return Readers(tuple(officials.values()), tuple((one, tuple(lines)) for one, lines in units.values()))
