"""留痕链 — closes the journal stretch by stretch and looks again whether what was closed is as it was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import structlog
from sqlalchemy import func, select

from domain.chain import BEGINNING, Line, digest
from outreach.desk import Desk, Office
from outreach.storage.journal_links import BROKEN, JournalLinkRecord
from outreach.storage.people import JournalRecord
from outreach.upkeep import pulses

LOG = structlog.get_logger("journal")
# Whoever took an earlier number may commit a later one first; by then both have committed or never will.
SETTLED_AFTER = timedelta(minutes=5)
# A stretch is closed when it is so long, or when its first line is so old.
LONGEST = 1_000
CLOSED_EVERY = timedelta(minutes=10)
# No line has a lower number, whoever gave it.
FIRST = -(2**63)
# What one look goes through: the whole journal of a busy year within a few days, and no look takes long.
LINKS_A_LOOK = 30
LINES_A_LOOK = 3_000


async def lengthen(desk: Desk) -> int:
    """Close the next stretch if it is time. How many lines it has; 0 when there was nothing to close."""
    last = await desk.session.scalar(select(JournalLinkRecord).order_by(JournalLinkRecord.id.desc()).limit(1))
    waiting = await _lines(desk, last.through_id if last else FIRST)
    fresh_since = desk.now - SETTLED_AFTER
    # A line from the future was written by a clock that was put back since; it is as settled as any.
    settled = next((at for at, line in enumerate(waiting) if fresh_since < line.at <= desk.now), len(waiting))
    lines = waiting[:settled]
    if not lines or (len(lines) < LONGEST and desk.now - CLOSED_EVERY < lines[0].at <= desk.now):
        return 0
    made = JournalLinkRecord(
        through_id=lines[-1].id, lines=len(lines), made_at=desk.now,
        digest=digest(last.digest if last else BEGINNING, lines),
    )  # fmt: skip
    desk.session.add(made)
    # Kept where whoever changes the database does not reach: the log is the witness of how far the journal went.
    LOG.info("journal_closed", through=made.through_id, lines=made.lines, digest=made.digest)
    return made.lines


async def look(office: Office) -> int:
    """Look again at the stretches whose turn it is. How many of all are known not to be what they were."""
    async with office.desk() as desk:
        await _look_at(desk, await _next_links(desk))
        broken = select(func.count()).select_from(JournalLinkRecord).where(BROKEN)
        return (await desk.session.execute(broken)).scalar_one()


async def verify(office: Office) -> tuple[int, str, list[JournalLinkRecord]]:
    """The whole chain. How many lines are closed, the newest digest, and the stretches that are not what they were."""
    lines, newest, broken, after = 0, BEGINNING, [], 0
    while True:
        async with office.desk() as desk:
            links = await _links_after(desk, after)
            broken += await _look_at(desk, links)
        if not links:
            return lines, newest, broken
        lines += sum(link.lines for link in links)
        after, newest = links[-1].id, links[-1].digest


async def _look_at(desk: Desk, links: Sequence[JournalLinkRecord]) -> list[JournalLinkRecord]:
    """Write down which of these are broken and which are not; those that are."""
    if not links:
        return []
    before = await desk.session.scalar(
        select(JournalLinkRecord)
        .where(JournalLinkRecord.id < links[0].id)
        .order_by(JournalLinkRecord.id.desc())
        .limit(1)
    )
    followed, through_id = (before.digest, before.through_id) if before else (BEGINNING, FIRST)
    for link in links:
        lines = await _lines(desk, through_id, link.through_id)
        if len(lines) == link.lines and digest(followed, lines) == link.digest:
            link.broken_at = None
        else:
            link.broken_at = link.broken_at or desk.now
            LOG.error("journal_broken", after=through_id, through=link.through_id, closed=link.lines, found=len(lines))
        followed, through_id = link.digest, link.through_id
    await pulses.beat(desk, pulses.JOURNAL, links[-1].id)
    return [link for link in links if link.broken_at is not None]


async def _next_links(desk: Desk) -> Sequence[JournalLinkRecord]:
    """Those after the ones of the last look; from the beginning again after the last."""
    seen = await pulses.value(desk, pulses.JOURNAL)
    return await _links_after(desk, seen) or (await _links_after(desk, 0) if seen else ())


async def _links_after(desk: Desk, after: int) -> Sequence[JournalLinkRecord]:
    following = select(JournalLinkRecord).where(JournalLinkRecord.id > after).order_by(JournalLinkRecord.id)
    links = (await desk.session.scalars(following.limit(LINKS_A_LOOK))).all()
    taken, lines = 0, 0
    for link in links:
        lines += link.lines
        if taken and lines > LINES_A_LOOK:
            break
        taken += 1
    return links[:taken]


async def _lines(desk: Desk, after: int, through: int | None = None) -> list[Line]:
    """The lines after that number, up to `through` or as many as one stretch has."""
    columns = (
        JournalRecord.id, JournalRecord.at, JournalRecord.contact_id, JournalRecord.happened, JournalRecord.subject,
        JournalRecord.facts,
    )  # fmt: skip
    asked = select(*columns).where(JournalRecord.id > after).order_by(JournalRecord.id)
    # One more than a stretch has, so that a line that was put in shows.
    asked = asked.limit(LONGEST) if through is None else asked.where(JournalRecord.id <= through).limit(LONGEST + 1)
    return [Line(*row) for row in (await desk.session.execute(asked)).all()]
