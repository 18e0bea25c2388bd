"""四个一图 — the matrix of one street as a picture that can be read on a phone and forwarded."""

from dataclasses import dataclass
from datetime import date

from content.papers.drawing import png_of, svg_form
from content.papers.glyphs import printable

# The longer side of a photo in Telegram is 1280 pixels at least; on a phone 1080 become about 390.
WIDTH = 1080
MARGIN = 36
NAME_MOST = 16
COLUMN = 150
HEAD_CHARACTERS = 5
ROW = 54
PARK_ROW = 66


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One enterprise; each cell is open, done or lacking, in the order of the columns."""

    name: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MatrixPaper:
    """What the picture shows. `columns` are title, done and of how many; `parks` title and state."""

    title: str
    theme: str
    is_certain: bool
    place: str
    on: date
    done: int
    total: int
    columns: tuple[tuple[str, int, int], ...]
    rows: tuple[MatrixRow, ...]
    parks: tuple[tuple[str, str], ...]


def matrix_picture(paper: MatrixPaper) -> bytes:
    """The picture as PNG, set with the shipped font and no other; call it off the event loop."""
    first_cell = WIDTH - MARGIN - COLUMN * len(paper.columns)
    table_at = 340
    parks_at = table_at + ROW * len(paper.rows) + 40
    height = parks_at + PARK_ROW * len(paper.parks) + (30 if paper.parks else 0) + 70
    svg = svg_form("matrix.svg.j2").render(
        width=WIDTH,
        height=height,
        margin=MARGIN,
        column=COLUMN,
        row=ROW,
        park_row=PARK_ROW,
        first_cell=first_cell,
        table_at=table_at,
        parks_at=parks_at,
        title=_clean(paper.title),
        theme=_clean(paper.theme),
        is_certain=paper.is_certain,
        place=_clean(paper.place),
        on=paper.on,
        done=paper.done,
        total=paper.total,
        share=paper.done / paper.total if paper.total else 0,
        columns=[(_halves(_clean(title)), done, of) for title, done, of in paper.columns],
        rows=[(_short(_clean(line.name)), line.cells) for line in paper.rows],
        parks=[(_clean(title), state) for title, state in paper.parks],
    )
    return png_of(svg)


def _clean(text: str) -> str:
    return printable(text)[0].replace("\n", " ")


def _short(name: str) -> str:
    return name if len(name) <= NAME_MOST else name[: NAME_MOST - 1] + "…"


def _halves(title: str) -> tuple[str, ...]:
    """A title on two lines at most, as wide as a column."""
    if len(title) <= HEAD_CHARACTERS:
        return (title,)
    return (title[: (len(title) + 1) // 2], title[(len(title) + 1) // 2 :][: HEAD_CHARACTERS + 1])
