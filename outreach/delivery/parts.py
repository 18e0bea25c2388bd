"""分段投递 — a notice too long for one message is several rows; a later one waits for those before it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.notice import DeliveryState
from domain.parting import CAPTION_LIMIT, TEXT_LIMIT, in_parts, units
from outreach.delivery.rows import DELIVERIES, Due

# The kind of recipe that stands for several pictures in one message.
ALBUM = "album"
WAIT_FOR = timedelta(seconds=1)
_BEFORE = select(DELIVERIES.c.key, DELIVERIES.c.state, DELIVERIES.c.reason, DELIVERIES.c.due_at).where(
    DELIVERIES.c.key.in_(bindparam("keys", expanding=True))
)


def rows_of(row: dict[str, object]) -> list[dict[str, object]]:
    """The rows that say what this one says, in order; nearly always itself alone.

    A file goes with the first part, the buttons under the last one, which keeps the notice's own key.
    """
    html, has_file = str(row["text"]), bool(row["attachment"] or row["media_kind"])
    limit = CAPTION_LIMIT if has_file else TEXT_LIMIT
    row = {**row, "part": 1}
    if len(html) * 2 <= limit or units(html) <= limit:
        return [row]
    texts = in_parts(html, TEXT_LIMIT, limit)
    bare = {**row, "attachment": "", "media_kind": "", "media_file_id": ""}
    rows = [
        {**(bare if at else row), "key": key_of(str(row["key"]), at + 1), "text": said, "buttons": "[]", "part": at + 1}
        for at, said in enumerate(texts[:-1])
    ]
    return [*rows, {**bare, "text": texts[-1], "part": len(texts)}]


def series(key: str) -> str:
    """What the keys of one notice's parts have in common: the notice's own."""
    return key.partition("#")[0]


def key_of(key: str, part: int) -> str:
    """The key of a part that is not the last one."""
    return f"{key}#{part}"


async def behind(
    link: AsyncConnection, rows: Sequence[Due], settled: Collection[int], now: datetime
) -> dict[int, dict[str, object]]:
    """Which of these rows come too early or are lost because of the part before them, each with its new values.

    settled: the ids of those that are not sent anyway. One that follows its forerunner in the same page may go.
    """
    before = {row.id: key_of(series(row.key), row.part - 1) for row in rows if row.part > 1}
    if not before:
        return {}
    found = {row.key: row for row in await link.execute(_BEFORE, {"keys": sorted(before.values())})}
    going: set[str] = set()
    changed: dict[int, dict[str, object]] = {}
    for row in rows:
        if row.id in settled:
            continue
        forerunner = found.get(before.get(row.id, ""))
        if forerunner is not None and forerunner.key not in going:
            if forerunner.state in (DeliveryState.REFUSED, DeliveryState.SKIPPED):
                changed[row.id] = {"state": forerunner.state, "reason": forerunner.reason, "settled_at": now}
            elif forerunner.state not in (DeliveryState.SENT, DeliveryState.UNKNOWN):
                changed[row.id] = {"due_at": max(forerunner.due_at, now + WAIT_FOR)}
        if row.id not in changed:
            going.add(row.key)
    return changed
