"""工作簿 — why a file that somebody sends as a workbook is not taken."""

from domain.refusal import Refusal


class WorkbookBroken(Refusal):
    """The file is damaged, or no workbook at all."""


class WorkbookEncrypted(Refusal):
    """The workbook has a password."""


class WorkbookHasMacros(Refusal):
    """The workbook carries a program."""


class WorkbookOldFormat(Refusal):
    """The file is a workbook of an older or other kind (.xls, .et, .xlsb, .ods)."""


class WorkbookIsText(Refusal):
    """The file is plain text, CSV or a web page, whatever its name says."""


class WorkbookTooLarge(Refusal):
    """The workbook is larger than the limit; facts: `rows` or `megabytes` (the limit that is passed)."""


class WorkbookWithoutHeading(Refusal):
    """No sheet has a row that reads like the headings of a register."""


class WorkbookLacksColumns(Refusal):
    """Headings were found, but not all that a register needs; facts: `columns`, their names."""


class WorkbookHeadingRepeated(Refusal):
    """Two columns have the same meaning; facts: `column`, `places` (their letters)."""


class WorkbookEmpty(Refusal):
    """There are headings and not one row below them."""
