"""应急卡 — what to do in the first minutes, at most six steps of one line, and what never to do."""

from dataclasses import dataclass

from domain.basis import Basis


@dataclass(frozen=True, slots=True)
class EmergencyCard:
    """One scenario; `call` holds numbers in the order of calling, `trained_note` says who alone may act.

    `source` names where the steps come from; `basis` carries the articles that can be quoted.
    """

    id: str
    title: str
    icon: str
    steps: tuple[str, ...]
    never: tuple[str, ...]
    call: tuple[str, ...]
    trained_note: str | None
    basis: tuple[Basis, ...]
    source: str
