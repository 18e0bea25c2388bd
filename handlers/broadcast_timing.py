"""通知时间 — when a notice is to leave: at once, at a moment that is offered, or one that is typed."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from domain.moment import MEANINGS, must_be_ahead, read_moment
from handlers.broadcast_draft import card, key, leaves, subject_of
from handlers.screen import home_button, show
from handlers.turn import Button, Reply, Rows, Scene, Text, Turn
from outreach import standing
from outreach.broadcasts import composing

MOMENT = "broadcast.moment"
AFTERNOON, MORNING = time(14), time(9)
# How a button names a moment, by the clock of the office.
WRITTEN = "%Y%m%d%H%M"


async def moments(turn: Turn, scene: Scene, id_: int) -> Reply:
    """When it should leave."""
    draft = await composing.open_draft(scene.desk, scene.known.contact, scene.as_official(), id_)
    words, desk = scene.words, scene.desk
    rows: list[tuple[Button, ...]] = [(key(words, "at.now", "at", id_, "now"),)]
    afternoon, workday = _at(scene, desk.today, AFTERNOON), _next_workday(scene)
    if afternoon > desk.now:
        rows.append((key(words, "at.afternoon", "at", id_, _data(afternoon)),))
    rows.append((key(words, "at.workday", "at", id_, _data(workday), m=workday.month, d=workday.day),))
    rows.append((key(words, "at.typed", "typ", id_), key(words, "back", "d", id_)))
    return show(turn, words("replies/broadcast/moments", leaves_at=leaves(scene, draft)), tuple(rows))


def _at(scene: Scene, on: date, clock: time) -> datetime:
    return datetime.combine(on, clock, scene.desk.office.zone)


def _data(moment: datetime) -> str:
    """The moment itself: the same button pressed tomorrow must not mean another day."""
    return f"{moment:{WRITTEN}}"


def _next_workday(scene: Scene) -> datetime:
    day = scene.desk.catalogue.calendar.workday_from(scene.desk.today + timedelta(days=1))
    return _at(scene, day, MORNING)


async def choose_moment(turn: Turn, scene: Scene, id_: int, choice: str) -> Reply:
    """One of the moments that are offered. Raises MomentPast for one that has passed since."""
    desk, contact, official = scene.desk, scene.known.contact, scene.as_official()
    if choice == "now":
        return await card(turn, scene, await composing.plan(desk, contact, official, id_, at_once=True))
    at = datetime.strptime(choice, WRITTEN).replace(tzinfo=desk.office.zone)
    must_be_ahead(at, desk.now)
    return await card(turn, scene, await composing.plan(desk, contact, official, id_, due_at=at))


async def ask_moment(turn: Turn, scene: Scene, id_: int) -> Reply:
    """Day and time are to be typed."""
    await composing.open_draft(scene.desk, scene.known.contact, scene.as_official(), id_)
    await standing.expect(scene.desk, scene.known.contact.id, MOMENT, f"broadcast:{id_}")
    rows: Rows = ((key(scene.words, "back", "wh", id_), home_button(scene.words)),)
    return show(turn, scene.words("replies/broadcast/ask_moment"), rows)


async def take_moment(turn: Turn, scene: Scene) -> Reply:
    """The day and time that were typed; asked again until they can be read."""
    typed = turn.said.text if isinstance(turn.said, Text) else ""
    desk, contact = scene.desk, scene.known.contact
    spoken = {word: meaning for meaning in MEANINGS for word in scene.words.label(f"moment.{meaning}").split()}
    at = read_moment(typed, desk.now, desk.office.zone, spoken)
    draft = await composing.plan(desk, contact, scene.as_official(), subject_of(scene), due_at=at)
    await standing.expect(desk, contact.id, "", scene.subject)
    return await card(turn, scene, draft)
