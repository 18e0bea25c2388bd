"""印刷 — one form and its data in, a PDF or PNG out, set by Typst with the fonts we ship and no others."""

import json
import logging
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal
from zoneinfo import ZoneInfo

from content.papers.glyphs import FONT_FOLDER, printable

_log = logging.getLogger(__name__)
_FORMS = Path(__file__).parent
_HERE = ZoneInfo("Asia/Shanghai")


def press(
    form: str,
    data: Mapping[str, object],
    pictures: Mapping[str, bytes],
    printed_at: datetime,
    output: Literal["pdf", "png"] = "pdf",
) -> bytes:
    """Set one form.

    `data` is handed over as JSON and never becomes markup, so nothing a person typed can be read as
    an instruction.  `pictures` are files that the data names.  `printed_at` is the only time in the
    file's metadata: the same arguments give the same bytes.  A PNG is the first page at 200 dpi.

    Raises:
        typst.TypstError: the form is wrong, or a picture is not what its name says.
    """
    # Loaded when first needed: it takes 7 MB.
    import typst

    missing: set[str] = set()
    clean = {name: _clean(value, missing) for name, value in data.items()}
    if missing:
        codes = sorted(f"U+{ord(char):04X}" for char in missing)
        _log.warning("no glyph for %s on paper %s", " ".join(codes), form)
        clean["missing"] = codes
    with TemporaryDirectory(prefix="paper-") as folder:
        case = Path(folder)
        for source in (f"{form}.typ", "paper.typ"):
            (case / source).write_bytes((_FORMS / source).read_bytes())
        (case / "data.json").write_text(json.dumps(clean, ensure_ascii=False), encoding="utf-8")
        for name, picture in pictures.items():
            (case / name).write_bytes(picture)
        compiler = typst.Compiler(case / f"{form}.typ", root=case, font_paths=_fonts(), ignore_system_fonts=True)
        printed = compiler.compile(format=output, ppi=200.0, timestamp=int(printed_at.timestamp()))
    if isinstance(printed, list):
        printed = printed[0]
    assert printed is not None  # only a compilation to a named file returns nothing
    return printed


def day(value: date) -> dict[str, int]:
    """A date as the forms take it: the words around the numbers are theirs."""
    return {"y": value.year, "m": value.month, "d": value.day}


def minute(value: datetime) -> dict[str, int]:
    """An aware instant as the forms take it, on the clock of Asia/Shanghai."""
    local = value.astimezone(_HERE)
    return {**day(local.date()), "h": local.hour, "min": local.minute}


@lru_cache(maxsize=1)
def _fonts() -> Any:
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONT_FOLDER)])


def _clean(value: object, missing: set[str]) -> object:
    if isinstance(value, str):
        text, absent = printable(value)
        missing |= absent
        return text
    if isinstance(value, Mapping):
        return {key: _clean(inner, missing) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(inner, missing) for inner in value]
    return value
