"""巡扫 — one function per thing that time sets right; each logs a count and never lets a fault out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import structlog

from outreach import receiving
from outreach.campaigns import daily
from outreach.desk import Desk, Office
from outreach.fallback import falling_back
from outreach.pairs import corresponding
from outreach.quizzes import polling, practising
from outreach.reminders import ticking
from outreach.reports import drafts, following
from outreach.roundups import drafting
from outreach.upkeep import backing_up, chaining, repairing, searching

LOG = structlog.get_logger("sweep")


async def rescue_notices(office: Office) -> int:
    """Notices whose sender was killed or hung are settled as unknown."""
    return await _logged("rescue_notices", lambda: repairing.rescue(office))


async def ask_daily_questions(office: Office) -> int:
    """Those whose hour has come are told that their question of the day is there."""
    return await _logged("ask_daily_questions", lambda: _until_none(office, practising.ask_daily))


async def remind(office: Office) -> int:
    """Plans ask, findings are brought up, and whoever has something due hears of it once."""

    return await _logged("remind", lambda: ticking.remind(office))


async def tell_campaign_day(office: Office) -> int:
    """Everybody who holds a post is told the campaign's one thing of today."""
    return await _logged("tell_campaign_day", lambda: _until_none(office, daily.tell_today))


async def draft_roundups(office: Office) -> int:
    """The reports of a week and of a month are drafted when their hour has come."""
    # One a transaction: each counts all hazards of its jurisdiction.
    return await _logged("draft_roundups", lambda: _until_none(office, partial(drafting.draft_due, most=1)))


async def search_for_losses(office: Office) -> int:
    """What can never be is looked for all the same; whatever is found raises an alert."""

    async def look() -> int:
        return sum((await searching.search(office)).values())

    return await _logged("search_for_losses", look)


async def close_journal(office: Office) -> int:
    """What was written down a while ago is closed with a digest, so that a line changed later shows."""
    return await _logged("close_journal", lambda: _until_none(office, chaining.lengthen))


async def forget_update_ids(office: Office) -> int:
    """Ids of updates that Telegram will not send again are dropped."""

    async def forget() -> int:
        async with office.desk() as desk:
            return await receiving.forget_old_ids(desk)

    return await _logged("forget_update_ids", forget)


async def forget_reporters(office: Office) -> int:
    """Report drafts that nobody went on with, and the ways back to reporters who have long heard the outcome."""

    async def forget() -> int:
        async with office.desk() as desk:
            return await drafts.forget_old(desk) + await following.drop_routes(desk)

    return await _logged("forget_reporters", forget)


async def forget_quarantine(office: Office) -> int:
    """Updates that nobody replayed in time are dropped, and so are old ids of files and what stationed officials and
    enterprises wrote to each other long ago.
    """

    async def forget() -> int:
        async with office.desk() as desk:
            dropped = await repairing.forget_quarantine(desk) + await repairing.forget_uploads(desk)
            return dropped + await corresponding.forget_old(desk)

    return await _logged("forget_quarantine", forget)


async def forget_polls_and_fallbacks(office: Office) -> int:
    """Polls that nobody answers any more, and what was sent to other addresses years ago."""

    async def forget() -> int:
        async with office.desk() as desk:
            return await polling.forget_old(desk) + await falling_back.forget_old(desk)

    return await _logged("forget_polls_and_fallbacks", forget)


async def remove_unneeded_photos(office: Office) -> int:
    """Picture files that no row names are removed."""
    return await _logged("remove_unneeded_photos", lambda: repairing.remove_unneeded_photos(office))


async def back_up(office: Office, folder: Path, every_for: timedelta) -> int:
    """Make a backup when the newest is older than `every_for`, then drop those past their time. 1 when made."""

    async def make() -> int:
        newest, now = backing_up.newest(folder), office.clock()
        # A clock set back must not stop backups: one from the future counts as old.
        if newest is not None and timedelta(0) <= now - newest < every_for:
            return 0
        made = await backing_up.back_up(office, folder)
        dropped = backing_up.rotate(folder, now, backing_up.database_file(office))
        manifest = made.manifest
        LOG.info(
            "backed_up", file=made.file.name, rows=sum(manifest.tables.values()), photos=manifest.photos,
            photos_missing=manifest.photos_missing, dropped=dropped,
        )  # fmt: skip
        return 1

    return await _logged("back_up", make)


async def _until_none(office: Office, deed: Callable[[Desk], Awaitable[int]]) -> int:
    """Do it in one transaction after the other until one finds nothing to do. How much there was."""
    total = 0
    while True:
        async with office.desk() as desk:
            count = await deed(desk)
        if not count:
            return total
        total += count


async def _logged(name: str, work: Callable[[], Awaitable[int]]) -> int:
    """Do it and log what it found; a fault is logged, and the next tick tries again."""
    try:
        count = await work()
    except Exception as fault:
        LOG.error("sweep_failed", sweep=name, fault=type(fault).__name__, words=str(fault)[:300])
        return 0
    if count:
        LOG.info("swept", sweep=name, count=count)
    return count
