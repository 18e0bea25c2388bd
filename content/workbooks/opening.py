"""开箱 — looks into a file before it is read as a workbook, so that a hostile one costs nothing.

The archive is streamed once with a ceiling on every figure; only what passes reaches the XML reader.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from domain.workbook import (
    WorkbookBroken,
    WorkbookEncrypted,
    WorkbookHasMacros,
    WorkbookIsText,
    WorkbookOldFormat,
    WorkbookTooLarge,
)

MOST_ROWS = 20_000
# Titles, headings, totals and remarks that stand around the rows.
ASIDES = 50
MOST_BYTES = 5_000_000
# 20,000 full rows of a register unpack to about 20 MB; a bomb of 5 MB would unpack to 5 GB.
MOST_UNPACKED = 40_000_000
_MOST_PARTS = 2_000
# What a reader spends its time on: about ten seconds for all of it on a slow core.
_MOST_CELLS = 20 * MOST_ROWS
_MOST_OTHER = 8_000_000
_MOST_MERGES = 50_000
_CHUNK = 1 << 18
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_STRINGS = "xl/sharedStrings.xml"
_PROGRAM = re.compile(r"vbaProject|xl/macrosheets/|\.bas$", re.IGNORECASE)
_OTHER_BOOK = re.compile(r"xl/workbook\.bin|content\.xml|mimetype", re.IGNORECASE)
_TOKEN = re.compile(
    rb"<(?:\w+:)?(?:(?P<row>row)\b"
    rb'|c\b[^<>]*?\br="(?P<cell>[A-Z]{1,3}\d{1,7})"'
    rb"|(?P<value>v\b[^<>/]*>(?=[^<])|is\b)"
    rb"|(?P<formula>f\b)"
    rb'|mergeCell\b[^<>]*?\bref="(?P<merge>[A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})")'
)


@dataclass(slots=True)
class Sighting:
    """What one sheet holds besides its cells: merged ranges, and formulas that have no result yet."""

    merges: list[str] = field(default_factory=list)
    unanswered: set[str] = field(default_factory=set)


def inspect(data: bytes) -> dict[str, Sighting]:
    """What was seen in each sheet of a workbook, by the path of its part.

    Raises:
        WorkbookTooLarge, WorkbookEncrypted, WorkbookOldFormat, WorkbookIsText, WorkbookHasMacros,
        WorkbookBroken: the file is not taken.
    """
    if data.startswith(_OLE):
        # An encrypted workbook is an old-style container with the new one, encrypted, inside.
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise WorkbookEncrypted
        raise WorkbookOldFormat
    if not data.startswith(b"PK"):
        raise WorkbookIsText if _is_text(data) else WorkbookBroken
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            seen = _inspect_archive(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
        raise WorkbookBroken from error
    if len(data) > MOST_BYTES:
        raise WorkbookTooLarge(megabytes=MOST_BYTES // 1_000_000)
    return seen


def _inspect_archive(archive: zipfile.ZipFile) -> dict[str, Sighting]:
    parts = archive.infolist()
    names = [part.filename.replace("\\", "/") for part in parts]
    if len(parts) > _MOST_PARTS or len(set(names)) != len(names):
        raise WorkbookBroken
    if any(part.flag_bits & 1 for part in parts):
        raise WorkbookEncrypted
    if any(_PROGRAM.search(name) for name in names):
        raise WorkbookHasMacros
    if "[Content_Types].xml" not in names:
        raise WorkbookOldFormat if any(_OTHER_BOOK.fullmatch(name) for name in names) else WorkbookBroken
    # Sheets first: somebody who sends a whole city should hear about rows, not about megabytes.
    seen = {part.filename: _look(archive, part) for part in parts if _SHEET.fullmatch(part.filename)}
    _weigh(archive, parts)
    with archive.open("[Content_Types].xml") as stream:
        types = stream.read(_CHUNK)
    if b"macroEnabled" in types:
        raise WorkbookHasMacros
    if b"spreadsheetml" not in types:
        raise WorkbookOldFormat if b"ms-excel" in types else WorkbookBroken
    return seen


def _weigh(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    """Refuse parts that would take the XML reader long: styles by the million, texts by the million."""
    if sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise WorkbookTooLarge(megabytes=MOST_UNPACKED // 1_000_000)
    for part in parts:
        if part.filename == _STRINGS:
            texts = 0
            with archive.open(part) as stream:
                while chunk := stream.read(_CHUNK):
                    texts += chunk.count(b"<si>") + chunk.count(b":si>")
            if texts > _MOST_CELLS:
                raise WorkbookTooLarge(rows=MOST_ROWS)
        elif not _SHEET.fullmatch(part.filename) and part.file_size > _MOST_OTHER:
            raise WorkbookTooLarge(megabytes=_MOST_OTHER // 1_000_000)


def _look(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Sighting:
    seen = Sighting()
    rows, cells, is_counted, cell, is_formula = 0, 0, True, "", False
    for found in _tokens(archive, part):
        kind = found.lastgroup
        if kind in ("row", "cell"):
            if is_formula and cell:
                seen.unanswered.add(cell)
            is_formula = False
            if kind == "row":
                is_counted, cell = False, ""
            else:
                cell, cells = found["cell"].decode(), cells + 1
                if cells > _MOST_CELLS:
                    raise WorkbookTooLarge(rows=MOST_ROWS)
            continue
        if kind == "merge":
            seen.merges.append(found["merge"].decode())
            if len(seen.merges) > _MOST_MERGES:
                raise WorkbookTooLarge(rows=MOST_ROWS)
            continue
        # Rows that are merely formatted do not count: copied templates have thousands of them.
        if not is_counted:
            rows, is_counted = rows + 1, True
            if rows > MOST_ROWS + ASIDES:
                raise WorkbookTooLarge(rows=MOST_ROWS)
        is_formula = kind == "formula" or (is_formula and kind != "value")
    if is_formula and cell:
        seen.unanswered.add(cell)
    return seen


def _tokens(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[re.Match[bytes]]:
    left, unpacked = b"", 0
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            unpacked += len(chunk)
            if unpacked > MOST_UNPACKED:
                raise WorkbookTooLarge(megabytes=MOST_UNPACKED // 1_000_000)
            piece = left + chunk
            # What stands behind the last tag may go on in the next chunk.
            end = piece.rfind(b"<")
            yield from _TOKEN.finditer(piece[: max(end, 0)])
            left = piece[max(end, 0) :][: 2 * _CHUNK]
    yield from _TOKEN.finditer(left)


def _is_text(data: bytes) -> bool:
    head = data[:4096]
    return bool(head.strip()) and b"\x00" not in head and not any(byte < 9 for byte in head)
