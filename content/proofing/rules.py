"""校对规则 — limits and lists in proof.toml, so that an editor can read them and a bureau can change them."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_FILE = Path(__file__).parent.parent / "proof.toml"


@dataclass(frozen=True, slots=True)
class Rules:
    """Lengths count characters, due days count calendar days, `renumbered` maps law → old → present article.

    `bank` holds what is asked of the question bank as a whole: counts, and shares between 0 and 1.
    """

    limits: Mapping[str, int]
    bank: Mapping[str, float]
    ratio: float
    banned_options: tuple[str, ...]
    fines: re.Pattern[str]
    rare_characters: frozenset[str]
    term_note: str
    repealed: Mapping[str, str]
    renumbered: Mapping[str, Mapping[str, str]]

    @classmethod
    def read(cls) -> "Rules":
        """The rules shipped with the product."""
        table = tomllib.loads(_FILE.read_text(encoding="utf-8"))
        return cls(
            limits=table["limits"],
            bank=table["bank"],
            ratio=table["near_duplicate"],
            banned_options=tuple(table["banned_options"]),
            fines=re.compile(table["fines"]),
            term_note=table["term_note"],
            rare_characters=frozenset(table["rare_characters"]),
            repealed={row["name"]: row["instead"] for row in table["repealed"]},
            renumbered=table["renumbered"],
        )
