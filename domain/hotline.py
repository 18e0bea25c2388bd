"""电话 — a number to call, what it is for and what it is not for, and how to report by it."""

from dataclasses import dataclass

from domain.basis import Basis


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


@dataclass(frozen=True, slots=True)
class GuidePart:
    """怎么举报的一段 — one question that somebody has before calling, answered in a few lines.

    A part with a `jurisdiction` replaces there the national one of the same id, or joins the others.
    """

    id: str
    icon: str
    title: str
    lines: tuple[str, ...]
    jurisdiction: str | None
    basis: tuple[Basis, ...]
    source: str | None
