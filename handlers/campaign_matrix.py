"""四个一总表 — an official: figures per item → who has not done it → enter it for them; as a picture, as a workbook."""

from __future__ import annotations

import asyncio

from content.papers import MatrixPaper, MatrixRow, matrix_picture
from content.workbooks import ListSheet, write_lists
from domain.authority import Duty
from domain.campaign import CellState, Confidence, Filling, Subject
from domain.contact import StalePress
from handlers import campaign
from handlers.campaign import MARKS
from handlers.inspection_cards import short
from handlers.screen import ROWS_A_PAGE, home_button, pager, show
from handlers.turn import Button, File, Press, Reply, Scene, Turn
from handlers.turn import press as data
from outreach.campaigns import campaigning
from outreach.campaigns.campaigning import Matrix

# A picture of more lines cannot be read on a phone; a longer street comes in parts.
LINES_A_PICTURE = 30
PICTURES_MOST = 4


async def show_campaign(turn: Turn, scene: Scene) -> Reply:
    """`/campaign`: an official without a post goes straight to the figures."""
    if scene.known.official is not None and not scene.known.posts:
        return await show_matrix(turn, scene)
    return await campaign.show_campaign(turn, scene)


async def show_matrix(turn: Turn, scene: Scene, street_at: int | None = None) -> Reply:
    """The figures of the jurisdiction, or of one street of it; a street is named by its place in the list."""
    words, official = scene.words, scene.as_official()
    whole = await campaigning.matrix(scene.desk, official)
    shown = whole if street_at is None else whole.of(_street(whole, street_at))
    at = "-" if street_at is None else str(street_at)
    figures = [(row, shown.done(row), len(shown.lines_of(row))) for row in shown.edition.four_ones]
    figures = [one for one in figures if one[2]]
    rows: list[tuple[Button, ...]] = []
    for row, done, of in figures:
        if done < of:
            label = words.label("campaign.lacking", title=row.title, count=of - done)
            rows.append((Button(short(label), data("cm", "r", row.id, at, 0)),))
    if street_at is None and len(whole.streets) > 1:
        streets = [Button(short(street), data("cm", "w", at_)) for at_, street in enumerate(whole.streets[:40])]
        rows += [tuple(streets[i : i + 2]) for i in range(0, len(streets), 2)]
    elif len(whole.streets) > 1:
        rows.append((Button(words.label("campaign.all_streets"), data("cm", "s")),))
    if official.may(Duty.FIGURES):
        picture = Button(words.label("campaign.picture"), data("cm", "p", at))
        rows.append((picture, Button(words.label("campaign.workbook"), data("cm", "x", at))))
    today = Button(words.label("campaign.today"), data("cp", "t"))
    text = words(
        "replies/campaign/matrix",
        edition=whole.edition,
        is_certain=whole.edition.confidence is not Confidence.UNCERTAIN,
        street=_street(whole, street_at) if street_at is not None else "",
        figures=figures,
        done=shown.done(),
        total=shown.total,
        enterprises=len(shown.enterprises),
    )
    return show(turn, text, (*rows, (today, home_button(words))))


def _street(matrix: Matrix, at: int) -> str:
    if not 0 <= at < len(matrix.streets):
        raise StalePress
    return matrix.streets[at]


async def press_matrix(turn: Turn, scene: Scene) -> Reply:
    """`cm:s`, `cm:w:<street>`, `cm:r:<row>:<street or ->:<page>`, `cm:p|x:<street or ->`."""
    assert isinstance(turn.said, Press)
    said = turn.said
    match said.verb:
        case "s":
            return await show_matrix(turn, scene)
        case "w":
            return await show_matrix(turn, scene, said.number(2))
        case "r":
            return await _lacking(turn, scene, said)
    whole = await campaigning.matrix(scene.desk, scene.as_official())
    shown = whole if said.words[2] == "-" else whole.of(_street(whole, said.number(2)))
    match said.verb:
        case "p":
            return await _picture(scene, shown)
        case "x":
            return await _workbook(scene, shown)
    raise StalePress


async def _lacking(turn: Turn, scene: Scene, said: Press) -> Reply:
    """Who has not done one item; a press on a name enters it for them, where a record can."""
    words, official = scene.words, scene.as_official()
    whole = await campaigning.matrix(scene.desk, official)
    shown = whole if said.words[3] == "-" else whole.of(_street(whole, said.number(3)))
    row, page = campaigning.row_of(shown.edition, said.words[2]), said.number(4)
    lines = shown.lacking(row)
    pages = max(1, -(-len(lines) // ROWS_A_PAGE))
    page = min(page, pages - 1)
    part = lines[page * ROWS_A_PAGE : (page + 1) * ROWS_A_PAGE]
    rows: list[tuple[Button, ...]] = []
    if row.filled_by is Filling.RECORD and official.may(Duty.CAMPAIGN):
        # A park has no number of its own: any enterprise that lies in it stands for it.
        stands_for = {line.street: line.id for line in reversed(whole.enterprises)}
        for line in part:
            place = line.id if row.subject is Subject.ENTERPRISE else stands_for[line.street]
            rows.append((Button(short(f"{MARKS[line.cells[row.id]]} {line.name}"), data("cp", "n", row.id, place)),))
    if turning := pager(words, page, pages, "cm", "r", row.id, said.words[3]):
        rows.append(turning)
    back = data("cm", "s") if said.words[3] == "-" else data("cm", "w", said.words[3])
    text = words(
        "replies/campaign/lacking", row=row, lines=[(line.name, MARKS[line.cells[row.id]]) for line in part],
        total=len(lines), page=page, pages=pages, may_enter=bool(rows) and row.filled_by is Filling.RECORD,
    )  # fmt: skip
    return show(turn, text, (*rows, (Button(words.label("campaign.matrix"), back), home_button(words))))


async def _picture(scene: Scene, shown: Matrix) -> Reply:
    """One picture a street, a long street in parts; off the event loop, because each takes a moment."""
    papers = [paper for street in shown.streets for paper in _papers(scene, shown.of(street))][:PICTURES_MOST]
    made = [await asyncio.to_thread(matrix_picture, paper) for paper in papers]
    name = scene.words.label("campaign.picture_file")
    caption = scene.words("replies/campaign/picture", edition=shown.edition, at=scene.desk.now)
    return Reply(tuple(File(name, png, caption, as_photo=True) for png in made))


def _papers(scene: Scene, shown: Matrix) -> list[MatrixPaper]:
    columns, edition = shown.columns, shown.edition
    parks = [
        (row.title, line.cells[row.id].value)
        for line in shown.parks
        for row in edition.four_ones
        if row.subject is Subject.PARK
    ]
    lines = [MatrixRow(line.name, tuple(line.cells[row.id].value for row in columns)) for line in shown.enterprises]
    parts = [lines[at : at + LINES_A_PICTURE] for at in range(0, len(lines), LINES_A_PICTURE)]
    return [
        MatrixPaper(
            title=edition.name,
            theme=edition.theme,
            is_certain=edition.confidence is not Confidence.UNCERTAIN,
            place=shown.streets[0] if shown.streets else "",
            on=scene.desk.today,
            done=shown.done(),
            total=shown.total,
            columns=tuple((row.title, shown.done(row), len(shown.enterprises)) for row in columns),
            rows=tuple(part),
            parks=tuple(parks) if part is parts[-1] else (),
        )
        for part in parts
    ]


async def _workbook(scene: Scene, shown: Matrix) -> Reply:
    label = scene.words.label

    def said(state: CellState) -> str:
        return label(f"campaign.cell.{state.value}")

    headings = [label("campaign.enterprise"), label("campaign.street"), *(row.title for row in shown.columns)]
    rows = [
        [line.name, line.street, *(said(line.cells[row.id]) for row in shown.columns)] for line in shown.enterprises
    ]
    parks = [
        [line.name, row.title, said(line.cells[row.id])]
        for line in shown.parks
        for row in shown.edition.four_ones
        if row.subject is Subject.PARK
    ]
    widths = [36, 16, *(16 for _ in shown.columns)]
    sheets = [ListSheet(label("campaign.sheet_enterprises"), headings, widths, rows)]
    if parks:
        park_headings = [label("campaign.street"), label("campaign.item"), label("campaign.state")]
        sheets.append(ListSheet(label("campaign.sheet_parks"), park_headings, [24, 28, 16], parks))
    made = await asyncio.to_thread(write_lists, sheets)
    caption = scene.words("replies/campaign/workbook", edition=shown.edition, done=shown.done(), total=shown.total)
    return Reply((File(label("campaign.workbook_file"), made, caption),))
