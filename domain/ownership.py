"""三管三必须 — who answers for an enterprise by area (属地) and by trade (行业), as the offices of officials say.

安全生产法 art. 3: 管行业必须管安全、管业务必须管安全、管生产经营必须管安全. Whoever answers for a whole district, for
no street and for no trade, is nobody's owner: an enterprise has two people of its own, by area and by trade.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.authority import Duty, OfficeRole
from domain.contact import Official
from domain.refusal import Refusal


class OwnerKind(StrEnum):
    """属地 or 行业."""

    AREA = "area"
    TRADE = "trade"


@dataclass(frozen=True, slots=True)
class Owners:
    """Who answers for an enterprise, None for nobody. named: of which kinds an official said so."""

    area: Official | None = None
    trade: Official | None = None
    named: frozenset[OwnerKind] = frozenset()

    def of(self, kind: OwnerKind) -> Official | None:
        """The owner of that kind."""
        return self.area if kind == OwnerKind.AREA else self.trade

    @property
    def missing(self) -> tuple[OwnerKind, ...]:
        """The kinds of which there is none."""
        return tuple(kind for kind in OwnerKind if self.of(kind) is None)


class OwnerUnfit(Refusal):
    """An owner is an official who serves, decides about hazards, and in whose jurisdiction the enterprise lies."""


def is_by(kind: OwnerKind, official: Official) -> bool:
    """Whether an office makes its holder an owner of that kind: by area it names a street, by trade a trade."""
    if not official.may(Duty.TRIAGE):
        return False
    if kind is OwnerKind.TRADE:
        return bool(official.jurisdiction.industries)
    return bool(official.jurisdiction.street) and not official.jurisdiction.industries


def owner_by_office(
    kind: OwnerKind, officials: Iterable[Official], street: str, grid: str, industries: Sequence[str] = ()
) -> Official | None:
    """Of serving officials the one who answers for such an enterprise by their office, None for nobody.

    The closer office comes first: a grid before its street, a narrow trade before a wide one, an officer before the
    负责人 who oversees them; of two alike the one appointed earlier.
    """
    fit = [one for one in officials if is_by(kind, one) and one.jurisdiction.covers(street, grid, industries)]
    return min(fit, key=_distance, default=None)


def may_own(official: Official, street: str, grid: str, industries: Sequence[str]) -> bool:
    """Whether a serving official may be named as an owner of such an enterprise, of either kind."""
    return official.may(Duty.TRIAGE) and official.jurisdiction.covers(street, grid, industries)


def _distance(official: Official) -> tuple[int, bool, bool, bool, int]:
    bounds = official.jurisdiction
    is_head = official.role is OfficeRole.HEAD
    return len(bounds.industries), not bounds.grid, not bounds.street, is_head, official.id
