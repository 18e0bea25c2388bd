"""三清单 — enterprises, tasks and hazards of a jurisdiction as one workbook, cross-referenced by code."""
