"""检查卡 — the screens of a visit in one message a person: the card, the procedure, a part, an item, what is chosen.

Everything that a screen shows is drawn here, so that it can follow what somebody else does to the visit.
"""

from __future__ import annotations

from content.texts import Words
from domain.authority import DutyLacking
from domain.contact import Contact, NotYours, Official
from domain.hazard import HazardState
from domain.notice import NoticeButton
from domain.visit import RECORDED, is_disputed
from outreach.desk import Desk
from outreach.hazards.carding import Rows
from outreach.hazards.viewing import Who
from outreach.people.appointing import official_of
from outreach.storage.visits import VisitRecord
from outreach.visits.filling import own_answer
from outreach.visits.placing import place_card
from outreach.visits.viewing import Part, VisitView, inspector, view_of, visit_for
from outreach.visits.visiting import colleagues, lists_for

CARD, STEPS, LAW, LISTS, COLLEAGUES, FINISH = "", "s", "y", "c", "a", "f"
VERDICTS = (("p", "pass"), ("f", "fail"), ("a", "absent"))
MOST_HAZARDS = 6
NAME_LIMIT = 12


def part_screen(number: int) -> str:
    return f"p{number}"


def item_screen(number: int, at: int) -> str:
    return f"i{number}.{at}"


async def show_screen(
    desk: Desk, words: Words, who: Who, visit_id: int, screen: str, message_id: int | None
) -> tuple[str, Rows]:
    """A screen for somebody who asks for it; `message_id` is the message that shows it from now on, if known.

    Raises NotYours, DutyLacking; IndexError for a part or an item that there is not.
    """
    row = await visit_for(desk, who, visit_id)
    shown = await draw(desk, words, row, who, screen)
    if message_id is not None:
        await place_card(desk, row, who.contact.id, message_id, screen)
    return shown


async def card_for(desk: Desk, row: VisitRecord, contact: Contact, screen: str) -> tuple[str, Rows] | None:
    """The screen as a contact sees it who does not speak just now; None for who may not see it any more."""
    who, words = Who(contact, (), await official_of(desk, contact.id)), desk.office.texts.words(contact.locale)
    try:
        await visit_for(desk, who, row.id)
        return await draw(desk, words, row, who, screen)
    except IndexError:
        # Another list was chosen, which has no such part.
        return await draw(desk, words, row, who, CARD)
    except (NotYours, DutyLacking):
        return None


async def draw(desk: Desk, words: Words, row: VisitRecord, who: Who, screen: str) -> tuple[str, Rows]:
    """The words and buttons of a screen. What is over, or is none of theirs to fill in, shows its card only."""
    view, official = await view_of(desk, row), inspector(who)
    if not view.is_going or not view.takes_part(official):
        screen = CARD
    match screen[:1]:
        case "s" | "y":
            return _steps(words, view, official, with_law=screen == LAW)
        case "p":
            return _part(words, view, official, view.part(int(screen[1:])))
        case "i":
            number, at = screen[1:].split(".")
            return _item(words, view, official, view.part(int(number)), int(at))
        case "c":
            lists = await lists_for(desk, view)
            # By its name and not its place: which lists fit may be otherwise when the button is pressed.
            rows = [(_named(one.title, f"ov:cc:{view.id}:{one.id}"),) for one in lists]
            return words("replies/visit/lists", view=view, lists=lists), (*rows, _back(view))
        case "a":
            return await _colleagues(desk, words, view, who)
        case "f":
            return _finish(words, view)
    return _card(words, view, official)


def _card(words: Words, view: VisitView, official: Official) -> tuple[str, Rows]:
    is_mine = view.takes_part(official)
    text = words("replies/visit/card", view=view, is_mine=is_mine, most=MOST_HAZARDS)
    home = (NoticeButton("menu.home", f"ov:h:{view.id}"),)
    shown = [one for one in view.hazards if not view.is_going or one.state is HazardState.VERIFIED][:MOST_HAZARDS]
    hazards = [(NoticeButton("visit.hazard", f"ov:g:{view.id}:{one.id}", (("number", one.number),)),) for one in shown]
    if not view.is_going:
        again = (NoticeButton("visit.record", f"ov:r:{view.id}"),) if view.state in RECORDED else ()
        return text, (*hazards, *((again,) if again else ()), home)
    # Nobody finished it: a superior may end it as it stands.
    close = ((NoticeButton("visit.close", f"ov:m:{view.id}"),),) if view.may_be_closed_by(official) else ()
    if not is_mine:
        return text, ((NoticeButton("visit.join", f"ov:j:{view.id}"),), *close, home)
    rows: list[tuple[NoticeButton, ...]] = []
    if view.steps:
        facts = (("done", view.ticked), ("total", len(view.steps)))
        rows.append((NoticeButton("visit.steps", f"ov:s:{view.id}", facts),))
    rows += [(_part_button(view, part),) for part in view.parts]
    if not any(part.turn for part in view.parts):
        label = "visit.list_other" if view.checklist else "visit.list"
        rows.append((NoticeButton(label, f"ov:c:{view.id}"),))
    rows += hazards
    found, ask = NoticeButton("visit.find", f"ov:z:{view.id}"), NoticeButton("visit.ask", f"ov:a:{view.id}")
    return text, (*rows, (found, ask), (NoticeButton("visit.finish", f"ov:f:{view.id}"),), *close, home)


def _part_button(view: VisitView, part: Part) -> NoticeButton:
    facts = (
        ("title", _short(part.title)), ("done", part.answered), ("total", len(part.items)),
        ("holder", _short(part.holder)),
    )  # fmt: skip
    return NoticeButton("visit.part" if part.holder_id else "visit.part_free", f"ov:p:{view.id}:{part.number}", facts)


def _steps(words: Words, view: VisitView, official: Official, *, with_law: bool) -> tuple[str, Rows]:
    text = words("replies/visit/steps", view=view, with_law=with_law)
    rows = []
    for step, ticks in view.steps:
        mine = any(one.official_id == official.id for one in ticks)
        label = "visit.step_mine" if mine else "visit.step_done" if ticks else "visit.step"
        rows.append((NoticeButton(label, f"ov:k:{view.id}:{step.id}", (("title", step.title),)),))
    label, screen = ("visit.law_fold", STEPS) if with_law else ("visit.law", LAW)
    law = NoticeButton(label, f"ov:{screen}:{view.id}")
    return text, (*rows, (law, *_back(view)))


def _part(words: Words, view: VisitView, official: Official, part: Part) -> tuple[str, Rows]:
    text = words(
        "replies/visit/part", view=view, part=part, is_mine=part.holder_id == official.id,
        disputed={item.id for item in part.disputed},
    )  # fmt: skip
    return text, ((_go_on(view, official, part),), _back(view))


def _go_on(view: VisitView, official: Official, part: Part) -> NoticeButton:
    """The way into a part: on with one's own, or taken from whoever has it, who is named."""
    if part.holder_id == official.id:
        first = part.first_open()
        label = "visit.again" if first is None else "visit.go_on" if part.answered else "visit.start"
        return NoticeButton(label, f"ov:i:{view.id}:{part.number}:{first or 0}")
    taking = f"ov:t:{view.id}:{part.number}:{part.turn}"
    if part.holder_id is None:
        return NoticeButton("visit.take", taking)
    return NoticeButton("visit.take_over", taking, (("holder", _short(part.holder)),))


def _item(words: Words, view: VisitView, official: Official, part: Part, at: int) -> tuple[str, Rows]:
    item = part.items[at]
    answers, mine = part.answers.get(item.id, ()), own_answer(part, item, official)
    is_mine = part.holder_id == official.id
    text = words(
        "replies/visit/item", view=view, part=part, item=item, at=at, answers=answers, is_mine=is_mine,
        is_disputed=is_disputed(answers),
    )  # fmt: skip
    rows: list[tuple[NoticeButton, ...]] = []
    if is_mine:
        chosen = mine.verdict.value if mine is not None else ""
        verdicts = [
            NoticeButton(
                "visit.chosen" if name == chosen else "visit.verdict", f"ov:v:{view.id}:{part.number}:{at}:{letter}",
                (("verdict", words.label(f"inspection.{name}")),),
            )
            for letter, name in VERDICTS
        ]  # fmt: skip
        rows = [tuple(verdicts[:2]), tuple(verdicts[2:])]
        if mine is not None and mine.verdict == "fail":
            label = "visit.to_hazard" if mine.hazard_id is None else "visit.its_hazard"
            rows.append((NoticeButton(label, f"ov:w:{view.id}:{part.number}:{at}"),))
    else:
        rows.append((_go_on(view, official, part),))
    steps = [NoticeButton("inspection.back", f"ov:i:{view.id}:{part.number}:{at - 1}")] if at else []
    if at + 1 < len(part.items):
        steps.append(NoticeButton("inspection.forward", f"ov:i:{view.id}:{part.number}:{at + 1}"))
    if steps:
        rows.append(tuple(steps))
    return text, (*rows, (NoticeButton("visit.to_part", f"ov:p:{view.id}:{part.number}"), *_back(view)))


async def _colleagues(desk: Desk, words: Words, view: VisitView, who: Who) -> tuple[str, Rows]:
    found = await colleagues(desk, who, view.id)
    rows = [(_named(one.name, f"ov:aa:{view.id}:{one.id}"),) for one, _ in found]
    if len(view.parties) > 1:
        rows.append((NoticeButton("visit.leave", f"ov:q:{view.id}"),))
    return words("replies/visit/colleagues", view=view, count=len(found)), (*rows, _back(view))


def _finish(words: Words, view: VisitView) -> tuple[str, Rows]:
    waiting = [one for one in view.hazards if one.state is HazardState.VERIFIED]
    text = words("replies/visit/finish", view=view, waiting=waiting)
    sure = NoticeButton("visit.discard", f"ov:x:{view.id}") if view.is_empty else None
    done = NoticeButton("visit.finish_yes", f"ov:e:{view.id}")
    return text, ((done,), *(((sure,),) if sure else ()), _back(view))


def _named(name: str, press: str) -> NoticeButton:
    return NoticeButton("visit.named", press, (("name", name),))


def _back(view: VisitView) -> tuple[NoticeButton, ...]:
    return (NoticeButton("visit.back", f"ov:o:{view.id}"),)


def _short(name: str) -> str:
    return name if len(name) <= NAME_LIMIT else name[: NAME_LIMIT - 1] + "…"
