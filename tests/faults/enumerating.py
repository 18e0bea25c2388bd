"""枚举 — walks the story once unharmed, then dies at every point of every watched step and looks at what is left."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from bot.wiring import open_house
from tests.conftest import SetClock
from tests.faults import beginnings, clock_oracles, group_oracles, office_oracles, oracles, tale_oracles  # noqa: F401 - being imported is how oracles are asked
from tests.faults.beginnings import Beginning
from tests.faults.grounds import Ground, Laid
from tests.faults.holdings import holdings
from tests.faults.images import Album, Committed, Image, seen
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
    ground: Laid
    telegram: bytes
    calls_before: int
    clean: Clean
    points: list[Point]
    images: list[Image]


@dataclass(slots=True)
class Tally:
    """What came of the deaths. A point counts when somebody died there and every oracle was asked."""

    points: set[tuple[str, Point | None, Point]] = field(default_factory=set)
    kinds: Counter[str] = field(default_factory=Counter)
    missed: int = 0
    same: int = 0
    violations: list[str] = field(default_factory=list)
    caught_by: Counter[str] = field(default_factory=Counter)
    images: int = 0
    hot: int = 0
    began: float = field(default_factory=time.monotonic)
    began_cpu: float = field(default_factory=time.process_time)

    def count(self, step: Step, points: list[Point], found: list[tuple[str, str]], after: Point | None = None) -> None:
        """Somebody died at these points, some after a first death, and every oracle was asked."""
        for point in points:
            self.points.add((step.name, after, point))
            self.kinds[point.kind] += 1
        for oracle, words in found:
            self.caught_by[oracle] += 1
            self.violations.append(f"{step.name}, {points[0].kind} {points[0].n}: {oracle}: {words}")

    def line(self, title: str, ground: Ground, seed: int) -> str:
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.kinds.items()))
        images = f"{self.images} distinct images, {self.hot} with a hot journal or log, " * bool(self.images)
        same = f"{self.same} left what an image shows, " * bool(self.same)
        return (
            f"{title}: {len(self.points)} points ({kinds}), {images}{same}"
            f"{time.monotonic() - self.began:.1f} s ({time.process_time() - self.began_cpu:.1f} s CPU), seed {seed}, "
            f"{ground.version}, violations {len(self.violations)}"
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
                self._live(Killer(), step)
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

    def _live(self, killer: Killer, step: Step) -> None:
        asyncio.run(live(self.ground.url, self.ground.folder, self.telegram.port, step.at, killer, step.sweeps))

    def _chapter(self, step: Step) -> Chapter:
        clean = Clean()
        chapter = Chapter(
            step, self.ground.keep(), self.telegram.remember(), len(self.telegram.calls()), clean, [], []
        )  # fmt: skip
        before = seen(self.ground)
        clean.before = set(before)
        clean.pushed = clock_oracles.pushes(self._scene(chapter))
        clean.posted = len(self.telegram.posts())
        self._go(step)
        clean.ids = set(self.telegram.waiting_ids())
        clean.by_seen[before] = [holdings(self.ground)]
        self.ground.look_away()
        killer = Killer()

        def look(point: Point, committed: Committed) -> None:
            so_far = clean.by_seen.setdefault(committed.seen, [])
            if committed.held not in so_far:
                so_far.append(committed.held)
            if point.kind == "before request" and killer.method in SPEAKING:
                clean.needed.append(len(committed.seen - before))

        chapter.images = self.photograph(killer, step, look)
        clean.held = holdings(self.ground)
        clean.last_reply = {
            who: last_reply(self.ground, self.telegram, who) for who in sorted(step.actors)
        }  # fmt: skip
        chapter.points = killer.log
        if found := oracles.violations(self._scene(chapter), oracles.AT_REST):
            raise AssertionError(f"{step.name} goes wrong though nobody died: {found}")
        return chapter

    def photograph(
        self,
        killer: Killer,
        step: Step,
        look: Callable[[Point, Committed], None] = lambda *_: None,
        album: Album | None = None,
    ) -> list[Image]:
        """Live unharmed and take the image of every point on the way."""
        album = album or Album(self.ground, self.telegram)
        killer.on_reach = lambda point: look(point, album.take(point))
        self._live(killer, step)
        return list(album.images.values())

    def begin_again(self, chapter: Chapter) -> None:
        """Wind the world back to before the step and let people do what they do in it; no house is there yet."""
        self.ground.lay(chapter.ground)
        self.telegram.wind_back(chapter.telegram)
        self._go(chapter.step)

    def relive(self, chapter: Chapter) -> list[Image]:
        """Wind the world back and let the step happen again: the images of that life, as far as it comes."""
        self.begin_again(chapter)
        album = Album(self.ground, self.telegram)
        with suppress(Exception):
            self.photograph(Killer(), chapter.step, album=album)
        return list(album.images.values())

    def _scene(self, chapter: Chapter) -> Scene:
        return Scene(self.ground, self.telegram, chapter.step, chapter.clean, chapter.calls_before)

    def die_inside(self, step: Step, point: Point) -> bool:
        """Die in this process by an exception that nothing survives. Whether the point was reached."""
        try:
            self._live(Killer(point), step)
        except Killed:
            return True
        return False

    def die_at(
        self,
        chapter: Chapter,
        point: Point,
        tally: Tally,
        die: Callable[[Step, Point], bool] | None = None,
    ) -> bool:
        """Wind the world back, let the step happen, really die, look, come back, look again. Whether all was well."""
        self.begin_again(chapter)
        if not (die or self.die_inside)(chapter.step, point):
            tally.missed += 1
            return True
        tally.same += self._is_as_pictured(chapter)
        found = self._come_back(chapter)
        tally.count(chapter.step, [point], found)
        return not found

    def _is_as_pictured(self, chapter: Chapter) -> bool:
        """Whether a real death left what one of the images shows: what is committed, and which pictures are stored."""
        files, held, ids = _pictures(self.ground.keep()), holdings(self.ground), seen(self.ground)
        self.ground.look_away()
        return any(
            (held, ids, files) == (image.committed.held, image.committed.seen, _pictures(image.laid))
            for image in chapter.images
        )

    def die_from(self, chapter: Chapter, image: Image, tally: Tally) -> bool:
        """Lay the ground as a death would have left it, look, come back, look again. Whether all was well."""
        self._lay(image)
        found = self._come_back(chapter)
        tally.images += 1
        tally.hot += image.is_hot
        tally.count(chapter.step, image.points, found)
        return not found

    def die_again(self, chapter: Chapter, image: Image, tally: Tally, most: int, seed: int) -> None:
        """Come back from a death and die again, from the start of that life on: `most` of the images of that life."""
        self._lay(image)
        killer = Killer()
        killer.is_armed = True
        known = {one.key for one in chapter.images}
        images = [one for one in self.photograph(killer, chapter.step) if one.key not in known]
        for second in random.Random(seed).sample(images, min(most, len(images))):
            self._lay(second)
            found = self._come_back(chapter, is_second=True)
            tally.images += 1
            tally.hot += second.is_hot
            tally.count(chapter.step, second.points, found, after=image.points[0])

    def _lay(self, image: Image) -> None:
        self.ground.lay(image.laid)
        self.telegram.wind_back(image.telegram)

    def _come_back(self, chapter: Chapter, *, is_second: bool = False) -> list[tuple[str, str]]:
        scene = self._scene(chapter)
        found = []
        try:
            # What was answered before is answered again, so how much was said says nothing after a second death.
            asked = [one for one in oracles.AT_DEATH if not is_second or one is not oracles.said_after_commit]
            found = oracles.violations(scene, asked)
            self.ground.look_away()
            self._live(Killer(), chapter.step)
            found += oracles.violations(scene, oracles.AT_REST)
        except Exception as fault:
            found.append(("comes_back_to_life", f"{type(fault).__name__}: {fault}"))
        return found


def _pictures(laid: Laid) -> int:
    """How many are stored: one that is sealed has another name in every life."""
    return sum(name.endswith(".jpg") for name in laid.files)


def sampled(chapters: list[Chapter], count: int, seed: int) -> list[tuple[Chapter, Point]]:
    """`count` points of all, by lot."""
    every = [(chapter, point) for chapter in chapters for point in chapter.points]
    return random.Random(seed).sample(every, min(count, len(every)))


def images_of(chapters: list[Chapter]) -> list[tuple[Chapter, Image]]:
    """Every distinct image of these steps."""
    return [(chapter, image) for chapter in chapters for image in chapter.images]
