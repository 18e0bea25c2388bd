"""挂图 — an emergency card or a lesson as a picture in large type, to read on a phone, forward, or print for a wall."""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup

from content.papers.drawing import png_of, svg_form
from content.papers.lines import balanced, broken, paragraphs, width_of
from content.wording import say
from domain.emergency import EmergencyCard
from domain.lesson import Lesson

WIDTH = 1080
MARGIN = 48
FULL = WIDTH - 2 * MARGIN
INDENT = 88
PADDING = 30
INK, PALE, RED, GREEN, BLUE = "#1d242b", "#4a5560", "#b3261e", "#0b5d3b", "#0f3d6e"
# Telegram takes a photo whose sides make 10,000 together; what an editor writes never comes near it.
LINES_MOST = 14


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text, its baseline at `y`."""

    x: float
    y: float
    size: int
    fill: str
    text: str
    is_bold: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A filled panel, with a frame if `edge` is a colour."""

    y: float
    height: float
    fill: str
    x: float = MARGIN
    width: float = FULL
    edge: str = ""


@dataclass(slots=True)
class Sheet:
    """What is on the picture so far; `y` is where the next thing begins."""

    y: float = 0
    lines: list[Line] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    dots: list[tuple[float, int]] = field(default_factory=list)
    bars: list[float] = field(default_factory=list)
    drawing: str = ""

    def write(self, text: str, size: int, fill: str = INK, indent: float = 0, *, is_bold: bool = False) -> None:
        """Paragraphs from here on, broken within the margins; an indented one keeps off the right side too."""
        width = FULL - indent - min(indent, PADDING)
        for paragraph in paragraphs(text):
            lines = balanced(paragraph, size, width) if indent else broken(paragraph, size, width)
            for line in lines[:LINES_MOST]:
                self.lines.append(Line(MARGIN + indent, self.y + size * 1.05, size, fill, line, is_bold=is_bold))
                self.y += round(size * 1.42)

    def band(self, title: str, fill: str, above: str = "") -> None:
        """The title on a band of colour, under a smaller line if there is one."""
        self.y = 34
        if above:
            self.write(above, 38, "#ffffff")
        self.write(title, 80, "#ffffff", is_bold=True)
        self.y += 20
        self.boxes.insert(0, Box(0, self.y, fill, 0, WIDTH))
        self.y += 32


def card_sheet(card: EmergencyCard, call: tuple[tuple[str, str], ...], folder: Path) -> Sheet:
    """Title, drawing, steps, what never to do, and whom to call, with the names of the numbers."""
    # What reads XML is not loaded before somebody asks for a picture.
    from xml.etree import ElementTree

    from content.loading.pictures import read_picture

    sheet = Sheet()
    sheet.band(card.title, RED)
    if (drawing := read_picture(folder, card.id)) is not None:
        _, _, wide, high = map(int, drawing.get("viewBox", "").split())
        height = round(FULL * high / wide)
        for name, value in {"x": MARGIN, "y": sheet.y, "width": FULL, "height": height}.items():
            drawing.set(name, str(value))
        sheet.drawing = ElementTree.tostring(drawing, encoding="unicode")
        sheet.y += height + 44
    for count, step in enumerate(card.steps, 1):
        sheet.dots.append((sheet.y + 36, count))
        sheet.write(step, 52, INK, INDENT)
        sheet.y += 20
    if card.never:
        sheet.y += 16
        began = sheet.y
        sheet.y += 22
        sheet.write(say("placard-never"), 50, RED, PADDING, is_bold=True)
        for no in card.never:
            sheet.bars.append(sheet.y + 34)
            sheet.write(no, 48, RED, INDENT + 12)
            sheet.y += 16
        sheet.y += 12
        sheet.boxes.append(Box(began, sheet.y - began, "#fdecea", edge=RED))
        sheet.y += 36
    for number, name in call:
        sheet.boxes.append(Box(sheet.y, 108, BLUE))
        sheet.lines.append(Line(MARGIN + PADDING, sheet.y + 80, 52, "#ffffff", say("placard-call")))
        sheet.lines.append(Line(MARGIN + 110, sheet.y + 84, 84, "#ffffff", number, is_bold=True))
        beside = MARGIN + 150 + width_of(number, 84)
        called = broken(name, 48, WIDTH - MARGIN - 20 - beside)[0]
        sheet.lines.append(Line(beside, sheet.y + 78, 48, "#ffffff", called))
        sheet.y += 124
    if card.trained_note:
        sheet.y += 12
        sheet.write(card.trained_note, 40, INK)
    sheet.y += 16
    sheet.write(say("placard-source", source=card.source), 30, PALE)
    sheet.y += 32
    return sheet


def lesson_sheet(lesson: Lesson, track: str) -> Sheet:
    """Title, text, what to do today, and where it comes from."""
    sheet = Sheet()
    sheet.band(lesson.title, GREEN, track)
    for paragraph in paragraphs(lesson.text):
        sheet.write(paragraph, 56)
        sheet.y += 28
    sheet.y += 8
    began = sheet.y
    sheet.y += 26
    sheet.write(say("placard-today"), 48, GREEN, PADDING, is_bold=True)
    sheet.write(lesson.action, 58, INK, PADDING, is_bold=True)
    sheet.y += 24
    sheet.boxes.append(Box(began, sheet.y - began, "#fff4cf", edge="#e0a100"))
    sheet.y += 36
    cited = [say("placard-basis", law=one.law, article=one.article) for one in lesson.basis]
    grounds = [*cited, lesson.source] if lesson.source else cited
    sheet.write(say("placard-source", source=say("placard-and").join(grounds)), 32, PALE)
    sheet.y += 32
    return sheet


@lru_cache(maxsize=64)
def card_picture(card: EmergencyCard, call: tuple[tuple[str, str], ...], folder: Path) -> bytes:
    """The card as PNG, drawn once a process for each set of numbers; call it off the event loop.

    `call` are the numbers with their names in the order of calling, `folder` is where the content lies.
    """
    return png_of(svg_of(card_sheet(card, call, folder)))


@lru_cache(maxsize=64)
def lesson_picture(lesson: Lesson, track: str) -> bytes:
    """The lesson as PNG under the title of its track, drawn once a process; call it off the event loop."""
    return png_of(svg_of(lesson_sheet(lesson, track)))


def svg_of(sheet: Sheet) -> str:
    """The sheet as SVG; whatever was typed is escaped, and only a drawing that was read as one is taken over."""
    # The drawing was taken apart and put together again by `read_picture`: shapes and colours, nothing else.
    return svg_form("placard.svg.j2").render(
        width=WIDTH, height=round(sheet.y), margin=MARGIN, padding=PADDING, red=RED, sheet=sheet,
        drawing=Markup(sheet.drawing),  # noqa: S704
    )  # fmt: skip
