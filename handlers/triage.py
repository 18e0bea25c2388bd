"""隐患举报处理 — an official's queue: list → one report, its photos → 属实 (一般 / 重大), 退回, 并案, or 问一问."""

from __future__ import annotations

from domain.checklist import Grade
from domain.contact import Official, StalePress
from domain.report import ReportDecided
from handlers.inspection_cards import short
from handlers.screen import ROWS_A_PAGE, home_button, pager, show
from handlers.turn import Button, File, Press, Reply, Say, Scene, Text, Turn
from handlers.turn import press as data
from outreach import standing
from outreach.reports import looks, triaging
from outreach.reports.looks import ReportCard

REASONS = ("1", "2", "3")
JOINABLE = 8
REASON = "triage.reason"
QUESTION = "triage.question"
STATES = {"new": "🆕", "confirmed": "⚠️", "returned": "↩️", "merged": "🔗"}


def _button(scene: Scene, key: str, *said: object, style: str = "") -> Button:
    return Button(scene.words.label(f"triage.{key}"), data("tr", *said), style=style)


async def show_reports(turn: Turn, scene: Scene, page: int = 0, *, is_done: bool = False) -> Reply:
    """A page of the reports that concern the official: what waits first; on demand what is done."""
    words, official = scene.words, scene.as_official()
    found = await looks.reports(scene.desk, official, page, ROWS_A_PAGE, is_done=is_done)
    new = await looks.count_new(scene.desk, official)
    rows = [
        (Button(short(f"{_sign(line.state, line.grade)} {line.where or line.what or line.number}"),
                data("tr", "o", line.id)),)
        for line in found.lines
    ]  # fmt: skip
    turning = pager(words, found.number, found.pages, "tr", "d" if is_done else "l")
    other = _button(scene, "open" if is_done else "done", "l" if is_done else "d", 0)
    text = words("replies/triage/list", found=found, new=new, is_done=is_done)
    return show(turn, text, (*rows, *((turning,) if turning else ()), (other, home_button(words))))


def _sign(state: str, grade: str | None) -> str:
    return "🔴" if state == "confirmed" and grade == "major" else STATES[state]


async def press_triage(turn: Turn, scene: Scene) -> Reply:
    """The buttons of this talk; each deed asks again whether the report concerns the official."""
    assert isinstance(turn.said, Press)
    said, desk, words, official = turn.said, scene.desk, scene.words, scene.as_official()
    if said.verb in ("l", "d"):
        return await show_reports(turn, scene, said.number(2), is_done=said.verb == "d")
    report_id = said.number(2)
    who = (desk, scene.known.contact, official, report_id)
    match said.verb:
        case "o":
            return await _one(turn, scene, official, report_id)
        case "ph":
            return await _photos(scene, official, report_id)
        case "g":
            return await _confirmed(turn, scene, report_id, await triaging.confirm(*who, Grade.GENERAL), "general")
        case "G":
            card = await looks.report(desk, official, report_id)
            yes = _button(scene, "major_yes", "GG", report_id, style="danger")
            text = words("replies/triage/confirm_major", line=card.line)
            return show(turn, text, ((yes,), (_button(scene, "general", "g", report_id), _back(scene, report_id))))
        case "GG":
            return await _confirmed(turn, scene, report_id, await triaging.confirm(*who, Grade.MAJOR), "major")
        case "r":
            return await _ask_reason(turn, scene, official, report_id)
        case "rr" if len(said.words) > 3 and said.words[3] in REASONS:
            reason = words.label(f"triage.reason_{said.words[3]}")
            await standing.expect(desk, scene.known.contact.id, "")
            return _done(
                turn, scene, "replies/triage/returned", number=await triaging.send_back(*who, reason), reason=reason
            )
        case "m":
            return await _ask_into(turn, scene, official, report_id)
        case "mm":
            return _done(turn, scene, "replies/triage/merged", number=await triaging.merge(*who, said.number(3)))
        case "q":
            card = await looks.report(desk, official, report_id)
            await standing.expect(desk, scene.known.contact.id, QUESTION, f"report:{report_id}")
            text = words("replies/triage/question", card=card)
            return show(turn, text, ((_back(scene, report_id), home_button(words)),))
    raise StalePress


async def take_reason(turn: Turn, scene: Scene) -> Reply:
    """Why a report is returned, in the official's own words."""
    if not isinstance(turn.said, Text):
        return Reply((Say(scene.words("replies/triage/words_only")),))
    who = (scene.desk, scene.known.contact, scene.as_official(), _subject(scene))
    await standing.expect(scene.desk, scene.known.contact.id, "")
    try:
        number = await triaging.send_back(*who, turn.said.text)
    except ReportDecided as refusal:
        # Said here and not raised: no further reason is waited for.
        text = scene.words(refusal.moment, **refusal.facts)
        return Reply((Say(text, ((_back(scene, _subject(scene)), home_button(scene.words)),)),))
    return _done(turn, scene, "replies/triage/returned", number=number, reason=turn.said.text)


async def take_question(turn: Turn, scene: Scene) -> Reply:
    """What an official wants to know of the reporter."""
    if not isinstance(turn.said, Text):
        return Reply((Say(scene.words("replies/triage/words_only")),))
    report_id = _subject(scene)
    is_told = await triaging.ask(scene.desk, scene.known.contact, scene.as_official(), report_id, turn.said.text)
    await standing.expect(scene.desk, scene.known.contact.id, "")
    rows = ((_back(scene, report_id), home_button(scene.words)),)
    return Reply((Say(scene.words("replies/triage/asked", is_told=is_told), rows),))


def _subject(scene: Scene) -> int:
    return int(scene.subject.partition(":")[2])


def _back(scene: Scene, report_id: int) -> Button:
    return _button(scene, "back", "o", report_id)


def _done(turn: Turn, scene: Scene, moment: str, **facts: object) -> Reply:
    rows = ((_button(scene, "next", "l", 0), home_button(scene.words)),)
    return show(turn, scene.words(moment, **facts), rows)


async def _confirmed(turn: Turn, scene: Scene, report_id: int, number: str, grade: str) -> Reply:
    """It is a hazard now: its card, from which it is ordered to be put right, is one press away."""
    card = await looks.report(scene.desk, scene.as_official(), report_id)
    text = scene.words("replies/triage/confirmed", number=number, grade=grade)
    order = Button(scene.words.label("hazard.go_on"), data("hz", "o", card.hazard_id), style="primary")
    return show(turn, text, ((order,), (_button(scene, "next", "l", 0), home_button(scene.words))))


async def _one(turn: Turn, scene: Scene, official: Official, report_id: int) -> Reply:
    card = await looks.report(scene.desk, official, report_id)
    if scene.meaning in (REASON, QUESTION):
        await standing.expect(scene.desk, scene.known.contact.id, "")
    rows: list[tuple[Button, ...]] = []
    if card.stored:
        label = scene.words.label("triage.photos", count=card.stored)
        rows.append((Button(label, data("tr", "ph", report_id)),))
    if card.line.state == "new":
        rows.append((_button(scene, "general", "g", report_id), _button(scene, "major", "G", report_id)))
        rows.append((_button(scene, "return", "r", report_id), _button(scene, "merge", "m", report_id)))
    if card.hazard_id is not None:
        rows.append((Button(scene.words.label("hazard.open"), data("hz", "o", card.hazard_id)),))
    if card.has_way_back:
        rows.append((_button(scene, "ask", "q", report_id),))
    rows.append((_button(scene, "list", "l", 0), home_button(scene.words)))
    # An anonymous report of a place with few staff keeps the day only, and says no hour.
    is_day = not card.line.is_named and card.line.reported_at.astimezone(scene.desk.office.zone).hour == 0
    return show(turn, scene.words("replies/triage/one", card=card, line=card.line, is_day=is_day), tuple(rows))


async def _photos(scene: Scene, official: Official, report_id: int) -> Reply:
    card: ReportCard = await looks.report(scene.desk, official, report_id)
    hashes = await looks.photos_of(scene.desk, official, report_id)
    store = scene.desk.office.photos
    return Reply(
        tuple(
            File(
                f"{card.line.number}-{at}.jpg", store.path(sha),
                scene.words("replies/triage/photo", number=card.line.number, at=at, of=len(hashes)), as_photo=True,
            )
            for at, sha in enumerate(hashes, start=1)
        )
    )  # fmt: skip


async def _ask_reason(turn: Turn, scene: Scene, official: Official, report_id: int) -> Reply:
    card = await looks.report(scene.desk, official, report_id)
    await standing.expect(scene.desk, scene.known.contact.id, REASON, f"report:{report_id}")
    rows = [(_button(scene, f"reason_{reason}", "rr", report_id, reason),) for reason in REASONS]
    text = scene.words("replies/triage/reason", number=card.line.number)
    return show(turn, text, (*rows, (_back(scene, report_id),)))


async def _ask_into(turn: Turn, scene: Scene, official: Official, report_id: int) -> Reply:
    found = await looks.joinable(scene.desk, official, report_id, JOINABLE)
    rows = [(Button(short(f"{line.number} {line.what}"), data("tr", "mm", report_id, line.id)),) for line in found]
    text = scene.words("replies/triage/merge", count=len(found))
    return show(turn, text, (*rows, (_back(scene, report_id),)))
