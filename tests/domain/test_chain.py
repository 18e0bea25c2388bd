"""No other line, order or beginning has the digest of these."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from domain.chain import BEGINNING, Line, digest

AT = datetime(2026, 6, 1, 1, 30, tzinfo=UTC)
ONE = Line(1, AT, 7, "HazardOpened", "hazard:1", '{"grade": "一般"}')
TWO = Line(2, AT, None, "HazardClosed", "hazard:1", "{}")


def test_a_digest_is_of_these_lines_alone() -> None:
    others = [
        [], [ONE], [TWO, ONE], [ONE, TWO, TWO], [ONE, replace(TWO, id=3)], [replace(ONE, contact_id=None), TWO],
        [replace(ONE, at=AT + timedelta(microseconds=1)), TWO], [replace(ONE, happened="HazardClosed"), TWO],
        [replace(ONE, subject="hazard:2"), TWO], [replace(ONE, facts='{"grade": "重大"}'), TWO],
        # What stands in one column cannot be moved into the next.
        [replace(ONE, happened="HazardOpenedh", subject="azard:1"), TWO],
    ]  # fmt: skip
    digests = {digest(BEGINNING, lines) for lines in ([ONE, TWO], *others)} | {digest("f" * 64, [ONE, TWO])}
    assert len(digests) == len(others) + 2
    assert digest(BEGINNING, [ONE, TWO]) == digest(BEGINNING, iter([ONE, TWO]))
