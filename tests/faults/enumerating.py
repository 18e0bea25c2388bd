"""枚举 — walks the story once unharmed, then dies at every point of every watched step and looks at what is left."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bot.wiring import open_house
from tests.conftest import MORNING, SetClock
from tests.faults import beginnings, oracles, tale_oracles  # noqa: F401 - being imported is how oracles are asked
from tests.faults.beginnings import Beginning
from tests.faults.grounds import Ground, Kept
from tests.faults.holdings import holdings
from tests.faults.killing import Killed, Killer, Point
from tests.faults.lives import live
from tests.faults.scene import Clean, Scene, last_reply
from tests.faults.story import Step
from tests.faults.telegram_side import SPEAKING, TelegramSide
from tests.stage import stage_settings


@dataclass(slots=True)
class Chapter:
    """A watched step, ready to be died in: the world before it, its points, and how it goes unharmed."""

    step: Step
    ground: Kept
    telegram: bytes
    calls_before: int
    clean: Clean
    points: list[Point]


@dataclass(slots=True)
class Tally:
    """What came of the deaths. A point counts when somebody died there and every oracle was asked."""

    points: set[tuple[str, Point]] = field(default_factory=set)
    kinds: Counter[str] = field(default_factory=Counter)
    missed: int = 0
    twice: int = 0
    violations: list[str] = field(default_factory=list)
    caught_by: Counter[str] = field(default_factory=Counter)
    began: float = field(default_factory=time.monotonic)

    def line(self, title: str, database: str, seed: int) -> str:
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.kinds.items()))
        return (
            f"{title}: {len(self.points)} points ({kinds}), {f'{self.twice} died twice, ' * bool(self.twice)}"
            f"{time.monotonic() - self.began:.1f} s, seed {seed}, "
            f"{database}, violations {len(self.violations)}"
        )


class Enumerator:
    """One ground, one Telegram, one story."""

    def __init__(self, ground: Ground, telegram: TelegramSide, begin: Beginning = beginnings.enrolment) -> None:
        self.ground = ground
        self.telegram = telegram
        self.begin = begin

    def chapters(self, wanted: Callable[[Step], bool] = lambda step: True, until: str = "the end") -> list[Chapter]:
        """Tell the story without deaths, as far as the step `until`, keeping the world before each watched step."""
        self.telegram.wind_back()
        steps = asyncio.run(self._prepare())
        kept = []
        for step in steps:
            if step.is_watched and wanted(step):
                kept.append(self._chapter(step))
            else:
                self._go(step)
                self._live(Killer())
            if step.name == until:
                break
        return kept

    async def _prepare(self) -> list[Step]:
        settings = stage_settings(self.ground.url, self.ground.folder, self.telegram.port)
        async with open_house(settings, SetClock()) as house:
            return await self.begin(house, self.telegram)

    def _go(self, step: Step) -> None:
        for who, deed in step.deeds:
            self.telegram.act(who, deed)

    def _live(self, killer: Killer) -> None:
        asyncio.run(live(self.ground.url, self.ground.folder, self.telegram.port, MORNING, killer))

    def _seen(self) -> frozenset[int]:
        return frozenset(row[0] for row in self.ground.rows("SELECT update_id FROM seen_updates"))

    def _chapter(self, step: Step) -> Chapter:
        before, clean = self._seen(), Clean()
        chapter = Chapter(
            step, self.ground.keep(), self.telegram.remember(), len(self.telegram.calls()), clean, []
        )  # fmt: skip
        clean.before = set(before)
        self._go(step)
        clean.ids = set(self.telegram.waiting_ids())
        clean.by_seen[before] = [holdings(self.ground)]
        killer = Killer()

        def look(point: Point) -> None:
            if point.kind == "after commit":
                held, so_far = holdings(self.ground), clean.by_seen.setdefault(self._seen(), [])
                if held not in so_far:
                    so_far.append(held)
            elif point.kind == "before request" and killer.method in SPEAKING:
                clean.needed.append(len(self._seen() - before))

        killer.on_reach = look
        self._live(killer)
        clean.held = holdings(self.ground)
        clean.last_reply = {
            who: last_reply(self.ground, self.telegram, who) for who in sorted(step.actors)
        }  # fmt: skip
        chapter.points = killer.log
        if found := oracles.violations(self._scene(chapter), oracles.AT_REST):
            raise AssertionError(f"{step.name} goes wrong though nobody died: {found}")
        return chapter

    def _scene(self, chapter: Chapter) -> Scene:
        return Scene(self.ground, self.telegram, chapter.step, chapter.clean, chapter.calls_before)

    def die_inside(self, point: Point, *, is_armed: bool = False) -> bool:
        """Die in this process by an exception that nothing survives. Whether the point was reached.

        is_armed: the start of the life counts too.
        """
        killer = Killer(point)
        killer.is_armed = is_armed
        try:
            self._live(killer)
        except Killed:
            return True
        return False

    def die_at(
        self,
        chapter: Chapter,
        point: Point,
        tally: Tally,
        die: Callable[[Point], bool] | None = None,
        again: Point | None = None,
    ) -> bool:
        """Wind the world back, let the step happen, die, look, come back, look again. Whether all was well.

        again: a point of the life that comes back, its start included, at which it dies too, if it gets there.
        """
        self.ground.wind_back(chapter.ground)
        self.telegram.wind_back(chapter.telegram)
        self._go(chapter.step)
        if not (die or self.die_inside)(point):
            tally.missed += 1
            return True
        scene = self._scene(chapter)
        found = oracles.violations(scene, oracles.AT_DEATH)
        try:
            if again is not None and self.die_inside(again, is_armed=True):
                tally.twice += 1
                # What was answered before is answered again, so how much was said says nothing any more.
                found += oracles.violations(scene, [o for o in oracles.AT_DEATH if o is not oracles.said_after_commit])
            self._live(Killer())
            found += oracles.violations(scene, oracles.AT_REST)
        except Exception as fault:
            found.append(("comes_back_to_life", f"{type(fault).__name__}: {fault}"))
        tally.points.add((chapter.step.name, point))
        tally.kinds[point.kind] += 1
        for oracle, words in found:
            tally.caught_by[oracle] += 1
            tally.violations.append(f"{chapter.step.name}, {point.kind} {point.n}: {oracle}: {words}")
        return not found


def sampled(
    chapters: list[Chapter], count: int, seed: int, *, is_spread: bool = True
) -> Iterator[tuple[Chapter, Point]]:
    """`count` points of all, all of them when it is 0; when spread, at least one of each kind in each step."""
    every = [(chapter, point) for chapter in chapters for point in chapter.points]
    if not count or count >= len(every):
        yield from every
        return
    shuffled = random.Random(seed)
    # Rare kinds first: of each kind in each step at least one, then whatever the seed says.
    groups: dict[tuple[str, str], list[tuple[Chapter, Point]]] = {}
    for chapter, point in every:
        groups.setdefault((chapter.step.name, point.kind), []).append((chapter, point))
    chosen = [group.pop(shuffled.randrange(len(group))) for group in groups.values()] if is_spread else []
    rest = [pair for group in groups.values() for pair in group]
    shuffled.shuffle(rest)
    yield from (chosen + rest)[:count]
