"""看得见的对话 — every golden talk as its people see it, on a phone and on a wide screen.

Each state of each message is drawn by the sandbox's own page, one under the other, also those that were edited away
later. What a machine can see is asked here; `--pictures DIR` saves what only an eye can judge.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Browser, Page, Route, async_playwright

from tests.conftest import SetClock
from tests.playing import play
from tests.stage import CAST, Stage, open_stage

FOLDER = Path(__file__).parent
CHROMIUM = Path("/usr/bin/chromium")
PHONE, WIDE = 390, 1440
# Tall, so that a talk is a handful of pictures.
HEIGHT = 1500
# As many stand side by side on a wide screen.
PANES = 4
# Among so many last messages the one must be that asks to press a key in place of the keyboard.
ASKED_AMONG = 6
TALKS = sorted(path.stem for path in FOLDER.glob("*.talk"))
FLAWS = (FOLDER / "flaws.js").read_text(encoding="utf-8")

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")


class Film:
    """Everything that stood in the chats while a talk was played, in the order in which it could be seen."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.shots: dict[str, list[dict[str, object]]] = {}
        self._seen: dict[tuple[str, int], str] = {}

    async def look(self) -> None:
        """Add what is new in any chat, and what reads differently now."""
        state = await self.stage.get("state")
        assert isinstance(state, dict)
        for chat, holds in state["chats"].items():
            for message in holds["messages"]:
                face = json.dumps([message.get(part) for part in ("html", "inline_keyboard", "poll", "file")])
                place = (chat, message["message_id"])
                if self._seen.get(place) == face:
                    continue
                # One picture of an album that reads differently now stands by itself.
                album = message.get("media_group_id") if place not in self._seen else None
                self._seen[place] = face
                shots = self.shots.setdefault(chat, [])
                shots.append({**message, "message_id": len(shots) + 1, "reply_to": None, "media_group_id": album})

    async def state(self, persons: list[int]) -> dict[str, object]:
        """What the page is told: the film instead of the chats, and panes for these people before others."""
        state = await self.stage.get("state")
        assert isinstance(state, dict)
        others = [person["id"] for person in state["cast"] if person["pane"] and person["id"] not in persons]
        shown = (persons + others)[:PANES]
        for person in state["cast"]:
            person["pane"] = person["id"] in shown
        for chat, holds in state["chats"].items():
            holds |= {"messages": self.shots.get(chat, []), "unread": 0, "blocked": False}
        return state

    async def left_keys(self) -> list[tuple[str, str]]:
        """Keys in place of the keyboard that nobody speaks of any longer, by chat."""
        state = await self.stage.get("state")
        assert isinstance(state, dict)
        left = []
        for chat, holds in state["chats"].items():
            recent = " ".join(str(shot.get("text")) for shot in self.shots.get(chat, [])[-ASKED_AMONG:])
            for row in (holds.get("reply_keyboard") or {}).get("keyboard", []):
                left += [(chat, f"[{key['text']}] was left") for key in row if key["text"][-4:] not in recent]
        return left


@asynccontextmanager
async def opened(browser: Browser, film: Film, width: int, persons: list[int]) -> AsyncIterator[Page]:
    """The sandbox's page at that width, showing the film."""
    page = await browser.new_page(viewport={"width": width, "height": HEIGHT}, reduced_motion="reduce")
    told = json.dumps(await film.state(persons))

    async def tell(route: Route) -> None:
        await route.fulfill(body=told, content_type="application/json")

    await page.route("**/sandbox/state", tell)
    await page.goto(film.stage.base)
    await page.wait_for_selector("html[data-ready]")
    yield page
    await page.close()


async def shoot(page: Page, persons: list[int]) -> list[Image.Image]:
    """The panes of these people from top to bottom, a screenful at a time."""
    panes = ",".join(f'.pane[data-person="{person}"] .scroll' for person in persons)
    screens = await page.eval_on_selector_all(
        panes, "all => Math.max(...all.map(one => one.scrollHeight / (one.clientHeight - 40)))"
    )
    pictures = []
    for number in range(max(1, math.ceil(screens - 0.05))):
        await page.eval_on_selector_all(
            panes, "(all, n) => all.forEach(one => one.scrollTo(0, n * (one.clientHeight - 40)))", number
        )
        await page.wait_for_timeout(60)
        pictures.append(Image.open(io.BytesIO(await page.screenshot())))
    return pictures


def side_by_side(pictures: list[Image.Image]) -> Image.Image:
    sheet = Image.new("RGB", (sum(one.width for one in pictures), HEIGHT), "white")
    left = 0
    for one in pictures:
        sheet.paste(one, (left, 0))
        left += one.width
    return sheet


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all talks: starting it takes longer than looking at one of them."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        await browser.close()


async def look_at(talk: str, stage: Stage, clock: SetClock, browser: Browser, folder: Path | None) -> list[str]:
    """Play a talk, draw it at both widths; what is wrong with it, and pictures if a folder is given."""
    film = Film(stage)
    await play(stage, clock, (FOLDER / f"{talk}.talk").read_text(encoding="utf-8").splitlines(), film.look)
    names = {number: name for name, number in CAST.items()}
    flaws = [f"{talk}, {names[int(chat)]}: {flaw}" for chat, flaw in await film.left_keys()]
    speakers = sorted(int(chat) for chat in film.shots if int(chat) in names)
    screens: dict[int, list[Image.Image]] = {PHONE: [], WIDE: []}
    for together in (speakers[at : at + PANES] for at in range(0, len(speakers), PANES)):
        for width in (PHONE, WIDE):
            async with opened(browser, film, width, together) as page:
                for person in together:
                    if width == PHONE:
                        await page.locator(f'.tab[data-person="{person}"]').click()
                    found = await page.evaluate(FLAWS, person)
                    flaws += [f"{talk}, {width} px, {names[person]}: {flaw}" for flaw in found]
                    if folder and width == PHONE:
                        screens[width] += await shoot(page, [person])
                if folder and width == WIDE:
                    screens[width] += await shoot(page, together)
    for width, beside in ((PHONE, PANES), (WIDE, 1)):
        for first in range(0, len(screens[width]), beside):
            sheet = side_by_side(screens[width][first : first + beside])
            sheet.save(folder / f"{talk}-{width}-{first // beside + 1:02}.png")  # type: ignore[operator]
    return flaws


@pytest.mark.browser
@pytest.mark.parametrize("talk", TALKS)
@pytest.mark.asyncio(loop_scope="module")
async def test_a_talk_looks_right(
    talk: str, sqlite_url: str, tmp_path: Path, clock: SetClock, browser: Browser, request: pytest.FixtureRequest
) -> None:
    folder = request.config.getoption("--pictures")
    async with open_stage(sqlite_url, tmp_path, clock) as stage:
        assert not await look_at(talk, stage, clock, browser, Path(folder) if folder else None)
