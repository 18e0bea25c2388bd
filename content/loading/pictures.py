"""图画 — the drawing of an emergency card, read as data: shapes only, nothing that runs, reads or needs a font."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

FOLDER = "cards/pictures"
LIMIT_BYTES = 4096

_SPACE = "{http://www.w3.org/2000/svg}"
_SHAPES = frozenset(("svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon"))
_PLACES = ("viewBox", "d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "points", "width", "height")
_STROKES = ("stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-dasharray")
_TRAITS = frozenset((*_PLACES, *_STROKES, "transform", "opacity", "fill", "fill-rule"))
_BOX = re.compile(r"0 0 [1-9]\d* [1-9]\d*")
_ENTRUSTED = re.compile(r"[\w#%.,() +-]*")


def read_picture(folder: Path, card_id: str) -> Element | None:
    """The drawing of a card; None when there is none or it is not to be trusted, and the card does without it."""
    path = folder / FOLDER / f"{card_id}.svg"
    if not path.is_file() or any(flaws(path.read_bytes())):
        return None
    root: Element = fromstring(path.read_bytes())
    return root


def flaws(drawn: bytes) -> Iterator[tuple[str, str]]:
    """What is wrong with a drawing: the key of the sentence, and the word it is about."""
    if len(drawn) > LIMIT_BYTES:
        yield "picture-large", str(len(drawn))
        return
    try:
        root = fromstring(drawn, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as fault:
        yield "picture-broken", str(fault)
        return
    if root.tag != f"{_SPACE}svg" or not _BOX.fullmatch(root.get("viewBox", "")):
        yield "picture-box", ""
    for shape in root.iter():
        name = str(shape.tag).removeprefix(_SPACE)
        if name not in _SHAPES:
            yield "picture-shape", name
        for trait, value in shape.items():
            if trait not in _TRAITS:
                yield "picture-shape", trait
            elif "url(" in value.lower() or not _ENTRUSTED.fullmatch(value.replace("\n", " ")):
                yield "picture-shape", f"{trait}={value[:20]}"
        if (shape.text or "").strip() or (shape.tail or "").strip():
            yield "picture-words", (shape.text or shape.tail or "").strip()[:20]
