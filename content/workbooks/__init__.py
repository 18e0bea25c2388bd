"""工作簿 — Excel files that officials send and receive; hostile ones are refused before they are read."""

from content.workbooks.register import RegisterReading, RowProblem, industry_ids, read_register
from content.workbooks.register_sheets import (
    register_cells,
    register_template,
    write_problem_workbook,
    write_register,
)
from content.workbooks.words import register_words
from content.workbooks.writing import ListSheet, write_lists

__all__ = [
    "ListSheet",
    "RegisterReading",
    "RowProblem",
    "industry_ids",
    "read_register",
    "register_cells",
    "register_template",
    "register_words",
    "write_lists",
    "write_problem_workbook",
    "write_register",
]
