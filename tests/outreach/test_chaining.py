"""Whatever is changed in the journal behind the bot's back is found, and nothing else is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from outreach.desk import Office
from outreach.storage.journal_links import JournalLinkRecord
from outreach.storage.people import JournalRecord
from outreach.upkeep import chaining, searching
from scheduler import sweeps
from tests.conftest import SetClock


async def write(office: Office, number: int, what: str = "Tried") -> None:
    async with office.desk() as desk:
        for at in range(number):
            await desk.note(what, f"contact:{at}", 1, words="喆堃\u2028'")


async def run(office: Office, statement: Any) -> Any:
    async with office.desk() as desk:
        return await desk.session.execute(statement)


async def links(office: Office) -> list[tuple[int, int]]:
    """Through which line each stretch goes, and how many it has."""
    found = await run(office, select(JournalLinkRecord.through_id, JournalLinkRecord.lines).order_by("id"))
    return [(through, lines) for through, lines in found]


async def closed(office: Office, clock: SetClock, stretches: int = 3) -> list[int]:
    """A journal of so many stretches of five lines each; through which line each goes."""
    for _ in range(stretches):
        await write(office, 5)
        clock.advance(minutes=11)
        await sweeps.close_journal(office)
    return [through for through, _ in await links(office)]


async def test_lines_are_closed_once_they_are_settled_and_each_once(office: Office, clock: SetClock) -> None:
    await write(office, 3)
    assert await sweeps.close_journal(office) == 0, "it may still grow"
    clock.advance(minutes=9)
    await write(office, 2)
    assert await sweeps.close_journal(office) == 0, "a stretch is not closed for every line"
    clock.advance(minutes=1)
    assert await sweeps.close_journal(office) == 3, "what was written a minute ago may have an earlier neighbour"
    clock.advance(minutes=30)
    assert await sweeps.close_journal(office) == 2
    assert await sweeps.close_journal(office) == 0
    assert [lines for _, lines in await links(office)] == [3, 2]
    assert (await chaining.verify(office))[0] == 5


async def test_a_long_journal_is_closed_in_stretches_at_once(
    office: Office, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chaining, "LONGEST", 4)
    await write(office, 10)
    clock.advance(minutes=6)
    assert await sweeps.close_journal(office) == 8, "the rest is neither long nor old"
    clock.advance(minutes=6)
    assert await sweeps.close_journal(office) == 2
    assert [lines for _, lines in await links(office)] == [4, 4, 2]


async def test_a_clock_put_back_does_not_stop_it(office: Office, clock: SetClock) -> None:
    await write(office, 2)
    clock.advance(days=-30)
    await write(office, 2)
    clock.advance(minutes=11)
    assert await sweeps.close_journal(office) == 4


@pytest.mark.parametrize(
    "deed",
    [
        "changed",
        "taken out",
        "taken off the end",
        "put in before all",
        "link changed",
        "link taken out",
        "link and lines",
    ],
)
async def test_what_was_changed_is_found_and_mended_again_it_is_over(
    office: Office, clock: SetClock, deed: str
) -> None:
    through = await closed(office, clock)
    assert await searching.search(office) == {}
    middle = JournalRecord.id == through[1] - 2
    kept = (await run(office, select(JournalRecord.__table__).where(middle))).mappings().one()
    first = dict(kept) | {"id": -7}
    link = JournalLinkRecord.through_id == through[1]
    await run(
        office,
        {
            "changed": update(JournalRecord).where(middle).values(facts="{}"),
            "taken out": delete(JournalRecord).where(middle),
            "taken off the end": delete(JournalRecord).where(JournalRecord.id == through[1]),
            "put in before all": insert(JournalRecord).values(first),
            "link changed": update(JournalLinkRecord).where(link).values(digest="0" * 64),
            "link taken out": delete(JournalLinkRecord).where(link),
            "link and lines": delete(JournalLinkRecord).where(link),
        }[deed],
    )
    if deed == "link and lines":
        await run(office, delete(JournalRecord).where(JournalRecord.id.between(through[0] + 1, through[1])))
    assert (await searching.search(office)).keys() == {"journal"}
    broken = (await chaining.verify(office))[2]
    assert broken and all(one.broken_at for one in broken)
    if deed == "changed":
        await run(office, update(JournalRecord).where(middle).values(facts=kept["facts"]))
        clock.advance(minutes=7)
        assert await searching.search(office) == {}
        assert not (await chaining.verify(office))[2]


async def test_each_look_goes_on_where_the_last_one_ended(
    office: Office, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chaining, "LINES_A_LOOK", 10)
    through = await closed(office, clock, 5)
    assert await chaining.look(office) == 0
    await run(office, update(JournalRecord).where(JournalRecord.id == through[4]).values(subject="contact:9"))
    await run(office, update(JournalRecord).where(JournalRecord.id == through[0]).values(subject="contact:9"))
    assert [await chaining.look(office) for _ in range(4)] == [0, 1, 2, 2]
    assert (await run(office, select(JournalLinkRecord.broken_at).where(JournalLinkRecord.id == 1))).scalar_one()
    clock.advance(minutes=1)
    assert clock() - (await chaining.verify(office))[2][0].broken_at > timedelta(0), "when it was found first"
