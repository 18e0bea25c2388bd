"""工作簿 — Excel files that officials send and receive; hostile ones are refused before they are read."""

from content.workbooks.register import RegisterReading, RowProblem, industry_ids, read_register
from content.workbooks.register_sheets import (
    register_cells,
    register_template,
    write_problem_workbook,
    write_register,
)
from content.workbooks.words import register_words

__all__ = [
    "RegisterReading",
    "RowProblem",
    "industry_ids",
    "read_register",
    "register_cells",
    "register_template",
    "register_words",
    "write_problem_workbook",
    "write_register",
]
