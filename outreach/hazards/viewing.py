"""看隐患 — who may look at a hazard, and which parties somebody is for it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from domain.authority import Duty, OfficeRole
from domain.contact import RESPONSIBLE, Contact, NotYours, Official, Post
from domain.hazard import Actor, HazardState, Party, Source, StepStale
from domain.rectification import STEPS, UNDO_FOR, StepKey, step_of
from outreach.concerning import does_concern
from outreach.desk import Desk
from outreach.hazards.portraying import HazardView, LastStep, view_of
from outreach.people.appointing import official_of
from outreach.people.enrolling import posts_of
from outreach.storage.hazards import HazardRecord

UNDOABLE = frozenset(step.key for step in STEPS if step.is_undoable)
# Worded once: every press asks it.
_HELD = (
    select(HazardRecord)
    .where(HazardRecord.id == bindparam("id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)


@dataclass(frozen=True, slots=True)
class Who:
    """Who looks at a hazard or takes a step: the contact, with the posts they hold and the office they serve in."""

    contact: Contact
    posts: tuple[Post, ...] = ()
    official: Official | None = None


async def held(desk: Desk, hazard_id: int) -> HazardRecord:
    """The row, locked and read anew: of two who press at once the second sees what the first did. Raises NotYours."""
    row = (await desk.session.scalars(_HELD, {"id": hazard_id})).first()
    if row is None:
        raise NotYours
    return row


async def actor_for(desk: Desk, row: HazardRecord, who: Who) -> Actor:
    """Which parties a contact is for this hazard. Raises NotYours when they may not even look at it."""
    official = who.official
    parties: set[Party] = set()
    is_within = official is not None and official.may(Duty.FINDINGS) and await does_concern(desk, official, row)
    if official is not None and is_within and official.may(Duty.TRIAGE):
        parties.add(Party.OFFICIAL)
        if official.role is OfficeRole.HEAD:
            parties.add(Party.HEAD)
    own = any(post.enterprise_id == row.enterprise_id and post.role in RESPONSIBLE for post in who.posts)
    # What nobody has verified yet is no business of the enterprise, unless it said so itself.
    if own and (row.state != HazardState.REPORTED or row.source == Source.SELF):
        parties.add(Party.FIXER)
    elif not is_within:
        raise NotYours
    return Actor(who.contact.id, frozenset(parties))


async def actor_of(desk: Desk, row: HazardRecord, contact: Contact) -> Actor | None:
    """The same for somebody who does not speak just now; None for who may not look at it any more."""
    who = Who(contact, await posts_of(desk, contact.id), await official_of(desk, contact.id))
    try:
        return await actor_for(desk, row, who)
    except NotYours:
        return None


async def look(desk: Desk, who: Who, hazard_id: int) -> HazardView:
    """One hazard, for somebody whom it concerns. Raises NotYours otherwise, and when there is none."""
    row = await held(desk, hazard_id)
    await actor_for(desk, row, who)
    return await view_of(desk, row)


async def look_to_step(desk: Desk, who: Who, hazard_id: int, version: int, key: StepKey) -> HazardView:
    """The same for somebody who wants to take a step, as far as that is theirs to take and their card is not stale.

    Raises NotYours, StepStale, VerifierIsFixer.
    """
    row = await held(desk, hazard_id)
    actor = await actor_for(desk, row, who)
    view = await view_of(desk, row)
    if row.version != version:
        raise StepStale(state=row.state)
    step_of(key, view.hazard, actor)
    return view


def may_undo(desk: Desk, last: LastStep, contact_id: int) -> bool:
    """Whether that step may still be taken back by this contact."""
    return last.step in UNDOABLE and last.contact_id == contact_id and desk.now - last.at <= UNDO_FOR
