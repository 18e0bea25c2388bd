"""An enterprise's year: which duties bind it, on which days, and from when to think of them."""

from datetime import date, timedelta

import pytest

from domain.basis import Basis
from domain.statutory import EnterpriseFacts, Interval, StatutoryDuty, year_of


def duty(interval: Interval, name: str = "check", trades: str = "", areas: str = "", least: int = 0) -> StatutoryDuty:
    return StatutoryDuty(
        name, "检查", "查一遍", frozenset(trades.split()), frozenset(areas.split()), least, None, interval,
        timedelta(days=5), "记录", (Basis("某法", "1", "每月检查一次"),),
    )  # fmt: skip


SHOP = EnterpriseFacts(frozenset({"catering"}), "云泊街道", 12)


@pytest.mark.parametrize(
    ("interval", "days"),
    [
        (Interval.QUARTERLY, ["03-31", "06-30", "09-30", "12-31"]),
        (Interval.HALF_YEARLY, ["06-30", "12-31"]),
        (Interval.YEARLY, ["12-31"]),
        (Interval.THREE_YEARLY, ["12-31"]),
    ],
)
def test_a_duty_never_done_falls_on_the_last_day_of_its_period(interval: Interval, days: list[str]) -> None:
    assert [f"{due.due_on:%m-%d}" for due in year_of([duty(interval)], SHOP, 2026)] == days


def test_months_end_when_they_end_and_half_months_on_the_fifteenth() -> None:
    months = [due.due_on for due in year_of([duty(Interval.MONTHLY)], SHOP, 2028)]
    assert len(months) == 12 and months[1] == date(2028, 2, 29)
    halves = [due.due_on for due in year_of([duty(Interval.HALF_MONTHLY)], SHOP, 2026)]
    assert len(halves) == 24 and halves[:2] == [date(2026, 1, 15), date(2026, 1, 31)]


def test_the_interval_counts_from_when_it_was_last_done() -> None:
    done = {"check": date(2025, 8, 31)}
    dues = year_of([duty(Interval.HALF_YEARLY)], SHOP, 2026, done)
    assert [due.due_on for due in dues] == [date(2026, 2, 28), date(2026, 8, 31)]
    assert dues[0].remind_on == date(2026, 2, 23)
    monthly = year_of([duty(Interval.MONTHLY)], SHOP, 2026, {"check": date(2026, 1, 31)})
    assert [due.due_on for due in monthly][:3] == [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]


def test_what_was_due_before_the_year_comes_once_and_first() -> None:
    dues = year_of([duty(Interval.YEARLY)], SHOP, 2026, {"check": date(2022, 5, 1)})
    assert [due.due_on for due in dues] == [date(2025, 5, 1), date(2026, 5, 1)]
    later = year_of([duty(Interval.THREE_YEARLY)], SHOP, 2026, {"check": date(2025, 5, 1)})
    assert later == ()


def test_trade_street_and_size_decide_whom_it_binds() -> None:
    def bound(rule: StatutoryDuty, facts: EnterpriseFacts) -> bool:
        return bool(year_of([rule], facts, 2026))

    assert bound(duty(Interval.YEARLY, trades="catering mall"), SHOP)
    assert not bound(duty(Interval.YEARLY, trades="construction"), SHOP)
    assert not bound(duty(Interval.YEARLY, areas="别的街道"), SHOP)
    assert bound(duty(Interval.YEARLY, areas="云泊街道"), SHOP)
    assert not bound(duty(Interval.YEARLY, least=13), SHOP) and bound(duty(Interval.YEARLY, least=12), SHOP)
    assert bound(duty(Interval.YEARLY, least=300), EnterpriseFacts(SHOP.trades, SHOP.area, None))


def test_the_year_is_in_the_order_of_its_days() -> None:
    dues = year_of([duty(Interval.YEARLY, "b"), duty(Interval.MONTHLY, "a")], SHOP, 2026)
    assert [due.due_on for due in dues] == sorted(due.due_on for due in dues) and len(dues) == 13
    assert [due.duty.id for due in dues[-2:]] == ["a", "b"]
