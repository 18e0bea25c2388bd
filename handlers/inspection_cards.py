"""自查卡片 — what each moment of a walk looks like; it decides nothing."""

from __future__ import annotations

from datetime import date
from unicodedata import east_asian_width

from content.texts import Words
from domain.checklist import Verdict
from domain.files import FileTooLarge
from domain.inspection import PHOTOS_PER_ANSWER, due_on
from domain.photo import PhotoNotAPicture
from handlers.screen import home_button, show
from handlers.turn import Button, Document, Photo, Reply, Rows, Turn, press
from outreach.inspections.inspecting import Open

# A row of a phone, in cells of which a Chinese letter takes two; a client cuts off the rest.
LABEL_CELLS = 40
PARTS = ("how", "std", "risk")
PICTURES = ("image/jpeg", "image/png", "image/webp")


def short(label: str) -> str:
    """A button's label on one line that fits an old phone's screen."""
    label = " ".join(label.split())
    if _cells(label) <= LABEL_CELLS:
        return label
    while _cells(label) > LABEL_CELLS - 2:
        label = label[:-1]
    return label + "…"


def _cells(label: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in label)


def must_be_a_photo(said: Photo | Document, limit: int) -> None:
    """Raises FileTooLarge or PhotoNotAPicture by what Telegram says of the file; the decoder looks closer later."""
    if said.size > limit:
        raise FileTooLarge(limit_mb=limit // 1_000_000)
    if isinstance(said, Document) and said.mime not in PICTURES:
        raise PhotoNotAPicture


def item(turn: Turn, words: Words, opened: Open, number: int, open_part: str = "") -> Reply:
    """One item: what to look at, and on demand how, against what, and what happens otherwise."""
    walk = opened.walk
    entry = walk.checklist.items[number - 1]
    answer = walk.answers.get(entry.id)
    section = next(s.title for s in walk.checklist.sections if entry in s.items)
    text = words(
        "replies/inspection/item", walk=walk, item=entry, number=number, section=section,
        answer=answer, open_part=open_part if open_part in PARTS else "",
    )  # fmt: skip

    def verdict(letter: str, kind: Verdict, style: str) -> Button:
        chosen = answer is not None and answer.verdict is kind
        label = words.label(f"inspection.{kind.value}")
        return Button(("● " if chosen else "") + label, press("in", "v", opened.id, number, letter), style=style)

    rows = [
        (verdict("p", Verdict.PASS, "success"), verdict("f", Verdict.FAIL, "danger")),
        (verdict("a", Verdict.ABSENT, ""),),
        tuple(
            Button(
                words.label("inspection.fold" if open_part == part else f"inspection.{part}"),
                press("in", "h", opened.id, number, "-" if open_part == part else part),
            )
            for part in PARTS
        ),
    ]
    return show(turn, text, (*rows, *_way_out(words, opened, number)), card=True)


def _way_out(words: Words, opened: Open, number: int) -> Rows:
    back = []
    if number > 1:
        back.append(Button(words.label("inspection.back"), press("in", "at", opened.id, number - 1)))
    entry = opened.walk.checklist.items[number - 1]
    if entry.id in opened.walk.answers and number < opened.walk.total:
        back.append(Button(words.label("inspection.forward"), press("in", "at", opened.id, number + 1)))
    rows = [tuple(back)] if back else []
    return (*rows, (Button(words.label("inspection.save"), press("in", "save", opened.id)),))


def ask_note(turn: Turn, words: Words, opened: Open, number: int) -> Reply:
    """What is wrong? A word, or the item's own words as they are."""
    text = words("replies/inspection/ask_note", **_place(opened, number))
    rows = ((Button(words.label("inspection.no_note"), press("in", "n", opened.id, number)),),)
    return show(turn, text, (*rows, *_change(words, opened, number)), card=True)


def ask_photo(turn: Turn, words: Words, opened: Open, number: int) -> Reply:
    """A photo? Up to five, or none with a reason."""
    place = _place(opened, number)
    count = opened.walk.answers[opened.walk.checklist.items[number - 1].id].photos
    text = words("replies/inspection/ask_photo", **place, count=count, most=PHOTOS_PER_ANSWER)
    done = Button(
        words.label("inspection.photos_done", count=count), press("in", "d", opened.id, number), style="success"
    )
    skip = Button(words.label("inspection.no_photo"), press("in", "s", opened.id, number, "?"))
    return show(turn, text, (((done if count else skip),), *_change(words, opened, number)), card=True)


def _place(opened: Open, number: int) -> dict[str, object]:
    entry = opened.walk.checklist.items[number - 1]
    return {"walk": opened.walk, "item": entry, "number": number, "answer": opened.walk.answers.get(entry.id)}


def _change(words: Words, opened: Open, number: int) -> Rows:
    """The way back to the verdict, and out."""
    change = [
        Button(words.label("inspection.change_to_pass"), press("in", "v", opened.id, number, "p")),
        Button(words.label("inspection.change_to_absent"), press("in", "v", opened.id, number, "a")),
    ]
    return (tuple(change), (Button(words.label("inspection.save"), press("in", "save", opened.id)),))


def skip_reasons(turn: Turn, words: Words, opened: Open, number: int, reasons: tuple[str, ...]) -> Reply:
    """Why no photo: three taps that fit most cases, or words."""
    rows = [
        (Button(words.label(f"inspection.skip_{reason}"), press("in", "s", opened.id, number, reason)),)
        for reason in reasons
    ]
    write = Button(words.label("inspection.skip_write"), press("in", "s", opened.id, number, "w"))
    back = Button(words.label("inspection.back_to_photo"), press("in", "at", opened.id, number))
    text = words("replies/inspection/skip_reasons", **_place(opened, number))
    return show(turn, text, (*rows, (write,), (back,)), card=True)


def ask_skip_reason(turn: Turn, words: Words, opened: Open, number: int) -> Reply:
    """The reason in the person's own words."""
    back = Button(words.label("inspection.back_to_photo"), press("in", "at", opened.id, number))
    return show(turn, words("replies/inspection/ask_skip_reason", **_place(opened, number)), ((back,),), card=True)


def summary(turn: Turn, words: Words, opened: Open, today: date) -> Reply:
    """What was found, what is to be mended by when; nothing is sent before the person says so."""
    walk = opened.walk
    fails = [
        {"number": number, "title": entry.title, "due_on": due_on(entry, today), "note": answer.note,
         "photos": answer.photos, "remedy": entry.remedy}
        for number, entry, answer in walk.fails()
    ]  # fmt: skip
    text = words(
        "replies/inspection/summary", walk=walk, enterprise=opened.enterprise_name, fails=fails,
        passes=walk.count(Verdict.PASS), absents=walk.count(Verdict.ABSENT),
    )  # fmt: skip
    rows = (
        (Button(words.label("inspection.submit"), press("in", "ok", opened.id), style="success"),),
        (
            Button(words.label("inspection.look_back"), press("in", "at", opened.id, walk.total)),
            Button(words.label("inspection.save"), press("in", "save", opened.id)),
        ),
        (Button(words.label("inspection.discard"), press("in", "x", opened.id)),),
    )
    return show(turn, text, rows, card=True)


def confirm_discard(turn: Turn, words: Words, opened: Open) -> Reply:
    """Throwing answers away is asked about, with their count."""
    yes = Button(words.label("inspection.discard_yes"), press("in", "xx", opened.id), style="danger")
    no = Button(words.label("inspection.discard_no"), press("in", "go", opened.id))
    text = words("replies/inspection/confirm_discard", walk=opened.walk)
    return show(turn, text, ((no,), (yes,), (home_button(words),)), card=True)
