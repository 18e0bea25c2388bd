"""电话 — a number to call, what it is for, and what it is not for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hotline:
    """One number; `jurisdiction` is None where it holds nationwide, `urgent` where lives may hang on it.

    `source` names the document that says so, or says frankly that it is common knowledge.
    """

    number: str
    name: str
    scope: str
    not_for: str
    hours: str
    jurisdiction: str | None
    urgent: bool
    source: str
