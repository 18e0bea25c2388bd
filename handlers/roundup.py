"""周报告、月调度 — an official: the drafts → one of them → what is asked of whom until when → released."""

from __future__ import annotations

from datetime import date, datetime

from domain.authority import Duty
from domain.contact import StalePress
from domain.hazard_figures import Measure
from domain.roundup import term_days
from handlers.inspection_cards import short
from handlers.screen import ROWS_A_PAGE, home_button, pager, show
from handlers.turn import Button, Press, Reply, Say, Scene, Text, Turn
from handlers.turn import press as data
from outreach import standing
from outreach.paging import Page
from outreach.roundups import editing, printing, releasing, viewing

ASK, REMARK = "roundup.ask", "roundup.remark"
# The numbers that open their hazards.
OPENING = (Measure.NEW, Measure.NEWLY_CLOSED, Measure.OPEN, Measure.OVERDUE)


async def press_roundup(turn: Turn, scene: Scene) -> Reply:
    """The buttons of the reports; each deed asks again whether the report lies in the caller's jurisdiction."""
    assert isinstance(turn.said, Press)
    said, official, contact = turn.said, scene.as_official(), scene.known.contact
    if said.verb == "l":
        return await _list(turn, scene)
    id_ = said.number(2)
    match said.verb:
        case "o":
            return await _report(turn, scene, id_)
        case "n":
            return await _rows(turn, scene, id_, Measure(said.words[3]), said.number(4))
        case "f" if said.words[3] in (printing.PDF, printing.WORD):
            await releasing.order_paper(scene.desk, contact, official, id_, said.words[3])
            return Reply(toast=scene.words.plain("replies/roundup/ordered"))
        case "u":
            return await _units(turn, scene, id_)
        case "a":
            return await _ask_what(turn, scene, id_, said.number(3))
        case "t":
            await viewing.held(scene.desk, official, id_)
            await standing.expect(scene.desk, contact.id, REMARK, f"roundup:{id_}")
            return show(turn, scene.words("replies/roundup/ask_remark"), ((_back(scene, id_),),))
        case "d":
            day = datetime.strptime(said.words[3], "%Y%m%d").date()  # noqa: DTZ007
            return await _report(turn, scene, await editing.due(scene.desk, official, id_, day))
        case "x":
            return await _report(turn, scene, await editing.drop(scene.desk, contact, official, id_))
        case "k":
            return await _report(turn, scene, await editing.settle(scene.desk, contact, official, id_))
        case "e":
            return await _asks(turn, scene, id_)
        case "w" if said.words[3] in ("officials", "units"):
            await editing.address(scene.desk, official, id_, said.words[3])
            return await _release(turn, scene, id_)
        case "r":
            return await _release(turn, scene, id_)
        case "rr":
            sent = await releasing.release(scene.desk, contact, official, id_, said.number(3))
            reply = await _report(turn, scene, id_)
            return reply + Reply(toast=scene.words.plain("replies/roundup/released", count=sent.count))
    raise StalePress


async def take_words(turn: Turn, scene: Scene) -> Reply:
    """What a unit shall do, or the official's own words."""
    if not isinstance(turn.said, Text):
        return Reply((Say(scene.words("replies/roundup/words_only")),))
    _, number, *rest = scene.subject.split(":")
    official, contact = scene.as_official(), scene.known.contact
    if scene.meaning == REMARK:
        await editing.say(scene.desk, contact, official, int(number), turn.said.text)
        return await _report(turn, scene, int(number))
    unit = int(rest[0]) if rest and rest[0] != "0" else None
    ask_id = await editing.ask(scene.desk, contact, official, int(number), turn.said.text, unit)
    await standing.expect(scene.desk, contact.id, "")
    view = await viewing.roundup(scene.desk, official, int(number))
    line = next(one for one in view.asks if one.id == ask_id)
    days = [_day_button(scene, ask_id, day) for day in term_days(scene.desk.today, scene.desk.catalogue.calendar)]
    rows = tuple(tuple(days[at : at + 2]) for at in range(0, len(days), 2))
    return show(turn, scene.words("replies/roundup/asked", line=line.ask), (*rows, (_back(scene, view.id),)))


async def _list(turn: Turn, scene: Scene) -> Reply:
    words = scene.words
    found = await viewing.roundups(scene.desk, scene.as_official())
    rows = [
        (Button(short(words.label(f"roundup.line_{one.kind.value}", number=one.number,
                      place=printing.said_place(scene.desk, one, words))), data("wr", "o", one.id)),)
        for one in found
    ]  # fmt: skip
    back = (Button(words.label("ledger.back"), data("lg", "s", "-", "-")), home_button(words))
    return show(turn, words("replies/roundup/list", found=found), (*rows, back))


async def _report(turn: Turn, scene: Scene, id_: int) -> Reply:
    words, label, official = scene.words, scene.words.label, scene.as_official()
    view = await viewing.roundup(scene.desk, official, id_)
    if scene.meaning in (ASK, REMARK):
        await standing.expect(scene.desk, scene.known.contact.id, "")
    counts = view.figures["counts"]
    opening = [
        Button(label("ledger.figure", name=label(f"roundup.measure.{one.value}"), count=counts[one.value]),
               data("wr", "n", id_, one.value, 0))
        for one in OPENING
        if counts[one.value]
    ]  # fmt: skip
    rows = [tuple(opening[at : at + 2]) for at in range(0, len(opening), 2)]
    if view.asks:
        rows.append((Button(label("roundup.asks", count=len(view.asks)), data("wr", "e", id_)),))
    if view.is_draft:
        rows.append((Button(label("roundup.add"), data("wr", "u", id_)), Button(label("roundup.remark"),
                    data("wr", "t", id_))))  # fmt: skip
    rows.append((Button(label("roundup.pdf"), data("wr", "f", id_, printing.PDF)), Button(label("roundup.word"),
                data("wr", "f", id_, printing.WORD))))  # fmt: skip
    if view.is_draft and official.may(Duty.NOTICE):
        rows.append((Button(label("roundup.release"), data("wr", "r", id_), style="primary"),))
    text = words(
        "replies/roundup/report", view=view, place=printing.said_place(scene.desk, view, words),
        sentences=printing.sentences(view, words), today=scene.desk.today,
    )  # fmt: skip
    return show(turn, text, (*rows, (Button(label("roundup.list"), data("wr", "l")), home_button(words))))


async def _rows(turn: Turn, scene: Scene, id_: int, measure: Measure, number: int) -> Reply:
    """The hazards behind a number, as they stood at the report's instant."""
    view = await viewing.roundup(scene.desk, scene.as_official(), id_)
    figures, cut = await viewing.rows_of(scene.desk, view, measure)
    lines = figures.rows(cut)
    pages = max(1, -(-len(lines) // ROWS_A_PAGE))
    number = min(number, pages - 1)
    page = Page(lines[number * ROWS_A_PAGE : (number + 1) * ROWS_A_PAGE], len(lines), number, pages)
    text = scene.words(
        "replies/ledger/rows", page=page, measure=measure.value, grade=None, source=None, at=view.as_of, street=""
    )
    rows = [
        (Button(short(f"{one.number} {' '.join(one.what.split())}"), data("hz", "o", one.id)),) for one in page.lines
    ]
    turning = pager(scene.words, number, pages, "wr", "n", id_, measure.value)
    return show(turn, text, (*rows, *((turning,) if turning else ()), (_back(scene, id_),)))


async def _asks(turn: Turn, scene: Scene, id_: int) -> Reply:
    """Every line with what may be done about it."""
    view = await viewing.roundup(scene.desk, scene.as_official(), id_)
    label, rows = scene.words.label, []
    for at, one in enumerate(view.asks, start=1):
        mark = label("roundup.undone" if one.ask.state == "done" else "roundup.settle", at=at)
        buttons = [Button(mark, data("wr", "k", one.id))]
        if view.is_draft and not one.is_carried:
            buttons.append(Button(label("roundup.drop", at=at), data("wr", "x", one.id)))
        rows.append(tuple(buttons))
    text = scene.words("replies/roundup/asks", view=view, today=scene.desk.today)
    return show(turn, text, (*rows, (_back(scene, id_),)))


async def _units(turn: Turn, scene: Scene, id_: int) -> Reply:
    """Whom a new line is about: an enterprise with something overdue, or any unit by name."""
    found = await editing.units(scene.desk, scene.as_official(), id_)
    rows = [(Button(short(name), data("wr", "a", id_, enterprise)),) for enterprise, name in found]
    other = Button(scene.words.label("roundup.other_unit"), data("wr", "a", id_, 0))
    return show(turn, scene.words("replies/roundup/units", found=found), (*rows, (other,), (_back(scene, id_),)))


async def _ask_what(turn: Turn, scene: Scene, id_: int, unit: int) -> Reply:
    names = dict(await editing.units(scene.desk, scene.as_official(), id_))
    if unit and unit not in names:
        raise StalePress
    await standing.expect(scene.desk, scene.known.contact.id, ASK, f"roundup:{id_}:{unit}")
    text = scene.words("replies/roundup/ask_what", unit=names.get(unit, ""))
    return show(turn, text, ((_back(scene, id_),),))


async def _release(turn: Turn, scene: Scene, id_: int) -> Reply:
    """To whom it goes, with the count, before it goes."""
    official, label = scene.as_official(), scene.words.label
    view = await viewing.roundup(scene.desk, official, id_)
    found = await releasing.readers(scene.desk, official, id_)
    marks = {"officials": view.to_officials, "units": view.to_units}
    rows = [
        (Button(label(f"roundup.to_{whom}_{'on' if is_on else 'off'}"), data("wr", "w", id_, whom)),)
        for whom, is_on in marks.items()
    ]
    if found.count:
        send = label("roundup.send", count=found.count)
        rows.append((Button(send, data("wr", "rr", id_, found.count), style="success"),))
    text = scene.words("replies/roundup/release", view=view, found=found)
    return show(turn, text, (*rows, (_back(scene, id_),)))


def _day_button(scene: Scene, ask_id: int, day: date) -> Button:
    said = scene.words.label("format.day").format(y=day.year, m=day.month, d=day.day)
    return Button(said, data("wr", "d", ask_id, f"{day:%Y%m%d}"))


def _back(scene: Scene, id_: int) -> Button:
    return Button(scene.words.label("roundup.back"), data("wr", "o", id_))
