"""法定事项装载 — statutory.toml: the duties that come back, as rules by trade, size and area."""

from collections.abc import Mapping
from datetime import timedelta

from content.loading.entry import Entry
from content.loading.page import Page
from domain.industry import Industry
from domain.statutory import Interval, StatutoryDuty

_FIELDS = (
    "id", "title", "plain", "trades", "areas", "head_count_least", "condition", "interval", "lead_days", "evidence",
    "basis",
)  # fmt: skip


def read_duties(page: Page, industries: Mapping[str, Industry]) -> dict[str, StatutoryDuty]:
    """The duties of statutory.toml by id, in file order.

    Raises:
        ContentFault: a flawed field, an unknown trade or interval, or an id given twice.
    """
    whole = Entry(page, page.table)
    whole.must_hold_only("duty")
    found: dict[str, StatutoryDuty] = {}
    for entry in whole.entries("duty"):
        duty = _duty(entry, industries)
        if duty.id in found:
            raise entry.fault("fault-twice", "id", id=duty.id)
        found[duty.id] = duty
    return found


def _duty(entry: Entry, industries: Mapping[str, Industry]) -> StatutoryDuty:
    entry.must_hold_only(*_FIELDS)
    lead_days = entry.whole("lead_days")
    if lead_days < 0:
        raise entry.fault("fault-negative", "lead_days", field="lead_days")
    return StatutoryDuty(
        id=entry.text("id"),
        title=entry.text("title"),
        plain=entry.text("plain"),
        trades=entry.trades(industries),
        areas=frozenset(entry.texts("areas")),
        head_count_least=entry.whole_or("head_count_least", 0),
        condition=entry.text_or_none("condition"),
        interval=entry.choice("interval", Interval),
        lead_for=timedelta(days=lead_days),
        evidence=entry.text("evidence"),
        basis=entry.bases(),
    )
