"""编辑 — questions and checklists as a workbook: out, changed by an editor in Excel, and in again."""

from content.authoring.columns import FORMS, Form
from content.authoring.importing import Outcome, apply, compare
from content.authoring.sheets import export, problem_workbook, read_rows

__all__ = ["FORMS", "Form", "Outcome", "apply", "compare", "export", "problem_workbook", "read_rows"]
