"""编码 — how an enterprise, a task and a hazard are named in the ledgers: by what never changes."""

from __future__ import annotations


def enterprise_code(enterprise_id: int) -> str:
    """企业编号."""
    return f"QY{enterprise_id:06d}"


def occurrence_code(occurrence_id: int) -> str:
    """任务编号 of one time of a plan at one enterprise."""
    return f"RW-JH{occurrence_id:06d}"


def visit_code(visit_number: str) -> str:
    """任务编号 of a visit of officials."""
    return f"RW-{visit_number}"


def activity_code(edition_id: str, row_id: str, enterprise_id: int) -> str:
    """任务编号 of one item of a campaign at one enterprise."""
    return f"RW-HD-{edition_id}-{row_id}-{enterprise_code(enterprise_id)}"


def rectification_code(hazard_number: str) -> str:
    """任务编号 of the rectification of a hazard."""
    return f"RW-ZG-{hazard_number}"
