"""Who answers for an enterprise by area and by trade: the closest office, and nobody whose office is neither."""

from __future__ import annotations

from datetime import date

import pytest

from domain.authority import OfficeRole
from domain.contact import Jurisdiction, Official
from domain.ownership import OwnerKind, Owners, may_own, owner_by_office

DAY = date(2026, 1, 1)
STREET, GRID = "望潮街道", "第一网格"


def official(
    id_: int, street: str = "", grid: str = "", trades: tuple[str, ...] = (), role: OfficeRole = OfficeRole.OFFICER
) -> Official:
    return Official(id_, f"{id_}号", Jurisdiction(street, grid, frozenset(trades)), DAY, None, role, trades)


def by(kind: OwnerKind, *officials: Official, trades: tuple[str, ...] = ("hotpot",)) -> int | None:
    found = owner_by_office(kind, officials, STREET, GRID, trades)
    return found.id if found else None


@pytest.mark.parametrize(
    "officials",
    [
        (),
        (official(1),),  # of the whole district
        (official(1, "别的街道"),),
        (official(1, STREET, "第二网格"),),
        (official(1, STREET, trades=("hotpot",)),),  # by trade
        (official(1, STREET, GRID, role=OfficeRole.GRID_WORKER),),  # decides nothing
        (official(1, STREET, role=OfficeRole.EXPERT),),
        (official(1, STREET, role=OfficeRole.INFORMATION),),
    ],
)
def test_without_an_office_of_the_area_nobody_is_its_owner(officials: tuple[Official, ...]) -> None:
    assert by(OwnerKind.AREA, *officials) is None


def test_the_closer_office_owns_the_area() -> None:
    head, officer = official(1, STREET, role=OfficeRole.HEAD), official(2, STREET)
    of_grid = official(3, STREET, GRID, role=OfficeRole.HEAD)
    assert by(OwnerKind.AREA, head) == 1
    assert by(OwnerKind.AREA, head, officer) == 2
    assert by(OwnerKind.AREA, head, officer, of_grid) == 3
    assert by(OwnerKind.AREA, official(9, STREET), official(4, STREET)) == 4


def test_the_narrower_trade_owns_it_anywhere_in_the_district() -> None:
    wide, narrow = official(1, trades=("catering", "hotpot")), official(2, trades=("hotpot",))
    there, other = official(3, STREET, trades=("hotpot",)), official(4, trades=("chemical",))
    assert by(OwnerKind.TRADE, official(5, STREET), other, official(6, "别的街道", trades=("hotpot",))) is None
    assert by(OwnerKind.TRADE, wide) == 1
    assert by(OwnerKind.TRADE, wide, narrow) == 2
    assert by(OwnerKind.TRADE, wide, narrow, there) == 3


def test_named_is_whoever_decides_there() -> None:
    assert may_own(official(1), STREET, GRID, ("hotpot",))
    assert not may_own(official(1, "别的街道"), STREET, GRID, ("hotpot",))
    assert not may_own(official(1, trades=("chemical",)), STREET, GRID, ("hotpot",))
    assert not may_own(official(1, role=OfficeRole.GRID_WORKER), STREET, GRID, ("hotpot",))


def test_what_is_missing_is_said_in_order() -> None:
    one = official(1)
    assert Owners().missing == (OwnerKind.AREA, OwnerKind.TRADE)
    assert Owners(area=one).missing == (OwnerKind.TRADE,)
    assert Owners(one, one).missing == ()
