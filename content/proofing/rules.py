"""校对规则 — limits and lists in proof.toml, so that an editor can read them and a bureau can change them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_FILE = Path(__file__).parent.parent / "proof.toml"


@dataclass(frozen=True, slots=True)
class Rules:
    """Lengths count characters, due days count calendar days, `renumbered` maps law → old → present article."""

    limits: Mapping[str, int]
    ratio: float
    repealed: Mapping[str, str]
    renumbered: Mapping[str, Mapping[str, str]]

    @classmethod
    def read(cls) -> "Rules":
        """The rules shipped with the product."""
        table = tomllib.loads(_FILE.read_text(encoding="utf-8"))
        return cls(
            limits=table["limits"],
            ratio=table["near_duplicate"],
            repealed={row["name"]: row["instead"] for row in table["repealed"]},
            renumbered=table["renumbered"],
        )
