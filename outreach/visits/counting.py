"""检查家次 — how often officials inspected and how many enterprises, by kind: help is not enforcement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from domain.contact import Jurisdiction
from domain.visit import VisitKind, VisitState
from outreach import overseeing
from outreach.desk import Desk
from outreach.storage.visits import VisitRecord


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits in a period: 家次, each that was finished; 家, each enterprise once. kind: None for all of them together,
    of which the kinds are parts; an enterprise that had two kinds is one among all.
    """

    kind: VisitKind | None
    times: int
    enterprises: int


async def visits(desk: Desk, jurisdiction: Jurisdiction, at: datetime, since: datetime) -> tuple[Visits, ...]:
    """All visits of a jurisdiction that were finished after `since` and until `at`, then each kind that there was.

    Empty when there was none. The same again whenever it is asked: a finished visit never changes.
    """
    counted = await desk.session.execute(
        select(VisitRecord.kind, VisitRecord.enterprise_id, func.count())
        .where(
            VisitRecord.state == VisitState.FINISHED, VisitRecord.finished_at > since, VisitRecord.finished_at <= at,
            *overseeing.kept_within(VisitRecord, jurisdiction),
        )
        .group_by(VisitRecord.kind, VisitRecord.enterprise_id)
    )  # fmt: skip
    rows = [(VisitKind(kind), int(enterprise_id), int(count)) for kind, enterprise_id, count in counted]
    if not rows:
        return ()
    by_kind = [
        Visits(kind, sum(times for one, _, times in rows if one is kind), sum(1 for one, _, _ in rows if one is kind))
        for kind in VisitKind
        if any(one is kind for one, _, _ in rows)
    ]
    return (Visits(None, sum(times for *_, times in rows), len({id_ for _, id_, _ in rows})), *by_kind)
