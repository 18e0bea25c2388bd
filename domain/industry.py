"""行业 — a trade that an enterprise belongs to, with the names people write for it in a register."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Industry:
    """One trade; `parent` is the id of the wider trade whose checklists also apply, if there is one."""

    id: str
    name: str
    aliases: frozenset[str]
    parent: str | None
