"""校对报告 — what the proof-reader found and counted."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing to mend; `file` is relative to the content folder, `code` names the check."""

    file: str
    line: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Report:
    """Findings in file order, and counts by heading (kind, topic, law, trade).

    `verified` holds the number of quotations checked per kind of law; `unverified` those statutes'
    quotations that had only the shipped excerpt to be checked against, because the optional package
    of statutes is not installed.
    """

    findings: tuple[Finding, ...]
    counts: Mapping[str, Counter[str]]
    verified: Mapping[str, int]
    unverified: int

    @property
    def is_clean(self) -> bool:
        """Whether nothing is to be mended."""
        return not self.findings
