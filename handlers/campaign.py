"""安全月 — /campaign: today's one thing, what one's enterprises have done and not → one tap to do it.

A record: → which day → how many → what about → with what result → a photo → looked over → entered, once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta

from content.papers import lesson_picture
from domain.authority import Duty
from domain.campaign import (
    CellState,
    Confidence,
    DayPlan,
    Edition,
    Filling,
    HeadCountUnclear,
    Step,
    Subject,
    read_day,
)
from domain.contact import NotEnrolled, Post, StalePress
from domain.lesson import Lesson
from domain.special import SpecialCampaign, Stage
from handlers.inspection_cards import must_be_a_photo, short
from handlers.screen import home_button, show
from handlers.turn import Button, Document, File, Photo, Press, Reply, Say, Scene, Text, Turn
from handlers.turn import press as data
from outreach import standing
from outreach.campaigns import campaigning, daily, entering
from outreach.campaigns.entering import Entry
from outreach.desk import Desk
from outreach.inspections.inspecting import WALKERS

MEANING = "campaign.record"
PHOTO_LIMIT_BYTES = 20_000_000
RESULTS = ("asked", "tested", "walked")
MARKS = {CellState.DONE: "✅", CellState.OPEN: "▫️", CellState.LACKING: "⚠️"}


async def show_campaign(turn: Turn, scene: Scene) -> Reply:
    """What is done and what is open; an official without a post gets the matrix from `campaign_matrix`."""
    words, posts, desk = scene.words, scene.known.posts, scene.desk
    if not posts and scene.known.official is None:
        raise NotEnrolled
    edition, plan, _ = daily.of_today(desk, posts)
    rows: list[tuple[Button, ...]] = []
    places = []
    if edition.four_ones and any(post.role in WALKERS for post in posts):
        own = await campaigning.own(desk, posts)
        for line in own.enterprises:
            cells = [(row.title, MARKS[line.cells[row.id]]) for row in own.columns]
            places.append((line.name, cells))
            for row in own.columns:
                if line.cells[row.id] is CellState.DONE:
                    continue
                is_check = row.filled_by is Filling.INSPECTION
                said = data("in", "e", line.id) if is_check else data("cp", "n", row.id, line.id)
                name = f"{row.title} · {line.name}" if len(own.enterprises) > 1 else row.title
                rows.append((Button(short(f"➕ {name}"), said),))
        for park in own.parks:
            parks = [row for row in edition.four_ones if row.subject is Subject.PARK]
            places.append((park.name, [(row.title, MARKS[park.cells[row.id]]) for row in parks]))
    if plan is not None:
        rows.insert(0, (Button(words.label("campaign.today"), data("cp", "t"), style="primary"),))
    official = scene.known.official
    if official is not None and (official.may(Duty.FIGURES) or official.may(Duty.CAMPAIGN)):
        rows.append((Button(words.label("campaign.matrix"), data("cm", "s")),))
    text = words(
        "replies/campaign/overview", edition=edition, is_certain=is_certain(edition), plan=plan, places=places,
        is_running=edition.is_running(desk.today), specials=_specials(desk),
    )  # fmt: skip
    return show(turn, text, (*rows[:30], (home_button(words),)))


def _specials(desk: Desk) -> list[tuple[SpecialCampaign, Stage]]:
    """The special campaigns of the bureau that run today, each with its stage; as shipped there are none."""
    found = [(special, special.stage_on(desk.today)) for special in desk.catalogue.specials.values()]
    return [(special, stage) for special, stage in found if stage is not None]


def is_certain(edition: Edition) -> bool:
    return edition.confidence is not Confidence.UNCERTAIN


async def show_today(turn: Turn, scene: Scene) -> Reply:
    """`/today`: the one thing of today, with its lesson."""
    posts = scene.known.posts
    return show_day(turn, scene, *daily.of_today(scene.desk, posts), posts, scene.desk.today)


def show_day(
    turn: Turn, scene: Scene, edition: Edition, plan: DayPlan | None, lesson: Lesson | None,
    posts: tuple[Post, ...], on: date,
) -> Reply:  # fmt: skip
    """What a day holds for somebody with these posts."""
    words = scene.words
    rows: list[tuple[Button, ...]] = []
    button = daily.button_for(edition, plan, posts) if plan else None
    if lesson is not None and lesson.questions:
        question = scene.desk.catalogue.questions[lesson.questions[0]]
        rows.append((Button(words.label("campaign.quiz"), data("qz", "b", question.topic)),))
    elif button is not None:
        rows.append((Button(words.label(button.label), button.press, style="primary"),))
    if lesson is not None:
        rows.append((Button(words.label("campaign.large"), data("cp", "p", lesson.id)),))
    rows.append((Button(words.label("campaign.open"), data("cp", "s")), home_button(words)))
    text = words(
        "replies/campaign/today", edition=edition, is_certain=is_certain(edition), plan=plan, lesson=lesson, today=on
    )
    return show(turn, text, tuple(rows))


async def _large(scene: Scene, lesson_id: str) -> Reply:
    """A lesson as a picture in large type, for eyes that find the chat too small."""
    catalogue = scene.desk.catalogue
    lesson = catalogue.lessons.get(lesson_id)
    if lesson is None:
        raise StalePress
    png = await asyncio.to_thread(lesson_picture, lesson, catalogue.tracks[lesson.track].title)
    caption = scene.words("replies/campaign/large", lesson=lesson)
    return Reply((File(f"{lesson.id}.png", png, caption, as_photo=True, is_kept=True),))


async def press_campaign(turn: Turn, scene: Scene) -> Reply:
    """`cp:s`, `cp:t`, `cp:p:<lesson>`, `cp:n:<row>:<enterprise>`, `cp:o|ok|x|xx|ph:<record>`,
    `cp:d:<record>:<day>`, `cp:c|r:<record>:<choice>`, `cp:b:<record>:<step>`."""
    assert isinstance(turn.said, Press)
    said, words = turn.said, scene.words
    match said.verb:
        case "s":
            return await show_campaign(turn, scene)
        case "t":
            return await show_today(turn, scene)
        case "p":
            return await _large(scene, said.words[2])
        case "n":
            caller = scene.known
            opened = await entering.begin(
                scene.desk, caller.contact, caller.posts, caller.official, said.words[2], said.number(3)
            )
            return await ask(turn, scene, opened)
    who = (scene.desk, scene.known.contact, scene.known.posts, scene.known.official, said.number(2))
    match said.verb:
        case "o":
            return await ask(turn, scene, await entering.entry(*who))
        case "d":
            held_on = date.fromisoformat(said.words[3])
            return await ask(turn, scene, await entering.describe(*who, held_on=held_on))
        case "c":
            title = (await entering.entry(*who)).row.title
            return await ask(turn, scene, await entering.describe(*who, content=title))
        case "r" if said.words[3] in RESULTS:
            result = words.label(f"campaign.result.{said.words[3]}")
            return await ask(turn, scene, await entering.describe(*who, result=result))
        case "b":
            return await ask(turn, scene, await entering.entry(*who), Step(said.words[3]))
        case "ph":
            return await ask(turn, scene, await entering.entry(*who), Step.PHOTO)
        case "ok":
            entered = await entering.enter(*who)
            await standing.expect(scene.desk, scene.known.contact.id, "")
            return _entered(turn, scene, entered)
        case "x":
            opened = await entering.entry(*who)
            sure = Button(words.label("campaign.withdraw_yes"), data("cp", "xx", opened.id), style="danger")
            stay = Button(words.label("campaign.withdraw_no"), data("cp", "o", opened.id))
            return show(turn, words("replies/campaign/withdraw", entry=opened), ((sure,), (stay,)))
        case "xx":
            taken = await entering.withdraw(*who)
            await standing.expect(scene.desk, scene.known.contact.id, "")
            return show(turn, words("replies/campaign/withdrawn", entry=taken), (_ways_out(scene, taken),))
    raise StalePress


async def ask(turn: Turn, scene: Scene, opened: Entry, step: Step | None = None) -> Reply:
    """The next question of a record, or all of it to look over."""
    words, label = scene.words, scene.words.label
    missing = step or opened.activity.missing
    if opened.is_entered and missing is not Step.PHOTO:
        return _entered(turn, scene, opened)
    if missing is None:
        enter = Button(label("campaign.enter_now"), data("cp", "ok", opened.id), style="success")
        edits = [Button(label(f"campaign.edit.{one.value}"), data("cp", "b", opened.id, one.value)) for one in Step]
        await standing.expect(scene.desk, scene.known.contact.id, MEANING, f"{opened.id}:{Step.PHOTO.value}")
        drop = Button(label("campaign.drop"), data("cp", "x", opened.id))
        text = words("replies/campaign/record", entry=opened, activity=opened.activity)
        rows = ((enter,), *(tuple(edits[at : at + 3]) for at in range(0, len(edits), 3)), (drop, home_button(words)))
        return show(turn, text, rows)
    await standing.expect(scene.desk, scene.known.contact.id, MEANING, f"{opened.id}:{missing.value}")
    buttons: Sequence[Button] = ()
    if missing is Step.DAY:
        today = scene.desk.today
        days = {ago: today - timedelta(days=ago) for ago in range(3)}
        # The day itself: the same button pressed tomorrow must not mean another one.
        buttons = [
            Button(label(f"campaign.ago.{ago}"), data("cp", "d", opened.id, day.isoformat()))
            for ago, day in days.items()
            if opened.edition.is_running(day)
        ]
    elif missing is Step.CONTENT:
        buttons = [Button(label("campaign.just", title=opened.row.title), data("cp", "c", opened.id, "t"))]
    elif missing is Step.RESULT:
        buttons = [Button(label(f"campaign.result.{one}"), data("cp", "r", opened.id, one)) for one in RESULTS]
    text = words("replies/campaign/step", step=missing.value, entry=opened)
    rows = (tuple(buttons),) if missing is Step.DAY and buttons else tuple((button,) for button in buttons)
    return show(turn, text, (*rows, _ways_out(scene, opened)))


async def take(turn: Turn, scene: Scene) -> Reply:
    """A typed answer or a photo, for the question that was asked last."""
    caller, said = scene.known, turn.said
    number, _, step = scene.subject.partition(":")
    who = (scene.desk, caller.contact, caller.posts, caller.official, int(number))
    if isinstance(said, Photo | Document):
        must_be_a_photo(said, PHOTO_LIMIT_BYTES)
        return await ask(turn, scene, await entering.photograph(*who, said.file_id, said.file_unique_id))
    typed = said.text if isinstance(said, Text) else ""
    match Step(step):
        case Step.DAY:
            edition = (await entering.entry(*who)).edition
            opened = await entering.describe(*who, held_on=read_day(typed, edition))
        case Step.COUNT:
            if not typed.strip():
                raise HeadCountUnclear
            opened = await entering.describe(*who, attendees=typed)
        case Step.CONTENT:
            opened = await entering.describe(*who, content=typed)
        case Step.RESULT:
            opened = await entering.describe(*who, result=typed)
        case Step.PHOTO:
            return Reply((Say(scene.words("replies/campaign/photo_only")),))
    return await ask(turn, scene, opened)


def _entered(turn: Turn, scene: Scene, entered: Entry) -> Reply:
    words = scene.words
    wrong = Button(words.label("campaign.withdraw"), data("cp", "x", entered.id))
    text = words("replies/campaign/entered", entry=entered, activity=entered.activity)
    return show(turn, text, ((wrong,), _ways_out(scene, entered)))


def _ways_out(scene: Scene, opened: Entry) -> tuple[Button, ...]:
    """Back to where the record was begun from: the own enterprise's page, or an official's matrix."""
    is_own = scene.known.post_at(opened.enterprise_id) is not None if opened.enterprise_id else False
    label = "campaign.open" if is_own else "campaign.matrix"
    return (Button(scene.words.label(label), data("cp" if is_own else "cm", "s")), home_button(scene.words))
