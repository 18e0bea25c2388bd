"""辖区之内 — whether an enterprise lies within what an official answers for, as a check and as a condition."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, or_
from sqlalchemy.orm import InstrumentedAttribute

from content.catalogue import Catalogue
from domain.authority import Duty
from domain.contact import Jurisdiction, Official
from outreach.storage.enterprises import EnterpriseRecord


def oversees(official: Official | None, enterprise: EnterpriseRecord, duty: Duty = Duty.FINDINGS) -> bool:
    """Whether an official, if it is one, has that duty for an enterprise."""
    if official is None or not official.may(duty):
        return False
    return official.jurisdiction.covers(enterprise.street, enterprise.grid, enterprise.industries)


def within(jurisdiction: Jurisdiction) -> list[ColumnElement[bool]]:
    """The conditions under which an enterprise lies in a jurisdiction: the query's side of `Jurisdiction.covers`."""
    return kept_within(EnterpriseRecord, jurisdiction)


def kept_within(record: Any, jurisdiction: Jurisdiction) -> list[ColumnElement[bool]]:
    """The same for a record that keeps street, grid and industries of then, such as `HazardRecord`."""
    conditions: list[ColumnElement[bool]] = []
    if jurisdiction.street:
        conditions.append(record.street == jurisdiction.street)
    if jurisdiction.grid:
        conditions.append(record.grid == jurisdiction.grid)
    if jurisdiction.industries:
        conditions.append(of_trade(record.industries, jurisdiction.industries))
    return conditions


def of_trade(column: InstrumentedAttribute[list[Any]], industries: Iterable[str]) -> ColumnElement[bool]:
    """The condition under which a JSON list of industries' ids holds one of these, of which there is at least one."""
    # Neither database has the other's way to look into JSON; the ids hold no character that LIKE knows.
    written = cast(column, Text)
    return or_(*(written.contains(f'"{id_}"') for id_ in sorted(industries)))


def narrowed(catalogue: Catalogue, industries: Iterable[str]) -> frozenset[str]:
    """These industries and all narrower ones: what the officer of a trade answers for."""
    named = frozenset(industries)
    return named | {id_ for id_ in catalogue.industries if not named.isdisjoint(catalogue.trades_of(frozenset((id_,))))}
