"""告警 — remembers where each alert stands, and says once that it began and once that it is over."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import insert, select, text

from content.texts import Words
from domain.alert import NAMED, UNWRITTEN, Change, Standing
from domain.alert import look as look_at
from domain.notice import Notice
from outreach.desk import Desk, Office
from outreach.persons import as_contact
from outreach.storage.alerts import AlertRecord, AlertWordRecord
from outreach.storage.people import ContactRecord

# Two processes that look at the same moment must not both say it.
ONLY_WATCHER = 0x616E0003
HOME = "zh-CN"


async def look(office: Office, figures: Mapping[str, float], operators: Collection[int], ways: int) -> list[Change]:
    """What begins and what is over by these figures, said to the operators by both paths in the same transaction.

    operators: Telegram chats; whoever has never spoken with the bot cannot be told there. ways: how many addresses
    the second path has. Nothing when another process is looking at this moment.
    """
    async with office.desk() as desk:
        if not await _is_only_watcher(desk):
            return []
        rows = {row.name: row for row in await desk.session.scalars(select(AlertRecord))}
        standings = {name: _standing(row) for name, row in rows.items()}
        written = {name: figure for name, figure in figures.items() if name != UNWRITTEN}
        changes = []
        for after, change in look_at(standings, written, desk.now):
            row = rows.get(after.name)
            if row is None:
                row = AlertRecord(name=after.name)
                desk.session.add(row)
            row.figure, row.raised_at = after.figure, after.raised_at
            row.bad_since, row.fine_since = after.bad_since, after.fine_since
            if change is not None:
                changes.append(change)
        for change in changes:
            await _tell(desk, change, operators)
            await _queue(desk, change, ways)
        return changes


def _standing(row: AlertRecord) -> Standing:
    return Standing(row.name, row.figure, row.raised_at, row.bad_since, row.fine_since)


async def _is_only_watcher(desk: Desk) -> bool:
    if desk.office.engine.dialect.name != "postgresql":
        return True
    lock = text("SELECT pg_try_advisory_xact_lock(:key)")
    return bool((await desk.session.execute(lock, {"key": ONLY_WATCHER})).scalar_one())


async def reached(desk: Desk, operators: Collection[int]) -> Sequence[ContactRecord]:
    """Those of these chats with whom the bot may speak: they have agreed to the privacy notice."""
    if not operators:
        return []
    known = select(ContactRecord).where(ContactRecord.chat_id.in_(operators), ContactRecord.erased_at.is_(None))
    return (await desk.session.scalars(known.order_by(ContactRecord.id))).all()


async def _tell(desk: Desk, change: Change, operators: Collection[int]) -> None:
    for row in await reached(desk, operators):
        words = desk.office.texts.words(row.locale)
        facts: dict[str, object] = {
            "title": words.label(f"alert.{change.name}.title"), "what": what(words, change),
            "do": advice(words, change), "began_at": change.began_at,
        }  # fmt: skip
        key = f"{change.name}:{change.began_at:%Y%m%dT%H%M%S}:{row.id}"
        if change.is_over:
            await desk.tell(as_contact(row), Notice("alert_over", facts, f"alert_over:{key}", is_urgent=True))
        else:
            await desk.tell(as_contact(row), Notice("alert", facts, f"alert:{key}", is_urgent=True))


async def _queue(desk: Desk, change: Change, ways: int) -> None:
    if not ways:
        return
    title, body = plain(desk.office, change)
    said = {"name": change.name, "title": title, "text": body, "said_at": desk.now, "due_at": desk.now}
    await desk.session.execute(insert(AlertWordRecord), [said | {"way": way} for way in range(1, ways + 1)])


def what(words: Words, change: Change) -> str:
    """One sentence with the figure."""
    return words.label(f"alert.{change.name}.what", figure=f"{round(change.figure, 1):g}")


def advice(words: Words, change: Change) -> str:
    """What to do about it."""
    return words.label(f"alert.{change.name}.do")


def plain(office: Office, change: Change) -> tuple[str, str]:
    """Title and text without markup, for the second path; they say which bot it is about."""
    words = office.texts.words(HOME)
    title = words.label(f"alert.{change.name}.title")
    began_at = change.began_at.astimezone(office.zone)
    if change.is_over:
        title = words.label("alert.over", title=title)
        lines = [words.label("alert.since", since=f"{began_at:%m-%d %H:%M}")]
    else:
        lines = [what(words, change), advice(words, change)]
    return title, "\n".join([*lines, words.label("alert.from", bot=office.bot_username or "-")])


async def raised(desk: Desk) -> list[tuple[str, float, datetime]]:
    """What is raised now, oldest first: its name, its figure, since when."""
    rows = await desk.session.scalars(
        select(AlertRecord).where(AlertRecord.raised_at.is_not(None)).order_by(AlertRecord.raised_at, AlertRecord.name)
    )
    return [(row.name, row.figure, row.raised_at) for row in rows if row.raised_at is not None and row.name in NAMED]


async def tell_test(desk: Desk, operators: Collection[int]) -> list[int]:
    """Queue a test alert for every operator who can be told. Returns the chats of those who cannot."""
    known = await reached(desk, operators)
    for row in known:
        key = f"alert_test:{desk.now:%Y%m%dT%H%M%S}:{row.id}"
        await desk.tell(as_contact(row), Notice("alert_test", {"at": desk.now}, key, is_urgent=True))
    return sorted(set(operators) - {row.chat_id for row in known if row.chat_id is not None})
