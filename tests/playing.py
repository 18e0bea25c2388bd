"""演对话稿 — one golden talk played on the stage, line by line, and written down as it was said."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime

from domain.notice import Notice
from outreach.people import enrolling
from outreach.upkeep import releasing
from scheduler import sweeps
from tests import bank
from tests.conftest import SetClock
from tests.stage import CAST

ACTION = re.compile(r"^(\S+) ▸ (.+)$")
# Many times the same, of which only what follows is worth reading.
QUIETLY = re.compile(r"^# quietly (\d+)× (\S+) ▸ (.+)$")


async def nobody_looks() -> None:
    """Nobody watches the chats between two lines."""


async def play(  # type: ignore[no-untyped-def]
    stage, clock: SetClock, written: list[str], look: Callable[[], Awaitable[None]] = nobody_looks
) -> str:
    """Play the lines of a talk and tell what was said. `look` is awaited after everything that is worth reading."""
    played: list[str] = []
    for line in written:
        if line.startswith("#"):
            played.append(line)
            if line.startswith("# setup: "):
                await _set_up(stage, clock, line.removeprefix("# setup: ").split())
                for who in CAST:
                    await stage.news(who)
            if found := QUIETLY.match(line):
                for _ in range(int(found[1])):
                    await stage.act(found[2], found[3])
                for who in CAST:
                    await stage.news(who)
            if line.startswith("# time: "):
                await _let_pass(stage, clock, line.removeprefix("# time: "))
                for who in CAST:
                    played += await stage.news(who)
            await look()
            continue
        found = ACTION.match(line)
        if not found:
            continue
        who, deed = found[1], found[2]
        await stage.act(who, await _filled(stage, deed))
        # The actor's part keeps the deed as it was written, so that links stay readable.
        told = await stage.news(who)
        played += ["", line, *told[1:]]
        for other in CAST:
            played += await stage.news(other)
        await look()
    return tidy(played)


async def _set_up(stage, clock: SetClock, words: list[str]) -> None:  # type: ignore[no-untyped-def]
    match words:
        case ["register"]:
            await stage.fill_register()
        case ["bank"]:
            # A few questions of the tests' own: an editor's change to the bank must not rewrite this talk.
            stage.house.office.catalogue = bank.with_bank(stage.house.office.catalogue)
        case ["agreed", name]:
            await stage.act(name, "/start")
            await stage.act(name, "[开始使用]")
            await stage.act(name, "[同意并继续]")
            await stage.act(name, "[单独同意，开始使用]")
        case ["campaign"]:
            # From here on the day's one thing is told too; other talks are about something else.
            stage.tells_campaign_day = True
        case ["roundups"]:
            stage.drafts_roundups = True
        case ["official", name, *street]:
            await stage.enrol(name, street=street[0] if street else "")
        case ["hazard", official, enterprise, what, *state]:
            await stage.hazard(official, enterprise, what, *state)
        case ["entered", name, enterprise, role]:
            await stage.entered(name, enterprise, role)
        case ["ordered", name, enterprise, day, what]:
            await stage.ordered(name, enterprise, date.fromisoformat(day), what)
        case ["restored", day, hour, name]:
            await _restore(stage, clock, f"{day} {hour}", name)
        case ["post", name, enterprise, role]:
            await stage.enrol(name, enterprise, role)
        case _:
            raise AssertionError(f"no such setup: {words}")


async def _restore(stage, clock: SetClock, at: str, name: str) -> None:  # type: ignore[no-untyped-def]
    """It is that hour in Shanghai, one more notice has come due, and a backup of a moment ago was put back."""
    office = stage.house.office
    made_at = clock.now
    clock.set(datetime.strptime(at, "%Y-%m-%d %H:%M").replace(tzinfo=office.zone).astimezone(UTC))
    async with office.desk() as desk:
        contact = await enrolling.contact_of(desk, CAST[name])
        await desk.tell(contact, Notice("inspection_again", {"number": "1"}, "restored"))
        await releasing.hold(desk, made_at)


async def _let_pass(stage, clock: SetClock, until: str) -> None:  # type: ignore[no-untyped-def]
    """Set the clock to that hour in Shanghai and let the sweeps look once."""
    office = stage.house.office
    clock.set(datetime.strptime(until, "%Y-%m-%d %H:%M").replace(tzinfo=office.zone).astimezone(UTC))
    await sweeps.ask_daily_questions(office)
    await sweeps.remind(office)
    if stage.drafts_roundups:
        await sweeps.draft_roundups(office)
    if stage.tells_campaign_day:
        await sweeps.tell_campaign_day(office)
    await stage.settle()


async def _filled(stage, deed: str) -> str:  # type: ignore[no-untyped-def]
    if found := re.search(r"\{invite:([^:}]+):([^}]+)\}", deed):
        return deed.replace(found[0], await stage.invitation(found[1], found[2]))
    if found := re.search(r"\{place:([^:}]+):([^}]*)\}", deed):
        return deed.replace(found[0], await stage.place(found[1], found[2]))
    if found := re.search(r"\{shown:([^}]+)\}", deed):
        return deed.replace(found[0], await stage.shown_link(found[1]))
    if found := re.search(r"\{office:([^}]+)\}", deed):
        return deed.replace(found[0], await stage.office_code(found[1]))
    return deed


def tidy(lines: list[str]) -> str:
    """Blank lines between parts are for reading only."""
    out: list[str] = []
    for line in lines:
        if not line.strip() and (not out or not out[-1].strip()):
            continue
        out.append(line.rstrip())
    return "\n".join(out).strip() + "\n"
